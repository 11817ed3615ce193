"""The quiz: an answer's link leads to a page on which it is chosen, and only the button there sends it."""

from __future__ import annotations

import logging

from starlette.exceptions import HTTPException
from starlette.responses import Response

from sender import quizzes
from sender.learning import Learning, learning
from sender.quizzes import Question
from sender.web.pages import page
from sender.web.site import Site
from sender.web.token_pages import Form, learn_token

_log = logging.getLogger(__name__)


def show(site: Site, delivery: int, quiz: str, answer: str) -> Response:
    """The question with that answer chosen. Looking keeps nothing: scanners fetch every link."""
    with site.database.read() as connection:
        asked = _there(quizzes.question(connection, site.book, delivery, quiz), answer)
        so_far = learning(connection, site.book, delivery)
    return _page("quiz.html", site, delivery, asked, so_far, chosen=answer)


def act(site: Site, delivery: int, quiz: str, answer: str, form: Form) -> Response:
    """Keep the answer, and say whether it is right, and why."""
    letter = form.get("answer", answer)
    with site.database.read() as connection:
        _there(quizzes.question(connection, site.book, delivery, quiz), answer)
    asked = _there(quizzes.answer(site.database, site.book, delivery, quiz, letter, site.clock()), answer)
    with site.database.read() as connection:
        so_far = learning(connection, site.book, delivery)
    chosen = asked.quiz.answer(letter)
    if chosen is None:
        return _page("quiz.html", site, delivery, asked, so_far, chosen="", status=422)
    _log.info("enrolment %d answered the question %s", asked.enrolment, quiz)
    return _page("quiz-answered.html", site, delivery, asked, so_far, chosen=chosen)


def _there(asked: Question | None, letter: str) -> Question:
    if asked is None or asked.quiz.answer(letter) is None:
        raise HTTPException(404)
    if asked.erased:
        raise HTTPException(410)
    return asked


def _page(
    template: str, site: Site, delivery: int, asked: Question, so_far: Learning | None, *, chosen: object,
    status: int = 200,
) -> Response:  # fmt: skip
    assert so_far is not None  # whoever was asked something was sent something
    id_ = asked.edition.lesson_ids[asked.lesson.slug]
    ids = so_far.edition.lesson_ids
    lesson = next((one for one in so_far.listed if ids[one.lesson.slug] == id_), None)
    return page(
        template, asked.edition, status=status, asked=asked, quiz=asked.quiz, chosen=chosen, so_far=so_far,
        lesson=lesson, total=len(so_far.edition.course.lessons_of(so_far.ahead.track)),
        lessons=f"../../../lessons/{learn_token(site, delivery)}",
    )  # fmt: skip
