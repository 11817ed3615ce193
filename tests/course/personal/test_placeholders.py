"""A value stands where its tag stood, written as that place needs it, and changes nothing else."""

from __future__ import annotations

from html import unescape
from itertools import permutations
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import CourseError
from course.links import SAMPLE_LINKS
from course.personal.placeholders import (
    MOST_PLACEHOLDERS,
    Email,
    Tags,
    UnsafeSpotError,
    Where,
    fill,
    salted_afresh,
    tag_values,
    written,
)
from course.personal.readers import Expressions, Reader
from course.personal.tokens import symbol_token
from tests.course.personal.templates import FIELDS, SALT

TOKEN = symbol_token("subscriber.first_name")
OTHER = symbol_token("subscriber.nickname")


def html_for(html: str, value: str) -> str:
    """HTML with a token in it, as a reader with that first name gets it."""
    tags = Tags(SALT)
    email = Email("", tags.in_html(html), "", tags.placeholders(), tags.salt)
    return fill(email, tag_values(email, Expressions(FIELDS), Reader({"first_name": value}))).html


def text_for(text: str, value: str) -> str:
    """Plain text with a token in it, as a reader with that first name gets it."""
    tags = Tags(SALT)
    email = Email("", "", tags.in_text(text), tags.placeholders(), tags.salt)
    return fill(email, tag_values(email, Expressions(FIELDS), Reader({"first_name": value}))).text


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/a?b=c&d=e#f",
        "HTTP://example.com",
        "mailto:a@example.com",
        "tel:+441632960001",
        " https://a.example ",
    ],
)
def test_an_address_with_an_allowed_scheme_is_kept(address: str) -> None:
    assert unescape(html_for(f'<a href="{TOKEN}">x</a>', address)) == f'<a href="{address.strip()}">x</a>'
    assert (
        text_for(f"see https://example.com?to={TOKEN}", address)
        == f"see https://example.com?to={written(address, Where.ADDRESS_PART)}"
    )


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "page.html",
        "//evil.example",
        "ftp://example.com",
        "",
        "x",
        "https",
        "&#106;avascript:alert(1)",
        "\x01javascript:alert(1)",
        "http\n://x",
    ],
)
def test_any_other_address_is_left_empty(address: str) -> None:
    assert html_for(f'<a href="{TOKEN}">x</a>', address) == '<a href="">x</a>'
    assert html_for(f"<a href=' {TOKEN}'>x</a>", address) == "<a href=' '>x</a>"
    assert written(address, Where.ADDRESS_IN_TEXT) == ""


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize(
    "address", ["https://example.com/?q={}", "https://example.com/?q=(it's){}", 'https://example.com/?q="{}']
)
@given(value=st.text(max_size=20))
def test_a_value_within_an_address_is_percent_encoded(quote: str, address: str, value: str) -> None:
    if quote in address:
        address = address.replace(quote, "")
    before, after = (
        html_for(f"<a href={quote}{address.format(TOKEN)}{quote}>", value),
        f"<a href={quote}{address.format('')}",
    )
    encoded = before.removeprefix(after).removesuffix(f"{quote}>")
    assert unquote(encoded) == value
    assert not set(encoded) & set("&=#?/:\"'<> +")


def test_a_value_within_an_address_in_plain_text_is_percent_encoded() -> None:
    assert (
        text_for(f"{TOKEN}: https://example.com/?q={TOKEN}&b=1, {TOKEN}", "a b&c")
        == "a b&c: https://example.com/?q=a%20b%26c&b=1, a b&c"
    )


def test_the_scheme_cannot_be_put_together_from_two_values() -> None:
    tags = Tags(SALT)
    email = Email("", tags.in_html(f'<a href="{TOKEN}{OTHER}">x</a>'), "", tags.placeholders(), tags.salt)
    reader = Reader({"first_name": "java", "nickname": "script:alert(1)"})
    assert fill(email, tag_values(email, Expressions(FIELDS), reader)).html == '<a href="script%3Aalert%281%29">x</a>'


@pytest.mark.parametrize(
    "html",
    [
        f'<p style="color:{TOKEN}">',
        f"<style>{TOKEN}</style>",
        f"<STYLE>a{{}}{TOKEN}</STYLE >",
        f"<script>{TOKEN}</script>",
        f'<p onclick="{TOKEN}">',
        f"<a href={TOKEN}>",
        f"<a title={TOKEN}>",
        f"<{TOKEN}>",
        f"<p {TOKEN}>",
        f'<p {TOKEN}="x">',
        f'<iframe srcdoc="{TOKEN}">',
        f'<img srcset="{TOKEN}">',
        f'<meta http-equiv="refresh" content="0;url={TOKEN}">',
    ],
)
def test_where_no_way_of_writing_would_be_safe_no_value_may_stand(html: str) -> None:
    with pytest.raises(UnsafeSpotError) as caught:
        Tags(SALT).in_html(html)
    assert caught.value.expression == "subscriber.first_name"


@given(st.text(max_size=30))
def test_any_value_is_itself_again_once_its_html_is_read(value: str) -> None:
    html = html_for(f'<p title="{TOKEN}">{TOKEN}</p>', value)
    attribute, text = html.removeprefix('<p title="').removesuffix("</p>").split('">', 1)
    assert unescape(attribute) == unescape(text)
    assert not set("<>\"'") & set(text)
    assert (
        text.replace("&amp;", "&")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", '"')
        .replace("&#x27;", "'")
        == value
        or "&" in value
    )


def test_an_expression_has_one_tag_for_each_kind_of_place() -> None:
    tags = Tags(SALT)
    tags.in_text(f"{TOKEN} {TOKEN}")
    tags.in_html(f'{TOKEN}<a href="{TOKEN}">{TOKEN}</a><a href="https://e.example/{TOKEN}">')
    assert sorted(placeholder.where for placeholder in tags.placeholders()) == sorted(
        (Where.TEXT, Where.HTML, Where.ADDRESS, Where.ADDRESS_PART)
    )


def many_tags(salt: str = SALT) -> tuple[str, ...]:
    tags = Tags(salt)
    for number in range(MOST_PLACEHOLDERS):
        tags.tag(f"subscriber.f{number}", list(Where)[number % len(Where)])
    return tuple(placeholder.tag for placeholder in tags.placeholders())


def test_tags_have_one_length_and_none_is_part_of_another() -> None:
    tags = many_tags()
    assert len({len(tag) for tag in tags}) == 1
    assert len(set(tags)) == MOST_PLACEHOLDERS
    assert all(tag.isalnum() for tag in tags)


def test_tags_are_the_same_for_the_same_salt_and_others_for_another() -> None:
    assert many_tags() == many_tags()
    assert not set(many_tags()) & set(many_tags("fedcba9876543210"))


def test_more_values_than_sendgrid_takes_are_an_error() -> None:
    tags = Tags(SALT)
    for number in range(MOST_PLACEHOLDERS + 1):
        tags.tag(f"subscriber.f{number}", Where.TEXT)
    with pytest.raises(CourseError, match=f"{MOST_PLACEHOLDERS + 1} different values"):
        tags.placeholders()


def an_email() -> Email:
    tags = Tags(SALT)
    text = tags.in_text(f"a {TOKEN} b {OTHER} c {symbol_token('subscriber.role')} d")
    return Email(text, text, text, tags.placeholders(), tags.salt)


def one_after_another(email: Email, values: dict[str, str], order: tuple[str, ...]) -> str:
    text = email.text
    for tag in order:
        text = text.replace(tag, values[tag])
    return text


def valued(email: Email, values: tuple[str, ...]) -> dict[str, str]:
    return {placeholder.tag: value for placeholder, value in zip(email.placeholders, values, strict=True)}


def test_a_value_that_spells_another_tag_stays_as_typed() -> None:
    email = an_email()
    tags = [placeholder.tag for placeholder in email.placeholders]
    values = (tags[1], tags[2], tags[0])
    assert fill(email, valued(email, values)).text == "a {} b {} c {} d".format(*values)


PIECES = st.sampled_from(
    ("dc", "dc0123456789", "dc0123456789001tz", "dc0000000001", "dc0000000001000tz", "x", "0", " ")
)


@given(st.lists(st.tuples(*[st.lists(PIECES, max_size=4).map("".join)] * 3), min_size=1, max_size=3))
def test_salted_afresh_an_email_reads_the_same_however_its_tags_are_replaced(
    people: list[tuple[str, str, str]],
) -> None:
    email = an_email()
    fresh = salted_afresh(email, [valued(email, values) for values in people])
    for values in people:
        expected = "a {} b {} c {} d".format(*values)
        given_values = valued(fresh, values)
        assert fill(fresh, given_values).text == expected
        for order in permutations(given_values):
            assert one_after_another(fresh, given_values, order) == expected


def test_an_email_is_salted_afresh_only_where_a_value_holds_its_salt() -> None:
    email = an_email()
    assert salted_afresh(email, [valued(email, ("Ann", "dc", "0123456789"))]) is email
    fresh = salted_afresh(email, [valued(email, (f"dc{email.salt}", "x", "y"))])
    assert fresh.salt != email.salt
    assert {len(one.tag) for one in fresh.placeholders} == {len(one.tag) for one in email.placeholders}


def test_an_email_without_placeholders_is_as_it_was() -> None:
    email = Email("a", "b", "c", (), SALT[:10])
    assert fill(email, {}) == email


def test_a_link_is_written_as_it_is() -> None:
    tags = Tags(SALT)
    token = symbol_token("links.view")
    email = Email("", tags.in_html(f'<a href="{token}">'), tags.in_text(token), tags.placeholders(), tags.salt)
    link = "https://example.com/v/a-b_c.d~e?f=g%20h"
    filled = fill(email, tag_values(email, Expressions(FIELDS), Reader({}, {**SAMPLE_LINKS, "view": link})))
    assert (filled.html, filled.text) == (f'<a href="{link}">', link)
