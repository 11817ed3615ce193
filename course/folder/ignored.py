"""`ignore`, in a lesson's front matter or in `course.toml` → which rules of a check are ignored, and why."""

from __future__ import annotations

from course.folder.table import Table


def ignored(table: Table | None) -> dict[str, str]:
    """The reason for each rule. Raises CourseError, with the line, where one is missing."""
    if table is None:
        return {}
    for rule, reason in table.values.items():
        if not isinstance(reason, str) or not reason.strip():
            fix = f"Write behind `{rule}` why its finding is right as it is, or take the line away."
            raise table.error(rule, f"No reason is given for ignoring `{rule}`.", fix)
    return {rule: table.text(rule) for rule in table.values}
