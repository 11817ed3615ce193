"""The quiz: an answer's link leads to a page that says whether it is right, and why. Looking records nothing."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from sender.membership import reading
from sender.web.pages import page
from sender.web.site import Site


def show(site: Site, delivery: int, quiz: str, answer: str) -> Response:
    """The page of one answer, as the quiz stood in the edition that the email was made of."""
    with site.database.read() as connection:
        found = reading(connection, delivery)
        if found is None:
            raise HTTPException(404)
        if found.erased:
            raise HTTPException(410)
        edition, _, _, _ = site.book.email(connection, found.variant)
    asked = edition.course.quiz(quiz)
    chosen = None if asked is None else asked.answer(answer)
    if chosen is None:
        raise HTTPException(404)
    return page("quiz.html", edition, quiz=asked, chosen=chosen)
