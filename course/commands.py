"""What commands have done in the confined child; each imports what is heavy there, and the command line need not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course.check import Report
    from course.folder import Files

SECONDS = 300.0
"""How long the work of a command may compute; the bundled course takes two or three."""


@dataclass(frozen=True, slots=True)
class Told:
    """What `check` prints, and whether anything, and an error, was found."""

    text: str
    findings: bool
    errors: bool


def checked(files: Files, output: str) -> Told:
    """What `check` prints of the course that `files` describe; `output` is `text` or `json`."""
    from course.check import check_files

    return told(check_files(files), output)


def told(report: Report, output: str) -> Told:
    """A report as `check` prints it."""
    from course.check import Severity

    text = as_json(report.as_data()) if output == "json" else report.as_text()
    return Told(text, bool(report.findings), bool(report.having(Severity.ERROR)))


def as_json(document: object) -> str:
    """A document as commands print it."""
    return json.dumps(document, ensure_ascii=False, indent=2)


def refuse_errors(files: Files) -> None:
    """Raise CourseErrors with all errors that a check of these files finds."""
    from course.check import check_files

    check_files(files).refuse_errors()
