"""Which of MJML's elements may stand in which: the engine accepts others in silence, and leaves them out."""

from __future__ import annotations

from collections.abc import Iterable

from course import mjml_contents as contents
from course.mjml_contents import Mistake
from course.mjml_tags import Tag

_IN_COLUMN = frozenset(
    {"mj-text", "mj-button", "mj-image", "mj-divider", "mj-spacer", "mj-table", "mj-raw", "mj-social", "mj-navbar",
     "mj-accordion", "mj-carousel"}
)  # fmt: skip
_IN_BODY = frozenset({"mj-section", "mj-wrapper", "mj-hero", "mj-raw"})
_CHILDREN: dict[str, frozenset[str]] = {
    "": frozenset({"mjml"}),
    "mjml": frozenset({"mj-head", "mj-body"}),
    "mj-head": frozenset({"mj-attributes", "mj-breakpoint", "mj-font", "mj-preview", "mj-style", "mj-title", "mj-raw"}),
    "mj-body": _IN_BODY,
    "mj-wrapper": frozenset({"mj-section", "mj-hero", "mj-raw"}),
    "mj-section": frozenset({"mj-column", "mj-group", "mj-raw"}),
    "mj-group": frozenset({"mj-column", "mj-raw"}),
    "mj-column": _IN_COLUMN,
    "mj-hero": _IN_COLUMN,
    "mj-social": frozenset({"mj-social-element", "mj-raw"}),
    "mj-navbar": frozenset({"mj-navbar-link", "mj-raw"}),
    "mj-accordion": frozenset({"mj-accordion-element", "mj-raw"}),
    "mj-accordion-element": frozenset({"mj-accordion-title", "mj-accordion-text", "mj-raw"}),
    "mj-carousel": frozenset({"mj-carousel-image"}),
}
_KNOWN = frozenset().union(*_CHILDREN.values(), _CHILDREN)
_CHILDREN["mj-attributes"] = _KNOWN | {"mj-all", "mj-class"}


class StructureError(Exception):
    """A mistake among MJML's own elements, and the number of the tag where it has been found."""

    def __init__(self, mistake: Mistake, tag: int) -> None:
        super().__init__(mistake.message)
        self.mistake = mistake
        self.tag = tag


def opened(tags: Iterable[Tag]) -> list[tuple[Tag, int]]:
    """The elements that are open behind all the tags: what opened each, and its number.

    Raises StructureError for the first tag that does not belong where it stands.
    """
    found: list[tuple[Tag, int]] = []
    within = ""
    for number, tag in enumerate(tags):
        name = tag.name
        if tag.closes:
            if name != within:
                raise StructureError(contents.closing_nothing(name, within), number)
            found.pop()
            within = found[-1][0].name if found else ""
            continue
        if name not in _CHILDREN.get(within, ()):
            raise StructureError(_misplaced(name, found[-1][0] if found else None), number)
        if tag.lacks_alt and within != "mj-attributes":
            raise StructureError(contents.without_alt(name), number)
        if tag.opens:
            found.append((tag, number))
            within = name
    return found


def _misplaced(name: str, parent: Tag | None) -> Mistake:
    if parent is not None and parent.holds:
        return contents.misplaced(name, parent.name)
    if name not in _KNOWN:
        return contents.unknown(name)
    within = parent.name if parent else ""
    where = f"inside `<{within}>`" if within else "outside `<mjml>`"
    fix = f"There may stand: {', '.join(sorted(_CHILDREN.get(within, ()))) or 'nothing'}."
    return Mistake(f"`<{name}>` cannot stand {where}.", fix)
