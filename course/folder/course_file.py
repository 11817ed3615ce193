"""`course.toml` → what it says, everything but the lessons and the sources."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from course.cadence import Cadence, is_zone, parse_duration
from course.errors import CourseError, Place
from course.folder.front_matter import decode
from course.folder.ignored import ignored
from course.folder.table import Table
from course.model import Field, FieldKind, Mailbox, Track, Tracking
from course.personal.readers import field_value
from course.slugs import SLUG
from course.theme import parse_theme

FILE = "course.toml"
_SETTINGS = frozenset(
    {
        "slug", "title", "description", "language", "from", "reply_to", "postal_address",
        "cadence", "tracks", "fields", "theme", "tracking", "ignore", "public_archive",
    }
)  # fmt: skip
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}"
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HEADER = re.compile(r"\s*\[{1,2}([A-Za-z0-9_.\-\"' ]+)\]{1,2}\s*(?:#.*)?")
_KEY = re.compile(r"\s*([A-Za-z0-9_\-]+|\"[^\"]+\")\s*(?:\.[^=]*)?=")
_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)")


@dataclass(frozen=True, slots=True)
class CourseFile:
    """The settings of a course, as `course.toml` gives them."""

    slug: str
    title: str
    description: str
    language: str
    sender: Mailbox
    reply_to: Mailbox | None
    postal_address: str
    cadence: Cadence
    tracks: tuple[Track, ...]
    fields: Mapping[str, Field]
    theme: Mapping[str, str]
    tracking: Tracking
    ignore: Mapping[str, str]
    public_archive: bool


def parse_course_file(content: bytes) -> CourseFile:
    """Read `course.toml`. Raises CourseError, with the line."""
    text = decode(FILE, content)
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _invalid(text, error) from error
    lines = dict(_lines(text))
    root = Table(values, FILE, FILE, lines.get("", {}), 1)
    root.refuse_unknown(_SETTINGS)

    def section(name: str) -> Table | None:
        return root.table(name, lines.get(name, {}))

    return CourseFile(
        slug=_matching(root, "slug", SLUG, "Use lower-case words joined by hyphens, such as product-path."),
        title=root.text("title"),
        description=root.text("description", ""),
        language=_matching(root, "language", _LANGUAGE, "Write a language tag such as en, de or pt-BR.", "en"),
        sender=_mailbox(root, "from"),
        reply_to=_mailbox(root, "reply_to") if "reply_to" in values else None,
        postal_address=root.paragraph("postal_address"),
        cadence=_cadence(root, section("cadence")),
        tracks=tuple(_tracks(section("tracks"), lines)),
        fields={field.name: field for field in _fields(section("fields"), lines)},
        theme=parse_theme(section("theme")),
        tracking=_tracking(section("tracking")),
        ignore=ignored(section("ignore")),
        public_archive=root.flag("public_archive"),
    )


def _invalid(text: str, error: Exception) -> CourseError:
    """What tomllib says, with the line; of a number that is too long, or brackets nested too deeply, it tells none."""
    found = _AT_LINE.search(str(error))
    at_end = "at end of document" in str(error)
    line = int(found[1]) if found else text.rstrip().count("\n") + 1 if at_end else 1
    message = f"The file is not valid TOML: {_AT_LINE.sub('', str(error))}."
    return CourseError(message, fix="Look for a missing quote or bracket there.", place=Place(FILE, line))


def _lines(text: str) -> Iterator[tuple[str, dict[str, int]]]:
    """Each table's name and the line of each of its keys, `""` for the top one (tomllib tells no lines)."""
    table: dict[str, int] = {}
    top = table
    tables = {"": top}
    for number, line in enumerate(text.split("\n"), start=1):
        if header := _HEADER.fullmatch(line):
            name = header[1].replace('"', "").replace(" ", "")
            parent, _, child = name.rpartition(".")
            tables.setdefault(parent, {}).setdefault(child, number)
            table = tables.setdefault(name, {})
        elif key := _KEY.match(line):
            table.setdefault(key[1].strip('"'), number)
    yield from tables.items()


def line_of(content: bytes, table: str, key: str) -> int | None:
    """The line of a setting in the content of `course.toml`; that of its table where the setting stands on none."""
    tables = dict(_lines(decode(FILE, content)))
    return tables.get(table, {}).get(key) or tables[""].get(table)


def _matching(table: Table, key: str, pattern: re.Pattern[str], fix: str, default: str | None = None) -> str:
    value = table.text(key, default)
    if not pattern.fullmatch(value):
        raise table.error(key, f"`{value}` is not a {key}.", fix)
    return value


def _mailbox(root: Table, key: str) -> Mailbox:
    table = root.table(key)
    if table is None:
        raise root.error(None, f"The course has no `{key}`.", f'Add {key} = {{ name = "…", address = "…" }}.')
    table.refuse_unknown({"name", "address"})
    address = table.text("address")
    if not _ADDRESS.fullmatch(address):
        raise root.error(key, f"`{address}` is not an email address.", "Write it as name@example.com.")
    return Mailbox(table.text("name"), address)


def _cadence(root: Table, table: Table | None) -> Cadence:
    if table is None:
        fix = 'Add [cadence] with days = ["tuesday"], time = "08:00" and a timezone.'
        raise root.error(None, "The course has no [cadence].", fix)
    table.refuse_unknown({"days", "time", "timezone", "skip", "grace"})
    days = tuple(sorted({_day(table, name) for name in table.texts("days")}))
    if not days:
        raise table.error("days", "[cadence] names no days.", 'Add days = ["tuesday", "thursday"].')
    zone = table.text("timezone")
    if not is_zone(zone):
        raise table.error("timezone", f"`{zone}` is not a time zone.", "Write one such as Europe/Berlin (IANA names).")
    try:
        grace = parse_duration(table.text("grace", "6h"))
    except ValueError as error:
        raise table.error("grace", str(error), "Write it as 6h or 90m.") from error
    return Cadence(days=days, at=_time(table), zone=zone, skip=frozenset(_skip(table)), grace=grace)


def _day(table: Table, name: str) -> int:
    found = [number for number, day in enumerate(_DAYS) if name.lower() in {day, day[:3]}]
    if not found:
        raise table.error("days", f"`{name}` is not a day of the week.", "Write monday, tuesday and so on.")
    return found[0]


def _time(table: Table) -> time:
    value = table.values.get("time")
    try:
        at = value if isinstance(value, time) else time.fromisoformat(table.text("time"))
    except ValueError as error:
        raise table.error("time", f"`{value}` is not a time of day.", "Write it as 08:00, local time.") from error
    if at.tzinfo is not None or at.second or at.microsecond:
        raise table.error("time", f"`{value}` is not a local time of day.", "Write hours and minutes only, as 08:00.")
    return at


def _skip(table: Table) -> Iterator[date]:
    values = table.values.get("skip", [])
    for value in values if isinstance(values, list) else [values]:
        try:
            day = value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError as error:
            raise table.error("skip", f"`{value}` is not a date.", "Write dates as 2026-12-24.") from error
        yield day.date() if isinstance(day, datetime) else day


def _tracks(table: Table | None, lines: Mapping[str, Mapping[str, int]]) -> Iterator[Track]:
    if table is None or not table.values:
        yield Track("everyone", "Everyone")
        return
    for slug in table.values:
        track = table.table(slug, lines.get(f"tracks.{slug}", {}))
        if track is None or not SLUG.fullmatch(slug):
            raise table.error(slug, f"`{slug}` is not a track's slug.", "Use lower-case words joined by hyphens.")
        track.refuse_unknown({"title", "description"})
        yield Track(slug, track.text("title"), track.text("description", ""))


def _fields(table: Table | None, lines: Mapping[str, Mapping[str, int]]) -> Iterator[Field]:
    for name in table.values if table is not None else ():
        assert table is not None
        if not _NAME.fullmatch(name):
            raise table.error(name, f"`{name}` is not a field's name.", "Use lower-case letters, digits and _.")
        field = table.table(name, lines.get(f"fields.{name}", {}))
        assert field is not None
        field.refuse_unknown({"type", "default", "values"})
        try:
            kind = FieldKind(field.text("type", "text"))
        except ValueError as error:
            fix = "Write type as text, number or boolean."
            raise table.error(name, f"`{field.values['type']}` is not a field's type.", fix) from error
        default, values = _default(field), field.texts("values")
        if values and default and default not in values:
            raise field.error(
                "default", f"The default `{default}` is not among the values.", "Add it, or leave it out."
            )
        declared = Field(name, kind, default, values)
        for text in filter(None, (default, *values)):
            if field_value(Field(name, kind), text) is None:
                raise field.error(
                    "default", f"`{text}` is no {kind}.", f"Write one that is, or another type for {name}."
                )
        yield declared


def _default(field: Table) -> str:
    default = field.values.get("default", "")
    if isinstance(default, bool | int | float):
        return str(default).lower()
    return field.text("default", "")


def _tracking(table: Table | None) -> Tracking:
    if table is None:
        return Tracking()
    table.refuse_unknown({"opens", "clicks"})
    return Tracking(opens=table.flag("opens"), clicks=table.flag("clicks"))
