"""A question-and-answer page: the question is the title, and whoever it names is told apart from its site."""

from __future__ import annotations

from datetime import date

import pytest

from course.importing.document import Document, Stated
from course.importing.reading import read_document
from tests.course.importing.reading_aids import look_alike, outline, texts

QUESTION = "How does a sample tester become a designer?"
ANSWER = "Begin with the doors that you use. Every one of them was designed by somebody."


def page(text: str) -> Document:
    return read_document(text, Stated())


def test_a_page_of_a_forum_with_two_answers() -> None:
    document = look_alike("answers-forum.txt")
    assert document.title == "How do I move from a help desk into testing without a degree?"
    assert document.author == "Sample Answerer and Other Answerer"
    assert (document.publisher, document.date) == ("Sample Makers Forum", date(2022, 5, 3))
    assert outline(document) == [("", 2), ("Collect them", 1), ("Show them", 1), ("Other Answerer", 1)]
    assert texts(document) == [
        "I have answered tickets for four years and write my own checklists.",
        (
            "Start from the tickets that you know. Every ticket that came twice is a test that nobody wrote, and"
            " you can write it today."
        ),
        "Keep a list of the tickets that come back. Ten of them make a better portfolio than a certificate does.",
        "Ask a developer to sit with you for half an hour. Most will say yes; few are ever asked.",
        "I did it the other way round and took a course first. It helped less than I had hoped.",
    ]


def test_a_page_in_markdown_that_names_only_who_asked() -> None:
    document = look_alike("answers-labelled.md")
    assert document.title == "Should a sample team estimate in days or in points?"
    assert document.author == "Sample Person (asked the question)"
    assert (document.publisher, document.date) == ("Sample Exchange", None)
    assert outline(document) == [("", 1), ("When days fail", 1), ("When points fail", 1)]
    assert texts(document) == [
        (
            "Neither unit matters much; what matters is that the team means the same by it. Days have one"
            " advantage: everybody outside the team understands them."
        ),
        "A day of whom? A new colleague's day is not that of somebody who built the thing.",
        "Points drift. After a year, a three is what a five used to be.",
    ]


@pytest.mark.parametrize(
    "asked",
    [
        "Sample Asker\nTester & Writer\nAsked a question last year\n\n{}",
        "Sample Asker asked:\n{}",
        "{}\nAsked by Sample Asker on 3 May 2022",
        "Question by Sample Asker, 2 weeks ago\n\n{}",
        "{}\n\nSample Asker\nAsked 3 years ago",
    ],
)
def test_who_asked_is_the_author_where_nobody_else_is_named(asked: str) -> None:
    document = page(f"{asked.format(QUESTION)}\n\n1 answer\n\n{ANSWER}\n")
    assert (document.title, document.author) == (QUESTION, "Sample Asker (asked the question)")
    assert texts(document) == [ANSWER]


@pytest.mark.parametrize(
    "answered",
    [
        "Sample Writer\nHead of Samples\nAnswered 2 days ago",
        "Sample Writer answered on June 5, 2023:",
        "Answer by Sample Writer",
        "1 answer\n\nSample Writer\nHead of Samples at Sample Company",
        "Sample Writer, QA lead · answered June 5, 2023",
    ],
)
def test_who_answers_is_the_author_alone(answered: str) -> None:
    document = page(f"Sample Asker\nAsked a question last year\n\n{QUESTION}\n\n{answered}\n\n{ANSWER}\n\nReply\n")
    assert (document.title, document.author) == (QUESTION, "Sample Writer")
    assert texts(document) == [ANSWER]


@pytest.mark.parametrize(
    ("blurb", "site"),
    [
        ("In Sample Circle you can ask and answer questions and share your experience!", "Sample Circle"),
        ("Sample Circle is a community where people ask questions and share answers.", "Sample Circle"),
        ("Ask and answer questions on Sample Circle.", "Sample Circle"),
    ],
)
def test_the_site_that_describes_itself_is_the_publisher(blurb: str, site: str) -> None:
    document = page(f"Skip to main content\n\n{QUESTION}\n\nWhere am I?\n\n{blurb}\n\n1 answer\n\n{ANSWER}\n")
    assert document.publisher == site
    assert texts(document) == [ANSWER]


def test_questions_and_answers_may_be_marked_by_letters() -> None:
    document = page(f"Q: {QUESTION}\nA: {ANSWER}\n\nIt takes a year.\n")
    assert document.title == QUESTION
    assert texts(document) == [ANSWER, "It takes a year."]


def test_an_article_that_speaks_of_asking_is_no_such_page() -> None:
    words = f"I was asked a question last year. It was this one.\n\n## Answers\n\n{ANSWER}\n"
    document = page(f"# {QUESTION}\n\nBy Sample Author\n\n{words}")
    assert document.author == "Sample Author"
    assert outline(document) == [("", 1), ("Answers", 1)]


def test_headings_that_sound_like_buttons_are_kept() -> None:
    words = f"Active listening\n\n{ANSWER}\n\nAsk questions early\n\n{ANSWER}\n\nAsk a question\n"
    document = page(f"Sample Asker\nAsked a question last year\n\n{QUESTION}\n\n{words}")
    assert outline(document) == [("Active listening", 1), ("Ask questions early", 1)]


def test_what_stands_below_where_am_i_is_the_sites() -> None:
    blurb = "Where am I?\n\nOn The Sample Board you can post what you wonder about and help others."
    document = page(f"Sample Asker\nAsked a question last year\n\n{QUESTION}\n\n{blurb}\n\n{ANSWER}\n")
    assert document.publisher == "The Sample Board"
    assert texts(document) == [ANSWER]


@pytest.mark.parametrize(
    "profile",
    [
        "Sample Writer\nMaker of doors since 1990\nAnswered 2 days ago",
        "24\nSample Writer\nMaker of doors since 1990\nAnswered 2 days ago",
        "Sample Writer · 31\nAnswered by Sample Writer",
    ],
)
def test_what_a_profile_says_is_no_heading(profile: str) -> None:
    document = page(
        f"Sample Asker\nFond of doors\nAsked last year\n\n{QUESTION}\n\n1 answer\n\n{profile}\n\n{ANSWER}\n"
    )
    assert (document.author, document.publisher) == ("Sample Writer", "")
    assert outline(document) == [("", 1)]


def test_a_name_below_each_answer_is_its_writers() -> None:
    first = f"{ANSWER}\n\nShare\nFollow\nanswered Mar 6, 2020 at 9:00\nSample Writer\n5,678●10 gold badges\n\n"
    second = f"{ANSWER}\n\nShare\nFollow\nanswered Apr 1, 2021 at 9:30\nOther Writer\n101\n"
    asked = "kettles doors\nShare\nasked Mar 5, 2020 at 10:12\nSample Asker\n1,234\n"
    document = page(
        f"{QUESTION}\nAsk Question\nAsked 3 years ago\n\nIt began with a door.\n\n{asked}\n2 Answers\n\n{first}{second}"
    )
    assert (document.author, document.date) == ("Sample Writer and Other Writer", date(2020, 3, 5))
    assert outline(document) == [("", 2), ("Other Writer", 1)]


def test_the_day_of_the_answer_counts_where_that_of_the_question_is_not_told() -> None:
    document = page(f"Sample Asker\nAsked a question last year\n\n{QUESTION}\n\nAnswered Jan 9, 2022\n\n{ANSWER}\n")
    assert document.date == date(2022, 1, 9)


@pytest.mark.parametrize(
    "blurb",
    [
        "What is this place?\n\nSample Doors is a place where people who like doors meet. Be kind!",
        "Log in to Sample Doors",
    ],
)
def test_a_site_may_name_itself_in_other_ways(blurb: str) -> None:
    document = page(f"{blurb}\n\n{QUESTION}\n\nAsked a year ago\n\n{ANSWER}\n\nLog in to answer\n")
    assert document.publisher == "Sample Doors"
    assert texts(document) == [ANSWER]
