"""The addresses that an email leads to besides its content, each one reader's own, by the name templates use."""

from __future__ import annotations

LINKS = frozenset({"unsubscribe", "preferences", "view", "quiz", "confirm", "assets"})
"""`links.NAME` in a template: leave, change settings, read in the browser, answer the quiz, confirm a sign-up.

The address of one answer is `links.quiz`, then the quiz's id and the answer's letter, with a slash before each. Below
`links.assets`, which is the same for everyone, are the course's pictures.
"""

SAMPLE_LINKS = {
    **{name: f"https://example.com/{name}/sample" for name in sorted(LINKS)},
    "assets": "https://example.com/assets",
}
"""Links that lead nowhere, for emails that are only looked at."""
