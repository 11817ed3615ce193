"""A message says what was put in, in headers that nobody can break out of and lines that every server takes."""

from __future__ import annotations

import email
import re
from collections.abc import Callable
from datetime import UTC, datetime, time
from email.message import EmailMessage
from email.policy import default as policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from course.cadence import Cadence
from course.mime import mime_message
from course.model import Course, Mailbox, Track, Tracking
from course.personal.placeholders import Email
from course.pictures import Picture
from course.theme import DEFAULT_THEME
from tests.course.drawn import a_png

AT = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
ADA = Mailbox("Sample 001", "sample-001@example.com")

TELLING = (
    "",
    " two  spaces at   every place ",
    "plain words, of a usual length",
    'He said "no" \\ then (maybe) <yes>; a@b.c, d:e',
    "=?utf-8?q?x?=",
    "a =?utf-8?b?eA==?= b",
    "👨‍👩‍👧‍👦 family 👩🏽‍💻",
    "नमस्ते दुनिया, यह पहला पाठ है " * 12,
    "مرحبا بالعالم، هذا هو الدرس الأول " * 12,
    "ein Satz mit Umläuten: äöü " * 10,
    "x" * 1000,
    "ü" * 1000,
    "word " * 200,
    "{{ 7*7 }} <b>bold</b>",
    "\ta tab",
)
signs = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
texts = st.text(signs, max_size=1000) | st.sampled_from(TELLING)


def a_course(*, sender: Mailbox | None = None, reply_to: Mailbox | None = None) -> Course:
    return Course(
        slug="gardens",
        title="Gardens",
        language="en-GB",
        sender=sender or Mailbox("Gardens", "course@example.com"),
        reply_to=reply_to,
        postal_address="1 Sample Street",
        cadence=Cadence(days=(1,), at=time(8), zone="Europe/London"),
        tracks=(Track("everyone", "Everyone"),),
        fields={},
        theme=DEFAULT_THEME,
        tracking=Tracking(),
        lessons=(),
        welcome=None,
        closing=None,
        sources={},
    )


def a_message(
    subject: str = "Soil",
    *,
    html: str = "<p>Dig.</p>\n",
    text: str = "Dig.\n",
    to: Mailbox = ADA,
    course: Course | None = None,
    message_id: str = "lesson-1@example.com",
    date: datetime = AT,
    leave: str | None = None,
) -> bytes:
    filled = Email(subject, html, text, (), "0123456789")
    return mime_message(filled, course or a_course(), to=to, date=date, message_id=message_id, leave=leave)


def parsed(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=policy)
    assert isinstance(message, EmailMessage)
    return message


def raw_header(content: bytes, name: str) -> str:
    """A header as it stands in the message, its folded lines joined."""
    found = re.search(rb"^" + name.encode() + rb": ?((?:.|\r\n[ \t])*)\r\n", content, re.MULTILINE)
    assert found is not None
    return found[1].replace(b"\r\n", b"").decode()


def name_in(content: bytes) -> str:
    """The display name in To. Read as running text: the standard library puts spaces between a name's encoded words."""
    phrase, _, _ = raw_header(content, "To").rpartition("<")
    if phrase.startswith('"'):
        return re.sub(r"\\(.)", r"\1", phrase.strip()[1:-1])
    return str(email.message_from_string(f"Subject: {phrase.strip()}\n\n", policy=policy)["Subject"])


def body(message: bytes, kind: str) -> str:
    part = parsed(message).get_body((kind,))
    assert part is not None
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode().replace("\r\n", "\n")


@given(texts)
@example("=?utf-8?q?x?=")
def test_a_subject_arrives_as_typed(subject: str) -> None:
    assert str(parsed(a_message(subject))["Subject"]) == subject


@pytest.mark.parametrize("subject", TELLING, ids=range(len(TELLING)))
def test_a_telling_subject_arrives_as_typed(subject: str) -> None:
    assert str(parsed(a_message(subject))["Subject"]) == subject


@given(texts.filter(bool))
def test_a_display_name_arrives_as_typed_and_the_address_with_it(name: str) -> None:
    content = a_message(to=Mailbox(name, "sample-001@example.com"))
    assert name_in(content) == name
    [address] = parsed(content)["To"].addresses
    assert address.addr_spec == "sample-001@example.com"


@pytest.mark.parametrize("name", TELLING[1:], ids=range(1, len(TELLING)))
def test_a_telling_display_name_arrives_as_typed(name: str) -> None:
    assert name_in(a_message(to=Mailbox(name, "sample-001@example.com"))) == name


# It trims and folds white space of all kinds; that ours arrives is the test before's.
@given(st.text(signs, min_size=1, max_size=12).filter(lambda name: name == " ".join(name.split())))
def test_the_standard_library_reads_a_short_display_name_as_typed(name: str) -> None:
    [address] = parsed(a_message(to=Mailbox(name, "sample-001@example.com")))["To"].addresses
    assert address.display_name == name


@pytest.mark.parametrize("name", ['Sample "One" \\ jr., (the 2nd) <x@y>', "a@b", '"', "Sample; One:"], ids=range(4))
def test_signs_with_a_meaning_in_headers_are_quoted_in_a_display_name(name: str) -> None:
    [address] = parsed(a_message(to=Mailbox(name, "sample-001@example.com")))["To"].addresses
    assert (address.display_name, address.addr_spec) == (name, "sample-001@example.com")


@given(texts, texts)
def test_headers_are_short_ascii_lines_without_defects(subject: str, name: str) -> None:
    content = a_message(subject, to=Mailbox(name, "sample-001@example.com"))
    head, _, _ = content.partition(b"\r\n\r\n")
    lines = head.decode("ascii").split("\r\n")
    assert all(len(line) <= 76 for line in lines if not line.startswith("Content-Type"))
    assert all(len(word) <= 75 for line in lines for word in line.split() if word.startswith("=?"))
    assert all(line.strip() for line in lines)
    assert not parsed(content)["Subject"].defects
    assert not parsed(content)["To"].defects


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\0"])
@pytest.mark.parametrize("padding", ["", "ü", "x" * 200])
def test_a_line_break_cannot_become_a_header(end: str, padding: str) -> None:
    bad = f"a{padding}{end}Bcc: x@example.com"
    makers: tuple[Callable[[], bytes], ...] = (
        lambda: a_message(bad),
        lambda: a_message(to=Mailbox(bad, "sample-001@example.com")),
        lambda: a_message(to=Mailbox("", f"sample{end}@example.com")),
        lambda: a_message(to=Mailbox("", f"sample@example.com{end}Bcc: x@example.com")),
        lambda: a_message(message_id=f"a{end}@example.com"),
        lambda: a_message(leave=f"https://example.com/{end}Bcc:x"),
        lambda: a_message(course=a_course(sender=Mailbox(bad, "course@example.com"))),
        lambda: a_message(course=a_course(reply_to=Mailbox(bad, "course@example.com"))),
    )
    for make in makers:
        with pytest.raises(ValueError, match=r"line break|is not|too long"):
            make()


@pytest.mark.parametrize(
    "address", ["", "nobody", "a b@example.com", "a,b@example.com", "a@b c", "a@", "<a@example.com>", "a@example.com>"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        a_message(to=Mailbox("", address))


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
@example("one very long line without an end" * 100, "trailing spaces   \n.\n\nFrom here\n--=_x\n")
@example("भाषा " * 500, "<p>" + "\u00a0" * 300)
def test_both_bodies_arrive_as_written(text: str, html: str) -> None:
    content = a_message(text=text, html=html)
    for kind, written in (("plain", text), ("html", html)):
        expected = written.replace("\r\n", "\n").replace("\r", "\n")
        assert body(content, kind) == (expected if expected.endswith("\n") else f"{expected}\n")


@given(st.text(st.characters(codec="utf-8")))
@example("x" * 3000)
@example("é" * 3000)
def test_every_line_ends_in_crlf_and_is_short(text: str) -> None:
    content = a_message(text=text, html=text)
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 998


def test_plain_text_comes_before_html_so_that_the_richer_one_is_shown() -> None:
    message = parsed(a_message())
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_a_message_says_who_when_and_in_which_language() -> None:
    message = parsed(a_message(course=a_course(reply_to=Mailbox("", "reply@example.com"))))
    assert message["From"] == "Gardens <course@example.com>"
    assert message["To"] == "Sample 001 <sample-001@example.com>"
    assert message["Reply-To"] == "reply@example.com"
    assert message["Date"].datetime == AT
    assert message["Message-ID"] == "<lesson-1@example.com>"
    assert message["Content-Language"] == "en-GB"
    assert message["MIME-Version"] == "1.0"


def test_a_course_without_a_reply_address_has_no_such_header() -> None:
    assert parsed(a_message())["Reply-To"] is None


def test_a_message_id_may_come_with_its_brackets() -> None:
    assert a_message(message_id="<x@example.com>") == a_message(message_id="x@example.com")


def test_one_click_headers_stand_there_when_there_is_a_link_to_leave() -> None:
    leave = "https://example.com/unsubscribe/" + "t0ken-" * 60
    content = a_message(leave=leave)
    assert f"List-Unsubscribe: <{leave}>\r\n".encode() in content
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in content


def test_without_a_link_to_leave_there_are_no_list_headers() -> None:
    assert b"List-Unsubscribe" not in a_message()


def test_a_link_longer_than_a_line_may_be_is_refused() -> None:
    with pytest.raises(ValueError, match="998"):
        a_message(leave="https://example.com/" + "x" * 1000)


def test_a_domain_is_written_in_punycode() -> None:
    assert raw_header(a_message(to=Mailbox("", "sample@bücher.example")), "To") == "sample@xn--bcher-kva.example"


def test_a_local_part_that_is_not_ascii_stays_as_it_is() -> None:
    assert raw_header(a_message(to=Mailbox("", "δοκιμή@bücher.example")), "To") == "δοκιμή@xn--bcher-kva.example"


def test_a_quoted_local_part_is_an_address() -> None:
    [address] = parsed(a_message(to=Mailbox("Sample", '"sample one"@example.com')))["To"].addresses
    assert (address.username, address.domain) == ("sample one", "example.com")


def test_a_domain_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(ValueError, match=r"U\+0020|not allowed|address"):
        a_message(to=Mailbox("", "sample@bü cher.example"))


def test_the_same_message_twice_is_the_same_bytes() -> None:
    assert a_message("ü" * 200, html="é" * 200) == a_message("ü" * 200, html="é" * 200)


def test_another_message_has_another_boundary() -> None:
    boundaries = {parsed(a_message(message_id=f"{name}@example.com")).get_boundary() for name in "ab"}
    assert len(boundaries) == 2


def test_a_date_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        a_message(date=AT.replace(tzinfo=None))


def with_pictures(html: str, *pictures: Picture) -> bytes:
    filled = Email("Soil", html, "Dig.\n", (), "0123456789")
    shown = {f"https://example.com/assets/{number}?a=1&b=2": picture for number, picture in enumerate(pictures)}
    return mime_message(
        filled, a_course(), to=ADA, date=AT, message_id="lesson-1@example.com", leave=None, pictures=shown
    )


def test_a_picture_travels_in_the_message_beside_the_html_that_shows_it() -> None:
    first, second = (Picture(f"assets/{shade}.png", a_png(shade=shade), "image/png", 2, 1) for shade in (1, 2))
    html = '<p><img src="https://example.com/assets/0?a=1&amp;b=2"> <img src="https://example.com/assets/0?a=1&amp;b=2"></p>\n'
    message = parsed(with_pictures(html, first, second))
    assert message.get_content_type() == "multipart/alternative"
    text, related = message.iter_parts()
    assert (text.get_content_type(), related.get_content_type()) == ("text/plain", "multipart/related")
    assert related.get_param("type") == "text/html"
    shown, picture = related.iter_parts()
    identity = picture["Content-ID"].strip("<>")
    assert shown.get_content().count(f'src="cid:{identity}"') == 2
    assert "https://" not in shown.get_content()
    assert (picture.get_content_type(), picture.get_content()) == ("image/png", first.content)
    assert (picture.get_content_disposition(), picture.get_filename()) == ("inline", "1.png")
    assert message.defects == related.defects == picture.defects == []


def test_a_message_with_pictures_has_short_lines_and_boundaries_that_are_not_taken_for_each_other() -> None:
    html = '<img src="https://example.com/assets/0?a=1&amp;b=2">'
    message = with_pictures(html, Picture("assets/a.png", bytes(range(256)) * 40, "image/png", 2, 1))
    assert all(len(line) <= 998 and b"\n" not in line for line in message.split(b"\r\n"))
    outer, inner = re.findall(rb'boundary="([^"]+)"', message)
    assert not outer.startswith(inner)
    assert not inner.startswith(outer)
    assert message == with_pictures(html, Picture("assets/a.png", bytes(range(256)) * 40, "image/png", 2, 1))


def test_a_picture_that_the_html_does_not_show_stays_at_home() -> None:
    picture = Picture("assets/a.png", a_png(), "image/png", 2, 1)
    assert with_pictures("<p>Dig.</p>\n", picture) == with_pictures("<p>Dig.</p>\n")
