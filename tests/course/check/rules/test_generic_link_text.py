"""A link's words say where it leads, in the course's own language."""

from __future__ import annotations

import pytest

from tests.course.check.looked_at import LESSON, a_page, faults, found, places
from tests.course.check.small import a_lesson


def test_here_is_found_at_its_line() -> None:
    findings = found("generic-link-text", a_lesson("Soil is deep.\n\nFor more, click [here](https://example.com)."))
    assert places(findings) == [(LESSON, 7)]
    assert findings[0].message == "The link “here” does not say where it leads."
    assert "the guide to soil" in findings[0].fix


def test_words_that_say_it_are_in_order() -> None:
    assert found("generic-link-text", a_lesson("Read [the guide to soil](https://example.com).")) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Click here"), ("en", "Read more →"), ("en", "»Here!«"), ("en", "HERE"),
        ("de", "Hier klicken"), ("de", "Mehr erfahren …"), ("de", "Read more"),
        ("fr", "En savoir plus"), ("fr", "Plus d’infos"), ("es", "Haz clic aquí"), ("it", "Clicca qui"),
        ("pt-BR", "Saiba mais"), ("nl", "Lees meer"), ("ar", "اضغط هنا"), ("ar", "اقرأ المزيد"),
        ("ru", "Подробнее"), ("ja", "こちら"), ("zh", "点击这里"), ("hi", "यहाँ क्लिक करें"), ("no", "Les mer"),
    ],
)  # fmt: skip
def test_each_language_has_its_own_such_words(language: str, words: str) -> None:
    assert len(faults("generic-link-text", a_page(f'<a href="#">{words}</a>', language=language))) == 1


@pytest.mark.parametrize(("language", "words"), [("en", "hier"), ("en", "Here is the guide"), ("xx", "aquí")])
def test_words_of_another_language_or_with_more_words_are_in_order(language: str, words: str) -> None:
    page = a_page(f'<a href="#">{words}</a>', language="en" if language == "xx" else language)
    assert faults("generic-link-text", page) == []


def test_a_label_names_a_link_better_than_its_words() -> None:
    assert faults("generic-link-text", a_page('<a href="#" aria-label="Read the guide to soil">Read it</a>')) == []


@pytest.mark.parametrize(
    "words", ["Here's", "here’s", "website", "This article", "For more information", "You can find it here", "→", "» …"]
)
def test_other_words_and_signs_that_say_nothing_are_known(words: str) -> None:
    assert len(faults("generic-link-text", a_page(f'<a href="#">{words}</a>'))) == 1


def test_a_link_without_words_or_signs_is_another_rules_finding() -> None:
    assert faults("generic-link-text", a_page('<a href="#"></a>')) == []


def test_what_to_do_in_a_theme_is_said_for_html() -> None:
    [fault] = faults("generic-link-text", a_page('<a href="#">here</a>'))
    assert '<a href="…">' in fault.fix
