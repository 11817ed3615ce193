"""Articles, guides and Markdown files: what they say is kept, section by section; what a site puts around it goes."""

from __future__ import annotations

from datetime import date

import pytest

from tests.course.importing.reading_aids import PROSE, look_alike, outline, page, texts


def test_an_article_of_a_magazine() -> None:
    document = look_alike("article-magazine.txt")
    assert document.title == "How a sample gardener learned to lead"
    assert (document.author, document.publisher) == ("Sample Author", "Sample Gazette")
    assert (document.date, document.url, document.video) == (date(2023, 6, 5), "", "")
    assert outline(document) == [("", 1), ("What she did first", 5), ("What she stopped doing", 2)]
    assert texts(document) == [
        (
            "A gardener I know was asked to run the whole nursery. She had never planned anybody's week but her"
            " own, and she said yes before she could think."
        ),
        "She walked the rows with every colleague, one at a time. Each walk took an hour. Nothing was decided on them.",
        "Three things came out of the walks:",
        "Nobody knew which orders were late",
        "The tools were locked away at noon",
        "Two people wanted to teach",
        (
            "She stopped carrying the watering can herself; that was the hardest part. “If I hold the can, I"
            " cannot see the field,” she told me."
        ),
        (
            "If you want to try the walks yourself, my own sample course begins in spring. Write to me and I will"
            " send you the plan."
        ),
    ]


def test_an_article_of_a_blog_in_markdown() -> None:
    document = look_alike("article-blog.md")
    assert document.title == "Seven sample rules for a calm release"
    assert (document.author, document.publisher, document.date) == ("Sample A. Writer", "", date(2022, 3, 9))
    assert outline(document) == [("", 2), ("Write the steps down", 4), ("Rehearse", 3)]
    assert texts(document) == [
        "Nothing here was tested on anyone.",
        (
            "Releases are loud when nobody knows what will happen next. A calm release is one in which everybody"
            " does; this note says how ours became calm."
        ),
        "Put them where the person on duty looks first. A page that is hard to find is a page that is not read.",
        "Step; Who",
        "Freeze the branch; The one on duty",
        "Tell support; Anybody",
        "We rehearse on Tuesdays, because nothing ships on Tuesdays.",
        "make release --dry-run",
        "Run it twice. The second run finds what the first one left behind.",
    ]


def test_a_guide_with_its_contents() -> None:
    document = look_alike("guide-contents.txt")
    assert document.title == "A Sample Guide to Planning a Week That Survives Monday"
    assert (document.author, document.publisher, document.date) == ("Sample Editor", "Sample Handbook", None)
    assert outline(document) == [
        ("", 1),
        ("Why weeks break", 2),
        ("Plan less than you can do", 0),
        ("Leave one day open", 1),
        ("What to do on Monday", 5),
        ("Conclusion", 1),
    ]
    assert texts(document) == [
        (
            "Most weekly plans are dead by Monday noon. This guide is about the few that live until Friday, and"
            " about what they leave out."
        ),
        "A week breaks because the plan fills it to the brim. The first surprise then has nowhere to go.",
        "Surprises are not bad luck. They are part of the work, and they come every week.",
        "Choose the day on which most goes wrong, and plan nothing for it.",
        "Look at three things:",
        "The one promise that you made to somebody else",
        "The one thing that only you can do",
        "What slipped from last week",
        "Then close the plan until Wednesday!",
        "A plan that is half empty is not lazy. It is the only kind that is still true on Friday.",
    ]


def test_a_guide_of_a_handbook_in_markdown() -> None:
    document = look_alike("guide-handbook.md")
    assert document.title == "The sample handbook: reviewing code kindly"
    assert (document.author, document.publisher) == ("", "Sample Handbook")
    assert (document.date, document.url) == (date(2021, 7, 30), "https://example.com/handbook/reviews")
    assert outline(document) == [
        ("", 1),
        ("What a review is for", 1),
        ("How to write a remark", 0),
        ("Begin with a question", 4),
        ("Summary", 1),
    ]
    assert texts(document) == [
        (
            "A review is a conversation that happens to leave a record. Treat it as the first, and the second"
            " takes care of itself."
        ),
        (
            "It finds mistakes, and it spreads knowledge. The second is worth more, although only the first is"
            " ever measured."
        ),
        'Why is this a list? invites an answer. "This should not be a list" invites a defence.',
        "Ask first.",
        "Suggest second.",
        "Insist only where something would break.",
        "Kind reviews are not slow reviews.",
    ]


@pytest.mark.parametrize(
    ("head", "author", "day"),
    [
        ("Sample Author\n\nSample Authors\n\nJune 05, 2023 - 5 min read", "Sample Authors", date(2023, 6, 5)),
        ("Sample Authors\n\nSample Author\n\nJune 05, 2023", "Sample Author", date(2023, 6, 5)),
        ("Sample Author\n\nOnce a keeper of doors, now of windows\n\nJune 05, 2023", "Sample Author", date(2023, 6, 5)),
        ("By Sample Author | 5 June 2023 | 4 min read", "Sample Author", date(2023, 6, 5)),
        ("Written by Sample Author\n2023-06-05", "Sample Author", date(2023, 6, 5)),
        ("Author: Sample Author\nPublished: 5th June 2023", "Sample Author", date(2023, 6, 5)),
        ("Sample Author, Sample Company\nSample role: writer\nJun 5, 2023", "Sample Author", date(2023, 6, 5)),
        ("Updated: October 2, 2024\nPublished on June 5, 2023\nby Sample Author", "Sample Author", date(2023, 6, 5)),
        ("Sample Author\nHead of Samples\nUpdated October 2, 2024", "Sample Author", date(2024, 10, 2)),
        ("5.6.2023 · Sample Author", "Sample Author", date(2023, 6, 5)),
        ("By Sample Author and Other Author\n06/05/2023", "Sample Author and Other Author", None),
        ("7 min read", "", None),
    ],
)
def test_the_head_of_a_page_says_who_and_when(head: str, author: str, day: date | None) -> None:
    document = page(f"Sample Gazette\n\nA title of five words\n\n{head}\n\n{PROSE}\n\nShare this post\n")
    assert (document.title, document.author, document.date) == ("A title of five words", author, day)
    assert document.publisher == "Sample Gazette"
    assert texts(document)[-1] == PROSE


def test_a_plain_text_without_furniture_has_its_title_first() -> None:
    document = page(f"Doors\n\nWhy a door is more than a hole\n\n{PROSE}\n")
    assert document.title == "Doors"
    assert outline(document) == [("Why a door is more than a hole", 1)]


def test_a_subtitle_is_kept() -> None:
    document = page(f"# Doors\n\nA short look at hinges\n\nBy Sample Author\n\n{PROSE}\n")
    assert texts(document) == ["A short look at hinges", PROSE]
    assert outline(document) == [("", 2)]


def test_numbered_headings_lose_their_number_and_colon() -> None:
    text = f"1. Ask first:\n\n{PROSE}\n\n2) Wait\n\n{PROSE}\n\nMany ways lead on:\n\n1. One\n\n2. Two\n"
    assert outline(page(f"A title of five words\n\n{text}")) == [("Ask first", 1), ("Wait", 4)]


def test_a_line_that_announces_something_is_no_heading() -> None:
    document = page(f"A title of five words\n\n{PROSE}\n\nIf you go on, you also need to:\n\n{PROSE}\n")
    assert outline(document) == [("", 3)]


def test_lines_of_a_list_without_bullets_are_no_headings() -> None:
    text = f"A title of five words\n\n{PROSE}\n\nThree things help:\n\nListening well\n\nWriting much\n\nWaiting\n"
    assert texts(page(text)) == [PROSE, "Three things help:", "Listening well", "Writing much", "Waiting"]


def test_a_last_paragraph_that_advertises_is_the_authors() -> None:
    last = "This is why we made the new sample course: it takes you through all of it. Learn more here today!"
    assert texts(page(f"A title of five words\n\n{PROSE}\n\n{last}\n\nSubscribe to The Sample Blog\n"))[-1] == last


def test_what_the_site_shows_below_goes_with_its_heading() -> None:
    related = "Related posts\n\nA sample of other doors\n\nHinges are fun. Read why.\n\n"
    comments = "3 comments\n\nI liked this a lot, thanks!\n"
    assert texts(page(f"A title of five words\n\n{PROSE}\n\n{PROSE}\n\n{related}{comments}")) == [PROSE, PROSE]


def test_words_after_a_prompt_in_the_middle_are_kept() -> None:
    text = f"{PROSE}\n\nSubscribe to The Sample Blog\n\nEmail address\n\nDoors open. They close.\n"
    assert texts(page(f"A title of five words\n\n{text}")) == [PROSE, "Doors open. They close."]


def test_advice_that_sounds_like_a_prompt_is_kept() -> None:
    items = ["Subscribe to a rival's newsletter", "Share what you learn", "Follow up on Monday", "Print"]
    text = "# Doors\n\nDo these:\n\n" + "".join(f"- {item}\n" for item in items)
    assert texts(page(text)) == ["Do these:", *items]


def test_a_hard_wrapped_text_has_whole_paragraphs() -> None:
    text = (
        "A wrapped sample\n\n"
        "This paragraph is broken after about sixty letters, as people\n"
        "do in plain text files, and goes on for three lines, as Sample\n"
        "Author does, without a doubt.\n\n"
        "  - an item that goes on for so long that it has to be broken\n"
        "    in two\n"
        "  - a short item\n"
    )
    assert [len(text) for text in texts(page(text))] == [154, 64, 12]


def test_only_a_list_that_repeats_the_headings_is_its_contents() -> None:
    sections = "## Hinges\n\nThey turn.\n\n## Locks\n\nThey hold.\n\n## Handles\n\nThey help.\n"
    text = f"# Doors\n\n- Hinges\n- Locks\n- Handles\n\n{sections}"
    assert outline(page(text)) == [("Hinges", 1), ("Locks", 1), ("Handles", 1)]
    assert texts(page(text.replace("## Locks", "## Bolts")))[:3] == ["Hinges", "Locks", "Handles"]


def test_html_that_is_left_in_markdown_is_read() -> None:
    words = "<p>They <b>open</b>.</p><ul><li>One</li><li>Two</li></ul>\n<!-- a remark -->\n<h2>Locks</h2>They hold."
    document = page(f"# Doors\n\n{words}")
    assert outline(document) == [("", 3), ("Locks", 1)]
    assert texts(document) == ["They open.", "One", "Two", "They hold."]


def test_the_site_may_be_named_by_its_copyright_line_alone() -> None:
    assert (
        page(f"# Doors\n\n{PROSE}\n\n© 2021–2024 Sample Press, Inc. All rights reserved.\n").publisher == "Sample Press"
    )


def test_front_matter_comes_before_what_the_page_says() -> None:
    document = page(f"---\ntitle: Locks\nauthor: Other Author\n---\n# Doors\n\nBy Sample Author\n\n{PROSE}\n")
    assert (document.title, document.author) == ("Locks", "Other Author")


def test_lines_that_come_again_and_again_are_no_contents() -> None:
    document = page(f"A title of five words\n\n{PROSE}\n\n" + "Ask again\n\n" * 4 + PROSE)
    assert sum(heading == "Ask again" for heading, _ in outline(document)) + texts(document).count("Ask again") == 4


def test_what_two_lines_announce_is_listed_below_it() -> None:
    text = f"A title of five words\n\n{PROSE}\n\nTwo things help:\n\nListening well\n\nWaiting\n\n{PROSE}\n"
    assert texts(page(text)) == [PROSE, "Two things help:", "Listening well", "Waiting", PROSE]


def test_other_peoples_comments_go() -> None:
    comments = "2 comments\n\nI liked this a lot, thanks!\n\nSo did I. It reads well.\n"
    assert texts(page(f"A title of five words\n\n{PROSE}\n\n{PROSE}\n\n{comments}")) == [PROSE, PROSE]


def test_a_count_of_comments_above_the_words_takes_none_of_them() -> None:
    text = f"A title of five words\n\nDoors are never only doors.\n\n2 comments\n\n{PROSE}\n\n{PROSE}\n"
    assert texts(page(text)) == ["Doors are never only doors.", PROSE, PROSE]


@pytest.mark.parametrize("line", ["On this page", "Subscribe to The Sample Blog", "Related posts", "Share this post"])
def test_a_heading_below_furniture_is_kept(line: str) -> None:
    text = f"A title of five words\n\n{PROSE}\n\n{line}\n\nWhy doors matter\n\n{PROSE} {PROSE}\n"
    assert outline(page(text)) == [("", 1), ("Why doors matter", 1)]


def test_a_head_may_name_author_site_and_kind_without_labels() -> None:
    head = "Doors\nA title of five words\nSample Writer\nStaff writer\nSample Press\nArticle\n\nOn this page\n\n"
    document = page(f"{head}{PROSE}\n\nWhy doors matter\n\n{PROSE}\n")
    assert (document.author, document.publisher) == ("Sample Writer", "Sample Press")
    assert texts(document) == [PROSE, PROSE]


def test_a_numbered_heading_may_be_longer_than_what_it_heads() -> None:
    assert outline(page(f"A title of five words\n\n{PROSE}\n\n1. Protect their time:\n\nSay no.\n\n{PROSE}\n")) == [
        ("", 1),
        ("Protect their time", 2),
    ]
