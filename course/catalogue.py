"""The templates' own words in the language of a course, from catalogues as gettext has them; see `templates/locale`.

English words are their own keys: what a catalogue does not say is said in English. In a language that is written from
the right it is then isolated, or its numbers and signs would change places with its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from io import StringIO
from typing import Any

from course.direction import direction_of
from course.errors import CourseError, Place
from course.excess import LONGEST
from course.folder import Files
from course.folder.front_matter import decode
from course.limits import RULE
from course.personal.symbols import plain

_OURS, _THEIRS = "templates/locale", "theme/locale"
_FILE = "LC_MESSAGES/messages.po"
_PATH = re.compile(rf"(?:{_OURS}|{_THEIRS})/([^/]+)/{_FILE}")
_WORD = re.compile(r"[^\W\d_]{2}")
_ISOLATE, _END = "\N{LEFT-TO-RIGHT ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
_PLACE = re.compile(r"%\((\w+)\)s")
Plural = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Words:
    """One catalogue: for each message its translation, in as many forms as it has; `plural` says which, for a number.

    A message with a plural is known by its singular.
    """

    messages: Mapping[str, tuple[str, ...]]
    plural: Plural


class Catalogue:
    """What the templates say, in one language. `layers` are catalogues, those first that are asked first."""

    def __init__(self, language: str, layers: Sequence[Words] = ()) -> None:
        self.language = language
        self._layers = layers

    def gettext(self, message: str, /, **values: object) -> str:
        """The message in the language, as plain text, with values in place of `%(name)s`."""
        found = self._found(message)
        return self._english(message, values) if found is None else _filled(found[0], values)

    def ngettext(self, singular: str, plural: str, number: int, /, **values: object) -> str:
        """The message in the form that the number takes, with the number in place of `%(num)s`.

        Raises CourseError for a subscriber's number that could be any.
        """
        values = {"num": number, **values}
        count = plain(number)
        for words in self._layers:
            if singular in words.messages:
                forms = words.messages[singular]
                return _filled(forms[min(words.plural(count), len(forms) - 1)], values)
        return self._english(singular if count == 1 else plural, values)

    @property
    def exercise(self) -> tuple[str, ...]:
        """The words with one of which the heading of an exercise begins."""
        # TRANSLATORS: headings that begin with this word open the box of an exercise. Where there are several words for
        # it, or several forms of one, such as that with the article, write them all with a | between them.
        forms = self._found(_("Exercise")) or ("Exercise",)
        return tuple(word.strip() for word in forms[0].split("|") if word.strip())

    def _found(self, message: str) -> tuple[str, ...] | None:
        return next((words.messages[message] for words in self._layers if message in words.messages), None)

    def _english(self, message: str, values: Mapping[str, object]) -> str:
        """A message that no catalogue translates. One without a word, as a comma, is at home in either direction."""
        said = _filled(message, values)
        isolated = direction_of(self.language) == "rtl" and _WORD.search(_PLACE.sub("", message))
        return f"{_ISOLATE}{said}{_END}" if isolated else said


def _(message: str) -> str:
    """Mark a message to be collected for the catalogues."""
    return message


ENGLISH = Catalogue("en")


@cache
def own_catalogues() -> Mapping[str, bytes]:
    """The catalogues that come with dripcourse, by path."""
    folder = resources.files("templates") / "locale"
    files = ((language.name, language / "LC_MESSAGES" / "messages.po") for language in folder.iterdir())
    return {f"{_OURS}/{name}/{_FILE}": file.read_bytes() for name, file in files if file.is_file()}


def is_catalogue(path: str) -> bool:
    """Whether a file of a course, or of an edition, is a catalogue by its path."""
    return _PATH.fullmatch(path) is not None


def catalogue_for(files: Files, language: str) -> Catalogue:
    """The words for a course in a language, given as a tag (BCP 47) such as `de` or `pt-BR`.

    A course's own catalogue, in `theme/locale`, comes before the one of the same name that comes with dripcourse, and
    what is said for a country before what is said for the language. Raises CourseError, with the line, for a
    catalogue that cannot be read.
    """
    return Catalogue(language, [_words(path, content) for path, content in _catalogues(files, language)])


def has_catalogue(files: Files, language: str) -> bool:
    """Whether the templates' words are there in a language, be it for one of its countries or for all."""
    return any(True for _ in _catalogues(files, language))


def languages(files: Files) -> tuple[str, ...]:
    """The languages in which the templates' words are there, as tags, in order; `files` are a course's."""
    names = (found[1] for path in {**own_catalogues(), **files} if (found := _PATH.fullmatch(path)))
    return tuple(sorted({name.replace("_", "-") for name in names}))


def translations(path: str, content: bytes) -> Iterator[tuple[str, Place]]:
    """Each form of each translation in a catalogue, and the place of its message.

    Raises CourseError, with the line, for a catalogue that cannot be read.
    """
    for message in _parsed(path, decode(path, content)):
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id:
            yield from ((form, Place(path, message.lineno)) for form in forms if form)


def _catalogues(files: Files, language: str) -> Iterator[tuple[str, bytes]]:
    """The path and the content of each catalogue for a language, that of the narrowest first.

    An edition has kept ours as it was when it was published. Behind that comes the one of today, for what an email says
    that there was not yet.
    """
    known = {**own_catalogues(), **files}
    parts = language.split("-")
    for count in range(len(parts), 0, -1):
        name = "_".join(parts[:count])
        for path in (f"{_THEIRS}/{name}/{_FILE}", f"{_OURS}/{name}/{_FILE}"):
            if path in known:
                yield path, known[path]
            today = own_catalogues().get(path)
            if today not in {None, known.get(path)}:
                yield path, today


def _filled(text: str, values: Mapping[str, object]) -> str:
    written = {name: str(value) for name, value in values.items()}
    if len(text) + sum(len(written.get(name, "")) for name in _PLACE.findall(text)) > LONGEST:
        message = f"The words here would be longer than {LONGEST:,} characters."
        raise CourseError(message, fix="Put shorter values into them.", rule=RULE)
    return _PLACE.sub(lambda found: written.get(found[1], found[0]), text)


@lru_cache(maxsize=64)
def _words(path: str, content: bytes) -> Words:
    """A catalogue, read. What is marked as fuzzy, or not translated, is left out."""
    catalog = _parsed(path, decode(path, content))
    messages = {}
    for message in catalog:
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and not message.fuzzy and any(forms):
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            _refuse_unfit(ids, forms, Place(path, message.lineno))
            messages[ids[0]] = forms
    return Words(messages, _plural(catalog.plural_expr, catalog.num_plurals, path))


def _parsed(path: str, text: str) -> Any:
    from babel.core import UnknownLocaleError  # noqa: PLC0415  # takes a while to import
    from babel.messages.pofile import PoFileError, read_po  # noqa: PLC0415

    try:
        return read_po(StringIO(text), abort_invalid=True)
    except PoFileError as error:
        raise _unreadable(str(error), Place(path, error.lineno + 1)) from error
    except (ValueError, UnknownLocaleError, IndexError) as error:
        raise _unreadable(str(error), Place(path)) from error


def _unreadable(reason: str, place: Place) -> CourseError:
    fix = "Compare it with one that comes with dripcourse, or run `msgfmt --check` on it."
    return CourseError(f"This is no catalogue of gettext's: {reason}.", fix=fix, place=place, rule="template")


def _refuse_unfit(ids: Sequence[str], forms: Sequence[str], place: Place) -> None:
    """Refuse a translation that would leave something in it open, or lacks a form."""
    known = {name for text in ids for name in _PLACE.findall(text)}
    strange = next((name for text in forms for name in _PLACE.findall(text) if name not in known), None)
    if strange is not None:
        fix = f"Use {', '.join(f'%({name})s' for name in sorted(known)) or 'none'}, as the English does."
        raise CourseError(f"Nothing takes the place of `%({strange})s` here.", fix=fix, place=place, rule="template")
    if not all(forms):
        message = f"This has not all of the {len(forms)} forms that the catalogue says a number has in its language."
        fix = f"Write msgstr[0] to msgstr[{len(forms) - 1}], or mend `Plural-Forms` in the first entry."
        raise CourseError(message, fix=fix, place=place, rule="template")


def _plural(expression: str, plurals: int, path: str) -> Plural:
    """The function that an expression in C says, as gettext has them."""
    from gettext import c2py  # noqa: PLC0415  # what `gettext` itself reads them with

    try:
        chosen = c2py(expression)
    except ValueError as error:
        raise _unreadable(f"plural={expression}: {error}", Place(path)) from error

    def form(number: int) -> int:
        try:
            index = int(chosen(number))
        except ZeroDivisionError:
            index = -1
        return index if 0 <= index < plurals else plurals - 1

    return form
