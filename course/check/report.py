"""What a check found: findings, what is cited of each source, and how both read as text and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from course.citations import Coverage
from course.errors import CourseError, CourseErrors, Place

_WIDTH = 100


class Severity(StrEnum):
    """An error keeps a course from being published; a warning is for its author to weigh."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found: where it is, what is wrong, what to do and why. Lines count from 1."""

    rule: str
    severity: Severity
    file: str | None
    line: int | None
    message: str
    fix: str
    reason: str = ""

    @classmethod
    def of(cls, error: CourseError, severity: Severity = Severity.ERROR) -> Finding:
        """The finding that says what `error` says."""
        file, line = (None, None) if error.place is None else (error.place.file, error.place.line)
        return cls(error.rule, severity, file, line, error.message, error.fix)

    def position(self) -> tuple[str, int, str, str]:
        """What findings are sorted by: file, line, rule."""
        return (self.file or "", self.line or 0, self.rule, self.message)

    @property
    def place(self) -> Place | None:
        """Where it is, or None where it is in no file."""
        return None if self.file is None else Place(self.file, self.line)


@dataclass(frozen=True, slots=True)
class Ignored:
    """A finding that its lesson, or the course, asks to ignore, and why."""

    finding: Finding
    because: str


@dataclass(frozen=True, slots=True)
class Report:
    """All findings, in the order of files and lines, and for each source what the lessons cite of it.

    `ignored` are the findings that the course asks to ignore, each with the reason that it gives.
    """

    findings: tuple[Finding, ...] = ()
    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    ignored: tuple[Ignored, ...] = ()

    def having(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings of one severity."""
        return tuple(finding for finding in self.findings if finding.severity is severity)

    def refuse_errors(self, *, but_of: Collection[str] = ()) -> None:
        """Raise CourseErrors with every finding that is an error, but of the rules named; do nothing for none."""
        errors = tuple(
            CourseError(finding.message, fix=finding.fix, place=finding.place, rule=finding.rule)
            for finding in self.having(Severity.ERROR)
            if finding.rule not in but_of
        )
        if errors:
            raise CourseErrors(errors)

    def as_data(self) -> dict[str, object]:
        """The report as `check --format json` prints it."""
        return {
            "findings": [asdict(finding) for finding in self.findings],
            "coverage": {
                source: {"passages": one.passages, "cited": one.passages - len(one.uncited)}
                for source, one in self.coverage.items()
            },
            "ignored": [{**asdict(one.finding), "because": one.because} for one in self.ignored],
        }

    def as_text(self) -> str:
        """The report for a person; the last line says how many errors there are."""
        blocks = [*(_block(finding) for finding in self.findings)]
        if self.coverage:
            blocks.append("\n".join(line for source in self.coverage for line in self._cited(source)))
        return "\n\n".join([*blocks, self._verdict()])

    def _cited(self, source: str) -> Iterator[str]:
        one = self.coverage[source]
        yield f"{source}: {one.passages - len(one.uncited)} of {one.passages} passages cited"
        if one.uncited:
            listed = f"not cited: {', '.join(one.uncited)}"
            yield textwrap.fill(listed, _WIDTH, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)

    def _verdict(self) -> str:
        errors, warnings = len(self.having(Severity.ERROR)), len(self.having(Severity.WARNING))
        counted = (
            f"{_number(errors, 'error')}, {_number(warnings, 'warning')}" if warnings else _number(errors, "error")
        )
        left = f" {_number(len(self.ignored), 'finding')} ignored, as asked." if self.ignored else ""
        return f"{counted}.{left}"


def _block(finding: Finding) -> str:
    where = "" if finding.place is None else f"{finding.place}: "
    said = f"{where}{finding.severity} [{finding.rule}] {finding.message}"
    why = f"\n    Why: {finding.reason}" if finding.reason else ""
    return f"{said}\n{textwrap.indent(finding.fix, '    ')}{why}"


def _number(count: int, noun: str) -> str:
    if count == 0:
        return f"No {noun}s"
    return f"1 {noun}" if count == 1 else f"{count} {noun}s"
