"""The templates speak the course's language, in words from catalogues that are complete and can be overridden."""

from __future__ import annotations

import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from course.catalogue import Catalogue, catalogue_for, has_catalogue, is_catalogue, languages, own_catalogues
from course.errors import CourseError, Place
from course.excess import LONGEST
from course.personal.symbols import Symbol, Trace
from course.personal.tokens import symbol_token
from tests.architecture.source import ROOT

LANGUAGES = ("ar", "de", "en")
EXTRACTION = (
    *("-q", "extract", "-F", "pyproject.toml", "-c", "TRANSLATORS:", "--sort-by-file", "--add-location=file"),
    *("--omit-header", "--no-wrap"),
)
HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n{more}\n'
FRENCH = "theme/locale/fr/LC_MESSAGES/messages.po"


def read(path: str) -> Catalog:
    return read_po(StringIO((ROOT / path).read_text("utf-8")))


def catalogue(language: str) -> Catalog:
    return read(f"templates/locale/{language}/LC_MESSAGES/messages.po")


def template() -> Catalog:
    return read("templates/locale/messages.pot")


def forms(message: Message) -> tuple[str, ...]:
    string = message.string or ""
    return (string,) if isinstance(string, str) else tuple(string)


def ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def po(*entries: tuple[str, str], more: str = "") -> bytes:
    """A catalogue with messages and their translations; `more` are further lines of its header."""
    body = "\n".join(f'msgid "{message}"\nmsgstr "{translation}"\n' for message, translation in entries)
    return (HEADER.format(more=more) + body).encode()


def words(content: bytes, path: str = FRENCH, language: str = "fr") -> Catalogue:
    return catalogue_for({path: content}, language)


def mistake(content: bytes) -> CourseError:
    with pytest.raises(CourseError) as caught:
        words(content)
    assert caught.value.rule == "template"
    assert caught.value.fix
    return caught.value


def test_what_is_to_be_translated_is_what_the_templates_say_now(tmp_path: Path) -> None:
    made = tmp_path / "messages.pot"
    run = subprocess.run(
        [sys.executable, "-m", "babel.messages.frontend", *EXTRACTION, "-o", str(made), "."],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert made.read_text("utf-8") == (ROOT / "templates/locale/messages.pot").read_text("utf-8"), "run `make messages`"


def test_make_messages_collects_in_the_same_way() -> None:
    makefile = re.sub(r"\\\n\s*", "", (ROOT / "Makefile").read_text("utf-8"))
    assert f"pybabel {' '.join(EXTRACTION)} -o templates/locale/messages.pot ." in makefile


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_complete(language: str) -> None:
    translated = catalogue(language)
    wanted = {ids(message) for message in template() if message.id}
    assert {ids(message) for message in translated if message.id} == wanted
    assert [message.id for message in translated if message.id and (message.fuzzy or not all(forms(message)))] == []
    assert not translated.obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_of_its_message(language: str) -> None:
    for message in catalogue(language):
        if message.id:
            known, used = (set(re.findall(r"%\(\w+\)s", "".join(texts))) for texts in (ids(message), forms(message)))
            assert used == known, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_the_plural_forms_of_its_language(language: str) -> None:
    translated = catalogue(language)
    assert translated.num_plurals == Catalog(language).num_plurals
    for message in translated:
        assert len(forms(message)) == (translated.num_plurals if isinstance(message.id, tuple) else 1)


def test_english_is_what_the_templates_say() -> None:
    other = [message.id for message in catalogue("en") if message.id and ids(message) != forms(message)]
    assert other == ["Exercise"]  # which has several words


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_quiz_has_a_letter_for_each_answer_that_it_may_have(language: str) -> None:
    letters = catalogue_for({}, language).gettext("a b c d e f").split(" ")
    assert len(set(letters)) == 6


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("ar", 0, "لا دروس"),
        ("ar", 1, "درس واحد"),
        ("ar", 2, "درسان"),
        ("ar", 3, "3 دروس"),
        ("ar", 10, "10 دروس"),
        ("ar", 11, "11 درسًا"),
        ("ar", 99, "99 درسًا"),
        ("ar", 100, "100 درس"),
        ("ar", 103, "103 دروس"),
        ("ar", 111, "111 درسًا"),
        ("de", 0, "0 Lektionen"),
        ("de", 1, "1 Lektion"),
        ("de", 2, "2 Lektionen"),
        ("en", 1, "1 lesson"),
        ("en", 11, "11 lessons"),
        ("fi", 1, "1 lesson"),
        ("fi", 2, "2 lessons"),
    ],
)
def test_a_number_of_things_is_said_as_the_language_says_it(language: str, number: int, said: str) -> None:
    assert catalogue_for({}, language).ngettext("%(num)s lesson", "%(num)s lessons", number) == said


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Exercise", "Exercises")),
        ("de-AT", ("Übung", "Übungen", "Aufgabe", "Aufgaben")),
        ("ar", ("تمرين", "التمرين", "تمارين", "التمارين")),
        ("fi", ("Exercise",)),
        ("he", ("Exercise",)),
    ],
)
def test_an_exercise_has_several_words(language: str, words: tuple[str, ...]) -> None:
    assert catalogue_for({}, language).exercise == words


def test_a_course_says_what_it_calls_an_exercise() -> None:
    assert words(po(("Exercise", "Exercice | L’exercice|"))).exercise == ("Exercice", "L’exercice")


def test_english_among_words_from_the_right_is_isolated() -> None:
    hebrew = catalogue_for({}, "he")
    assert hebrew.gettext("Lesson %(number)s of %(total)s", number=3, total=4) == "\u2066Lesson 3 of 4\u2069"
    assert hebrew.ngettext("%(num)s lesson", "%(num)s lessons", 3) == "\u20663 lessons\u2069"
    assert [hebrew.gettext(one) for one in (", ", "a b c d e f")] == [", ", "a b c d e f"]
    assert hebrew.gettext("%(number)s, %(spot)s", number=1, spot="51:54") == "1, 51:54"
    path = "theme/locale/he/LC_MESSAGES/messages.po"
    assert words(po(("Sources", "מקורות")), path, "he").gettext("Sources") == "מקורות"
    for language in ("ar", "fi"):
        assert "\u2066" not in catalogue_for({}, language).gettext("Sources")


def test_a_message_takes_its_values_as_they_are() -> None:
    said = catalogue_for({}, "de").gettext("Please confirm: %(title)s", title="100 % %(title)s <b> \\1")
    assert said == "Bitte bestätigen: 100 % %(title)s <b> \\1"
    assert Catalogue("en").gettext("100 % of %(what)s, %s %(other)s", what="it") == "100 % of it, %s %(other)s"


def test_a_symbol_comes_out_as_its_token() -> None:
    symbol = Symbol("subscriber.first_name", Trace(lambda look: True, lambda expression: False))
    said = catalogue_for({}, "de").gettext("Please confirm: %(title)s", title=symbol)
    assert said == f"Bitte bestätigen: {symbol_token('subscriber.first_name')}"


def test_a_number_of_the_subscribers_that_could_be_any_is_refused() -> None:
    symbol = Symbol("subscriber.years", Trace(lambda look: 3, lambda expression: False))
    with pytest.raises(CourseError, match="an email of its own"):
        catalogue_for({}, "de").ngettext("%(num)s week", "%(num)s weeks", symbol)  # type: ignore[arg-type]


def test_words_that_would_be_too_long_are_refused() -> None:
    with pytest.raises(CourseError, match="would be longer"):
        Catalogue("en").gettext("%(a)s" * 1000, a="x" * (LONGEST // 900))


def test_a_course_adds_a_language() -> None:
    assert words(po(("Unsubscribe", "Se désabonner"))).gettext("Unsubscribe") == "Se désabonner"
    assert words(po(("Unsubscribe", "Se désabonner"))).gettext("Sources") == "Sources"


def test_a_course_overrides_a_single_word() -> None:
    path = "theme/locale/de/LC_MESSAGES/messages.po"
    own = words(po(("Unsubscribe", "Kurs verlassen")), path, "de")
    assert (own.gettext("Unsubscribe"), own.gettext("Sources")) == ("Kurs verlassen", "Quellen")


def test_what_is_said_for_a_country_comes_before_what_is_said_for_the_language() -> None:
    files = {
        "theme/locale/pt/LC_MESSAGES/messages.po": po(("Sources", "Fontes"), ("Unsubscribe", "Cancelar")),
        "theme/locale/pt_BR/LC_MESSAGES/messages.po": po(("Unsubscribe", "Sair")),
    }
    brazil, portugal = catalogue_for(files, "pt-BR"), catalogue_for(files, "pt-PT")
    assert (brazil.gettext("Sources"), brazil.gettext("Unsubscribe")) == ("Fontes", "Sair")
    assert portugal.gettext("Unsubscribe") == "Cancelar"


def test_a_frozen_catalogue_comes_before_the_one_of_today() -> None:
    path = "templates/locale/de/LC_MESSAGES/messages.po"
    frozen = words(po(("Unsubscribe", "Austragen")), path, "de")
    assert frozen.gettext("Unsubscribe") == "Austragen"
    assert frozen.gettext("Sources") == "Quellen"  # what it lacks is said as it is today, and not in English


def test_what_is_fuzzy_or_empty_is_said_in_english() -> None:
    content = po(("Sources", "")).decode() + '\n#, fuzzy\nmsgid "Unsubscribe"\nmsgstr "Souscrire"\n'
    made = words(content.encode())
    assert (made.gettext("Sources"), made.gettext("Unsubscribe")) == ("Sources", "Unsubscribe")


def test_it_is_told_which_languages_there_are() -> None:
    files = {"theme/locale/pt_BR/LC_MESSAGES/messages.po": b"", "theme/locale/fr/messages.po": b""}
    assert languages(files) == ("ar", "de", "en", "pt-BR")
    assert [has_catalogue(files, one) for one in ("de", "de-AT", "pt-BR", "pt", "fr")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert is_catalogue("theme/locale/pt_BR/LC_MESSAGES/messages.po")
    assert not is_catalogue("theme/locale/fr/messages.po")
    assert set(own_catalogues()) == {f"templates/locale/{one}/LC_MESSAGES/messages.po" for one in LANGUAGES}


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (po(("Lesson %(number)s of %(total)s", "%(nombre)s sur %(total)s")), 5, "%(nombre)s"),
        (po(("Unsubscribe", "%(x)s")), 5, "Nothing takes the place of"),
        (po() + b"Unsubscribe = x\n", 5, "no catalogue of gettext"),
        (po(more='"Plural-Forms: nplurals=2; plural=n ? ;\\n"'), None, "no catalogue of gettext"),
        (po(more='"Plural-Forms: nplurals=x; plural=0;\\n"'), None, "no catalogue of gettext"),
        (po(more='"Language: no such\\n"'), None, "no catalogue of gettext"),
        (po() + b'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\n', 5, "not all of the 2 forms"),
        (b"\xff\xfe", 1, "UTF-8"),
    ],
)
def test_a_catalogue_that_cannot_be_read_is_told_with_its_line(content: bytes, line: int | None, said: str) -> None:
    if b"\xff" in content:
        with pytest.raises(CourseError, match=said):
            words(content)
        return
    error = mistake(content)
    assert said in error.message
    assert error.place == Place(FRENCH, line)


LINES = st.sampled_from(
    (
        'msgid ""', 'msgstr ""', '"Plural-Forms: nplurals=2; plural=n>1;\\n"', '"Plural-Forms: plural=n%0;\\n"', "",
        'msgid "a"', 'msgid_plural "b"', 'msgstr[0] "c"', 'msgstr[1] "d"', 'msgstr[x] "d"', 'msgstr "%(e)s"', '"',
        "#, fuzzy", "#~ x", "#:", 'msgctxt "f"', '"Language: fr\\n"', '"Content-Type: text/plain; charset=x\\n"',
        '"PO-Revision-Date: 1\\n"',
    )
)  # fmt: skip


@given(st.one_of(st.lists(LINES, max_size=12).map("\n".join), st.text(max_size=60)))
def test_whatever_a_catalogue_holds_it_is_read_or_refused_in_a_sentence(text: str) -> None:
    place: Place | None = Place(FRENCH)
    try:
        made = words(text.encode("utf-8", "replace"))
    except CourseError as error:
        place = error.place
    else:
        assert isinstance(made.gettext("a"), str)
        assert isinstance(made.ngettext("a", "b", 2), str)
    assert place is not None
    assert place.file == FRENCH
