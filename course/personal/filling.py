"""What takes an email's tags' places for one reader after another, as `tag_values` tells it, at a fraction of its cost.

Where each value comes from is worked out once for an email, and what comes up again and again is written once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from course.model import Field
from course.personal.placeholders import Email, Placeholder, Where, written
from course.personal.readers import Expressions, Given, Reader, Root, field_value, given, reader_values

Links = Mapping[str, tuple[str, int]]
"""Addresses by name: what one begins with, and the place of what it ends with among a reader's tokens.

The beginning has a scheme, and a token is made of letters, digits, `.`, `-` and `_` alone, so that it is written alike
everywhere. Where the place is negative, the beginning is all.
"""

_Raw = Mapping[str, str]
_Tell = Callable[[_Raw, Sequence[str], _Raw], str]


class Filling:
    """Fills one email. `fields` are those that its course declares; what is remembered goes with this object."""

    def __init__(self, email: Email, expressions: Expressions, fields: Mapping[str, Field], links: Links) -> None:
        self._expressions = expressions
        self._fields = fields
        self._links = links
        self._direct: list[tuple[str, _Tell]] = []
        self._others: list[Placeholder] = []
        for placeholder in email.placeholders:
            found = given(placeholder.expression)
            if found is None:
                self._others.append(placeholder)
            else:
                self._direct.append((placeholder.tag, self._teller(found, placeholder.where)))

    def values(self, raw: _Raw, tokens: Sequence[str], schedule: _Raw) -> dict[str, str]:
        """The text for each tag: `raw` are a reader's fields as they were imported, `schedule` what comes to them when.

        Raises CourseError for a reader for whom an expression cannot be worked out.
        """
        values = {tag: tell(raw, tokens, schedule) for tag, tell in self._direct}
        if self._others:
            reader = Reader(reader_values(self._fields, raw), self._whole(tokens), schedule)
            for one in self._others:
                values[one.tag] = written(self._expressions.value(one.expression, reader), one.where)
        return values

    def _whole(self, tokens: Sequence[str]) -> dict[str, str]:
        return {name: start if place < 0 else start + tokens[place] for name, (start, place) in self._links.items()}

    def _teller(self, found: Given, where: Where) -> _Tell:
        if found.root is Root.LINKS:
            return self._link(found, where)
        return self._moment(found, where) if found.root is Root.SCHEDULE else self._field(found, where)

    def _link(self, found: Given, where: Where) -> _Tell:
        start, place = self._links.get(found.name, (found.default, -1))
        begun = written(start, where)
        if place < 0 or not begun:  # one without a scheme that is allowed is left empty
            return lambda _raw, _tokens, _schedule: begun
        return lambda _raw, tokens, _schedule: begun + tokens[place]

    def _moment(self, found: Given, where: Where) -> _Tell:
        name, default, known = found.name, found.default, dict[str, str]()

        def tell(_raw: _Raw, _tokens: Sequence[str], schedule: _Raw) -> str:
            text = schedule.get(name, default)
            if text not in known:
                known[text] = written(text, where)
            return known[text]

        return tell

    def _field(self, found: Given, where: Where) -> _Tell:
        name, default, known = found.name, found.default, dict[str, str]()
        declared = self._fields.get(name)
        if declared is None:
            always = written(default, where)
            return lambda _raw, _tokens, _schedule: always

        def tell(raw: _Raw, _tokens: Sequence[str], _schedule: _Raw) -> str:
            text = raw.get(name, "")
            if text not in known:
                value = field_value(declared, text)
                known[text] = written(default if value is None else value, where)
            return known[text]

        return tell
