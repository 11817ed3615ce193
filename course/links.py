"""What an email can say that is one reader's own besides their values: addresses, and when the next one comes."""

from __future__ import annotations

LINKS = frozenset(
    {"unsubscribe", "preferences", "view", "quiz", "certificate", "confirm", "access", "address", "assets"}
)
"""`links.NAME` in a template: leave, change settings, read in the browser, answer the quiz, the certificate, confirm.

`links.access` leads to one's own data, `links.address` to the change of address that a notice is about.

The address of one answer is `links.quiz`, then the quiz's id and the answer's letter, with a slash before each. Below
`links.assets`, which is the same for everyone, are the course's pictures.
"""

SAMPLE_LINKS = {
    **{name: f"https://example.com/{name}/sample" for name in sorted(LINKS)},
    "assets": "https://example.com/assets",
}
"""Links that lead nowhere, for emails that are only looked at."""

SCHEDULE = frozenset({"next_day"})
"""`schedule.NAME` in a template: the reader's local day, in words, on which their next email arrives.

It is empty where there is no next one, or where it is not known.
"""

SAMPLE_SCHEDULE = {"next_day": "Thursday, 29 October"}
"""A schedule for emails that are only looked at; `course.sample.sample_schedule` has one in a course's language."""
