"""The sign-up page of a course, the same form for other sites to embed, and what whoever sent it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from starlette.responses import Response

from course.model import Course, Track
from course.slugs import SLUG
from course.weeks import weeks_of
from sender.addresses import LONGEST
from sender.editions import Edition
from sender.joining import FIELDS, Consent, Fault, How
from sender.store.editions import course_named
from sender.web.pages import page, problem, words_of
from sender.web.site import Site
from sender.web.zones import areas

TRAP = "homepage"
"""A field that people neither see nor hear of: whoever fills it in is a program that fills in everything."""

UNSEEN = "(The words of another site, which are not known here.)"
"""What is kept in place of the words that somebody agreed to where those were not ours."""

_STRANGERS = "frame-ancestors 'none'"
_ANYBODY = "frame-ancestors *"


@dataclass(frozen=True, slots=True)
class Way:
    """A track as somebody may choose it: how many lessons it has, over how many weeks."""

    track: Track
    lessons: int
    weeks: int


def live_edition(site: Site, slug: str) -> Edition | None:
    """What is live of the course of that slug, or None where there is no such course, or it was never published."""
    if not SLUG.fullmatch(slug):
        return None
    with site.database.read() as connection:
        found = course_named(connection, slug)
        return site.book.edition(connection, found.edition_id) if found and found.edition_id else None


def ways(course: Course) -> list[Way]:
    """The tracks of a course, as somebody may choose them."""
    found = ((track, course.lessons_of(track.slug)) for track in course.tracks)
    return [Way(track, len(lessons), max(weeks_of(course, lessons), default=0)) for track, lessons in found]


def show_page(site: Site, slug: str) -> Response:
    """The sign-up page. It is for search engines to find, other than all that a link in an email opens."""
    edition = live_edition(site, slug)
    if edition is None:
        return problem(404)
    response = FormAnswers({"form": "page"}).form(edition, action=f"{slug}/join")
    del response.headers["X-Robots-Tag"]
    return response


def show_form(site: Site, slug: str) -> Response:
    """The form alone, which any site may show in a frame."""
    edition = live_edition(site, slug)
    answers = FormAnswers({"form": "embedded"})
    return answers.unknown() if edition is None else answers.form(edition, action="join")


@dataclass(frozen=True, slots=True)
class FormAnswers:
    """Answers to a form, as pages. `fields` are what was sent; of our own forms one says where it stands."""

    fields: Mapping[str, str]

    strict = False
    """Forms of other sites bring whatever else is in them, such as a button's name."""

    @property
    def embedded(self) -> bool:
        """Whether it is our form within another site's page, which then shows the answer as well."""
        return self.fields.get("form") == "embedded"

    @property
    def trapped(self) -> bool:
        """Whether it was a program that filled in everything."""
        return bool(self.fields.get(TRAP))

    def consent(self, edition: Edition) -> Consent:
        """How whoever sent it agreed, and to what."""
        form = self.fields.get("form")
        words = words_of("join-consent.html", edition) if form in {"page", "embedded"} else UNSEEN
        return Consent(How.PAGE if form == "page" else How.ELSEWHERE, words)

    def asked(self, edition: Edition) -> Response:
        """Where to look now: the same whatever is known of the address."""
        address = self.fields.get("email", "").strip()
        back = self._back(edition)
        return self._framed(page("join-asked.html", edition, embedded=self.embedded, address=address, back=back))

    def wrong(self, edition: Edition, faults: Mapping[str, Fault]) -> Response:
        """The form again, with what was typed, and beside each field what is wrong with it."""
        return self.form(edition, action="join", faults=faults, status=422)

    def later(self, edition: Edition, seconds: int) -> Response:
        """When the form may be sent again."""
        minutes, back = ceil(seconds / 60), self._back(edition)
        response = page("join-later.html", edition, status=429, embedded=self.embedded, minutes=minutes, back=back)
        response.headers["Retry-After"] = str(seconds)
        return self._framed(response)

    def unknown(self) -> Response:
        """There is no such course."""
        return self._framed(problem(404))

    def refused(self, status: int, headers: Mapping[str, str] | None = None) -> Response:
        """A form that cannot be read, or not now."""
        return self._framed(problem(status, headers))

    def form(
        self, edition: Edition, *, action: str, faults: Mapping[str, Fault] | None = None, status: int = 200
    ) -> Response:
        """The form, with what was typed into it so far."""
        course, faults = edition.course, faults or {}
        typed = {name: self.fields.get(name, "") for name in FIELDS}
        typed["track"] = typed["track"] or course.tracks[0].slug
        if "timezone" in faults:
            typed["timezone"] = ""
        ordered = {name: faults[name] for name in FIELDS if name in faults}
        return self._framed(
            page(
                "join.html", edition, status=status, script="own-zone.js", embedded=self.embedded, action=action,
                faults=ordered, typed=typed, paths=ways(course), areas=areas(), longest_address=LONGEST,
            )
        )  # fmt: skip

    def _back(self, edition: Edition) -> str:
        return "form" if self.embedded else f"../{edition.course.slug}"

    def _framed(self, response: Response) -> Response:
        if self.embedded:
            policy = response.headers["Content-Security-Policy"]
            response.headers["Content-Security-Policy"] = policy.replace(_STRANGERS, _ANYBODY)
        return response
