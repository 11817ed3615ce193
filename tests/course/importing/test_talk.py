"""A talk's words keep the moment at which they are said, whatever form its stamps have."""

from __future__ import annotations

from datetime import date

import pytest

from course.importing.document import Block, Document, Stated
from course.importing.reading import read_document
from tests.course.importing.reading_aids import look_alike, outline, stamps, texts


def talk(text: str) -> Document:
    return read_document(text, Stated())


def blocks(text: str) -> list[tuple[str, str]]:
    return [(block.stamp, block.text) for section in talk(text).sections for block in section.blocks]


def test_notes_with_linked_stamps() -> None:
    document = look_alike("talk-linked-stamps.md")
    assert document.title == "Sample Talk: Planning in the open"
    assert (document.author, document.publisher) == ("Sample Speaker", "Sample Channel")
    assert (document.date, document.video, document.url) == (date(2024, 3, 12), "SAMPLEid_01", "")
    assert outline(document) == [("", 2), ("Why plans stay closed", 3), ("Further thoughts without a moment", 2)]
    assert stamps(document) == ["00:00:45", "00:01:10", "00:03:05", "00:03:40", "01:02:30", "", ""]
    assert texts(document) == [
        "Sample Speaker opens with a plan that nobody had read.",
        "It was forty pages long.",
        "Two causes come back again and again: Fear of being wrong People hide a guess until it feels certain.",
        "Certainty rarely comes in time. The open plan is written anyway.",
        "No place to look A plan in somebody's mailbox is no plan, README.md or not!",
        "The speaker's slides hold more than was said.",
        "One slide shows a wall of paper notes.",
    ]


def test_a_transcript_whose_stamps_begin_the_lines() -> None:
    document = look_alike("talk-transcript.txt")
    assert document.title == "A sample conversation about small teams"
    assert (document.author, document.publisher) == ("Sample Guest", "Sample Hour")
    assert (document.date, document.video) == (date(2023, 11, 2), "sampleVID-2")
    assert outline(document) == [("", 2), ("Starting small", 3)]
    assert stamps(document) == ["00:00:00", "00:00:12", "00:04:30", "00:05:02", "00:05:06"]
    assert texts(document) == [
        "Host: Welcome back to the sample hour.",
        "Sample Guest: Thank you, it is good to be here. I have worked in teams of three for years.",
        "Sample Guest: A team of three can decide over lunch.",
        "Host: And a team of nine?",
        "Sample Guest: Nine people need a meeting for the meeting (we counted).",
    ]


@pytest.mark.parametrize(
    "stamp",
    [
        '<a class="yt-timestamp" data-t="00:51:54">[00:51:54]</a>',
        '<a href="https://youtu.be/sampleVID-1?t=3114s">[51:54]</a>',
        "[00:51:54]",
        "[51:54]",
        "**[51:54]**",
        "[[51:54]](https://www.youtube.com/watch?v=sampleVID-1&t=3114s)",
        "([51:54](https://youtu.be/sampleVID-1?t=3114))",
        "(51:54)",
        "(0:51:54 – 0:52:10)",
    ],
)
def test_a_stamp_is_known_in_each_form(stamp: str) -> None:
    text = f"---\nvideo: sampleVID-1\n---\n\nAsk first {stamp}. Then wait {stamp}, and listen.\n"
    assert blocks(text) == [("00:51:54", "Ask first."), ("00:51:54", "Then wait, and listen.")]


def test_the_words_of_a_link_to_a_moment_are_kept() -> None:
    text = "It [begins here](https://youtu.be/sampleVID-1?t=65). It [ends](https://youtu.be/sampleVID-1?t=1m10s)."
    assert blocks(text) == [("00:01:05", "It begins here."), ("00:01:10", "It ends.")]


def test_what_leads_in_stands_before_the_words_it_leads_to() -> None:
    text = "## Ways\n\nThere are two ways:\n\n* **Inside**:\n    * Ask [1:00]. Wait [2:00]\n* **Outside:** Look [3:00]."
    assert blocks(text) == [
        ("00:01:00", "There are two ways: Inside: Ask."),
        ("00:02:00", "Wait"),
        ("00:03:00", "Outside: Look."),
    ]


def test_what_trails_joins_the_remark_before_it_and_a_paragraph_of_its_own_stays_one() -> None:
    text = "## One\n\nAsk [1:00]. And wait.\n\nNobody minds.\n\n- Do it.\n- Say it [3:00].\n\n## Two\n\nLook [2:00]."
    assert blocks(text) == [
        ("00:01:00", "Ask. And wait."),
        ("", "Nobody minds."),
        ("", "Do it."),
        ("00:03:00", "Say it."),
        ("00:02:00", "Look."),
    ]


def test_of_two_stamps_for_the_same_words_the_first_counts() -> None:
    assert blocks("Ask [1:00] [2:00]. Wait [3:00].") == [("00:01:00", "Ask."), ("00:03:00", "Wait.")]


def test_the_stamp_of_a_heading_is_that_of_what_stands_below() -> None:
    text = "# Sample\n\n## Doors [01:00]\n\nDoors open.\n\n- And close.\n\n## [02:00] Windows\n\nThey let light in."
    assert outline(talk(text)) == [("Doors", 2), ("Windows", 1)]
    assert stamps(talk(text)) == ["00:01:00", "00:01:00", "00:02:00"]


def test_a_stamp_beside_a_name_takes_the_paragraphs_below() -> None:
    text = "Sample Host (00:00:00):\nWelcome.\n\nToday: doors.\n\nSample Guest (00:00:45):\nThank you.\n"
    assert blocks(text) == [
        ("00:00:00", "Sample Host: Welcome. Today: doors."),
        ("00:00:45", "Sample Guest: Thank you."),
    ]


def test_subtitles_give_a_block_for_each_cue() -> None:
    text = "WEBVTT\n\n1\n00:00:01.000 --> 00:00:04.000\nHello there\n\n2\n00:00:05.000 --> 00:00:09.000\nWe begin.\n"
    assert blocks(text) == [("00:00:01", "Hello there"), ("00:00:05", "We begin.")]


def test_times_of_day_make_no_talk() -> None:
    text = "# A day\n\nWe meet at 10:30 and leave (12:00) for lunch.\n\n- 09:00 Arrive\n- 17:00 Leave\n"
    assert stamps(talk(text)) == ["", "", ""]
    assert blocks("# A day\n\n0:10 is a time.\n\n0:20 is another.\n") == [
        ("", "0:10 is a time."),
        ("", "0:20 is another."),
    ]


@pytest.mark.parametrize(
    ("beginning", "author"),
    [
        ("Sample Speaker, who leads design at a sample firm, shares advice", "Sample Speaker"),
        ("Sample J. Speaker (a designer) talks about doors", "Sample J. Speaker"),
        ("In this talk, Sample Speaker explains doors", "Sample Speaker"),
        ("Product Management, the art of saying no, is hard", ""),
        ("Many people ask about doors", ""),
    ],
)
def test_the_author_is_the_person_with_whom_the_notes_begin(beginning: str, author: str) -> None:
    assert talk(f"{beginning} [0:10]. It goes on [0:20].").author == author


@pytest.mark.parametrize("line", ["Speaker: Sample Speaker", "With: Sample Speaker", "**Guest:** Sample Speaker"])
def test_the_author_may_have_a_line_of_its_own(line: str) -> None:
    assert talk(f"# Doors\n\n{line}\n\nThey open [0:10]. They close [0:20].").author == "Sample Speaker"


def test_where_it_is_from_is_its_publisher() -> None:
    document = talk("From: [[sample_show]] <br/>\n\nThey open [0:10]. They close [0:20].")
    assert document.publisher == "sample show"
    assert document.sections[0].blocks == (Block("They open.", "00:00:10"), Block("They close.", "00:00:20"))


def test_a_sentence_with_a_stamp_in_its_middle_stays_whole() -> None:
    text = "Doors open at four [1:00], and at nine they close [2:00]. Then [3:00], before noon, we rest. Look [4:00]."
    assert blocks(text) == [
        ("00:01:00", "Doors open at four, and at nine they close."),
        ("00:03:00", "Then, before noon, we rest."),
        ("00:04:00", "Look."),
    ]


def test_words_around_the_chapters_of_a_video_have_no_moment() -> None:
    chapters = "0:00 Why doors\n2:15 How to hang one\n7:40 What to oil"
    text = f"---\nvideo: sampleVID-1\n---\n# Doors\n\nA door is a wall that moves.\n\n{chapters}\n\nDo not slam it.\n"
    assert blocks(text) == [
        ("", "A door is a wall that moves."),
        ("00:00:00", "Why doors"),
        ("00:02:15", "How to hang one"),
        ("00:07:40", "What to oil"),
        ("", "Do not slam it."),
    ]


def test_of_two_stamps_at_one_place_the_first_counts_and_no_sign_is_left_between_them() -> None:
    marks = ('<a data-t="00:01:00">[00:01:00]</a>', '<a data-t="00:01:30">[00:01:30]</a>')
    assert blocks(f"# Doors\n\nOil the hinge {marks[0]}, {marks[1]}. Wait {marks[1]}.") == [
        ("00:01:00", "Oil the hinge."),
        ("00:01:30", "Wait."),
    ]
