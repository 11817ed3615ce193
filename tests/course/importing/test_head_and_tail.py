"""What stands above and below a page's words is told from them, and what it says of them is kept."""

from __future__ import annotations

from datetime import date

import pytest

from course.importing.document import Stated
from course.importing.reading import read_document
from tests.course.importing.reading_aids import PROSE, outline, page, texts

MENU = "Sample Press\nNews\nTools\nLetters\nOlder issues"


@pytest.mark.parametrize(
    "above",
    [
        "Sample Press\nNews  Tools  Letters  Shop",
        "Sample Press\nNews | Tools | Older letters and notes | Shop",
        "Accept all   Reject all   Learn more\nSample Press",
        MENU,
        f"{MENU}\nYou are here: Home / Tools / Doors and hinges",
        "Sample Press\nOur spring sale has begun, and all of it must go.",
    ],
)
def test_what_stands_above_the_byline_is_the_title_and_no_menu(above: str) -> None:
    document = page(f"{above}\n\nDoors and hinges\n\nBy Sample Author, 5 June 2023\n\n{PROSE}\n\nShare this post\n")
    assert (document.title, document.author) == ("Doors and hinges", "Sample Author")
    assert (document.publisher, document.date) == ("Sample Press", date(2023, 6, 5))


def test_the_title_is_the_line_that_the_file_states_without_the_sites_name() -> None:
    given = Stated(title="Doors - Sample Press", publisher="Sample Press")
    text = f"Sample Press of the four winds\n\nDoors\n\n{PROSE}\n\nShare this post\n"
    assert read_document(text, given).title == "Doors"
    assert read_document(f"# Sample Press\n\n## Doors\n\n{PROSE}\n\n## Locks\n\n{PROSE}\n", given).title == "Doors"
    assert read_document(f"{PROSE}\n", given).title == "Doors"


def test_a_title_that_cannot_end_goes_on_in_the_next_line() -> None:
    document = page(f"How the village got its\n\nNew door\n\nBy Sample Author\n\n{PROSE}\n")
    assert document.title == "How the village got its New door"
    assert texts(document) == [PROSE]


def test_a_sentence_between_title_and_byline_is_kept() -> None:
    document = page(f"# Doors\n\nThey open, and then they close again.\n\nBy Sample Author | 5 June 2023\n\n{PROSE}\n")
    assert (document.author, document.date) == ("Sample Author", date(2023, 6, 5))
    assert texts(document) == ["They open, and then they close again.", PROSE]


def test_whoever_took_the_pictures_is_not_the_author() -> None:
    document = page(f"# Doors\n\nPhotography by Other Person\n\nWords by Sample Author\n\n{PROSE}\n")
    assert document.author == "Sample Author"
    assert texts(document) == [PROSE]


def test_a_copyright_line_without_a_sign_or_a_year_names_nobody() -> None:
    assert page(f"# Doors\n\n{PROSE}\n\nRelated posts\n\nCopyright for singers\n").publisher == ""


def test_lines_with_a_colon_are_headings_where_several_stand_above_paragraphs() -> None:
    text = f"# Doors\n\nThe First Year:\n\n{PROSE}\n\nThe Second Year:\n\n{PROSE}\n\nYou need:\n\n- a door\n"
    assert outline(page(text)) == [("The First Year", 1), ("The Second Year", 3)]


def test_what_is_said_after_a_colon_makes_no_heading() -> None:
    text = "# Doors\n\n" + "".join(f"{name} Said:\n\n“{PROSE}”\n\n" for name in ("Anna", "Berta", "Clara"))
    assert outline(page(text)) == [("", 6)]


def test_numbers_of_headings_go_where_they_count() -> None:
    text = f"# A title\n\n## 1. Doors\n\n{PROSE}\n\n### 1.1 Hinges\n\n{PROSE}\n\n### 1.2. Locks\n\n{PROSE}\n"
    assert [heading for heading, _ in outline(page(text))] == ["Doors", "Hinges", "Locks"]
    text = f"## 1 Doors\n\n{PROSE}\n\n### 1.1 Locks\n\n{PROSE}\n\n## 2 Hinges\n\n{PROSE}\n"
    assert [heading for heading, _ in outline(page(text))] == ["Doors", "Locks", "Hinges"]
    text = f"## 10 doors\n\n{PROSE}\n\n## 1.5 million hinges\n\n{PROSE}\n"
    assert [heading for heading, _ in outline(page(text))] == ["10 doors", "1.5 million hinges"]


BODY = f"A title of five words\n\nBy Sample Author\n\n{PROSE}\n\n{PROSE}\n\n{PROSE}\n\n"


@pytest.mark.parametrize(
    "below",
    [
        "Share   Follow   Report\n",
        "Upvote  ·  31     Share     Report\n",
        "Was this page helpful?\nYes (52)   No (1)\nTake it with you\n",
        "Home · To the editor · Elsewhere\n",
        "About the author\n\nSample Author makes doors.\n\nShare this post\n",
        "About Sample Author\n\nShe makes doors.\n",
        "Sample Author makes doors in a shed.\n\nShare this post\n",
        "Share this post\n\nA letter on doors every week, for free\n\nType your email…\n\nSubscribe\n",
        "Share this post\n\nSubscribe\n\nJoin our course on doors and you will love it.\n",
        "Doors\nHinges\nHouses\n312\n\nSample Author\nReply\n1.2K Followers\nA maker of doors.\n\nFollow\n",
    ],
)
def test_what_a_site_adds_below_the_last_words_goes(below: str) -> None:
    assert outline(page(BODY + below)) == [("", 3)]


@pytest.mark.parametrize(
    "below",
    [
        "Share this post\n\nDoors open. They close.\n",
        "hero_image.png\n\nTry it today, and tell us what you see.\n",
        "About the author of the oldest door\n\nNobody knows the name.\n",
        "Sample Author says yes.\n\nSample Author says no.\n",
        "Day    Doors\n\nMonday    12\n\nNo    3\n\nThat is all of them.\n",
        "Set these buttons below a letter:\n\nShare\n\nReply\n\nForward it\n\nDo it well.\n",
    ],
)
def test_what_may_be_the_authors_own_last_words_stays(below: str) -> None:
    lines = [" ".join(line.split()) for line in below.split("\n") if line and line[0] not in "Sh"]
    kept = page(BODY + below)
    words = [*texts(kept), *(section.heading for section in kept.sections)]
    assert [line for line in lines if line not in words] == []
    assert "Share" in words or "Share\n" not in below


def test_whoever_is_introduced_at_the_end_is_the_author_where_nobody_else_is() -> None:
    text = BODY.replace("By Sample Author\n\n", "") + "About the author\n\nSample Writer is fond of doors.\n"
    assert page(text).author == "Sample Writer"


def test_a_heading_between_buttons_and_its_words_is_kept() -> None:
    buttons = "Reply\n\n31\n\nShare\n\nA name of a badge\n\nFollow"
    text = f"A title of five words\n\n{PROSE}\n\n{buttons}\n\nWhy doors matter\n\nhinge_1.png\n\n{PROSE}\n"
    assert outline(page(text)) == [("", 1), ("Why doors matter", 1)]


def test_what_asks_for_an_address_in_the_middle_goes_with_its_field() -> None:
    box = "Enjoying doors? One letter a month is free.\n\nYour email\n\nSubscribe"
    assert texts(page(f"A title of five words\n\n{PROSE}\n\n{box}\n\n{PROSE}\n")) == [PROSE, PROSE]


def test_of_two_long_lines_the_title_is_the_one_nearer_to_the_byline() -> None:
    above = "The paper for all who hang doors\n\nShare this post"
    document = page(f"{above}\n\nHow a village hung its doors\n\nBy Sample Author\n\n{PROSE}\n")
    assert document.title == "How a village hung its doors"


def test_a_topic_of_the_menu_above_the_title_is_no_publisher() -> None:
    document = page(
        f"THE NOISE\nHome\nDoors\nWalls\nRoofs\n\nDoors\n\nA title of five words\n\nBy Sample Author\n\n{PROSE}\n"
    )
    assert (document.title, document.publisher) == ("A title of five words", "")


def test_names_and_buttons_that_come_again_below_are_no_contents() -> None:
    lines = "Sample Author\n\nFollow along\n\nWorkshop letters"
    document = page(f"A title of five words\n\n{lines}\n\n5 June 2023\n\n{PROSE}\n\n{lines}\n\nShare this post\n")
    assert (document.author, document.date) == ("Sample Author", date(2023, 6, 5))


def test_a_dot_between_two_words_is_no_bullet() -> None:
    document = page(f"Sample Press\n•\n3 yr. ago\n\nHow does a door hang?\n\n{PROSE}\n\n{PROSE}\n\nShare this post\n")
    assert document.title == "How does a door hang?"
    assert texts(page(f"# Doors\n\nThey need:\n\n•\nHinges\n\n•\nA lock\n\n{PROSE}\n"))[1:3] == ["Hinges", "A lock"]


def test_a_line_of_two_sentences_is_no_heading_although_it_ends_without_a_full_stop() -> None:
    document = page(f"# Doors\n\nThis opens. More at the end\n\n{PROSE}\n\nThat was all. Goodbye\n\n{PROSE} Again.\n")
    assert [section.heading for section in document.sections] == [""]
