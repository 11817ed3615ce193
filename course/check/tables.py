"""Tables of an email: which hold data, and which are there for their looks."""

from __future__ import annotations

from lxml.html import HtmlElement

_HEADINGS = frozenset({"th", "caption", "thead"})


def is_for_layout(table: HtmlElement) -> bool:
    """Whether a table says that it is none to whoever does not see it."""
    return (table.get("role") or "").strip().lower() in {"presentation", "none"}


def holds_data(table: HtmlElement) -> bool:
    """Whether a table has headings or a caption of its own; those of tables within it are not its own."""
    return any(_own(cell, table) for cell in table.iter(*_HEADINGS))


def headings(table: HtmlElement) -> list[HtmlElement]:
    """The cells that head the rows and columns of a table."""
    return [cell for cell in table.iter("th") if _own(cell, table)]


def _own(cell: HtmlElement, table: HtmlElement) -> bool:
    return next(cell.iterancestors("table"), None) is table
