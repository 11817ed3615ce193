"""What importing did, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from course.importing.intake import Change, Imported

_STATES = ("author", "publisher", "address")
_MOST_NAMED = 12


def as_data(imported: Sequence[Imported]) -> list[dict[str, object]]:
    """For each document an object of plain values, as JSON holds them; what is not stated is empty or null."""
    return [_data(one) for one in imported]


def _data(one: Imported) -> dict[str, object]:
    source = one.source
    passages = len(source.passages)
    return {
        "file": one.given,
        "source": source.slug,
        "path": source.place.file,
        "change": str(one.change),
        "title": source.title,
        "author": source.author,
        "publisher": source.publisher,
        "date": source.date.isoformat() if source.date else None,
        "url": source.url,
        "video": source.video,
        "sections": _sections(one),
        "passages": passages,
        "added": len(one.added),
        "updated": len(one.updated),
        "kept": passages - len(one.added) - len(one.updated),
        "gone": list(one.gone),
        "missing": list(missing(one)),
        "remarks": list(one.remarks),
    }


def missing(one: Imported) -> Iterator[str]:
    """What neither the document nor its note states: author, publisher, address."""
    source = one.source
    stated = dict(zip(_STATES, (source.author, source.publisher, source.url or source.video), strict=True))
    yield from (name for name, value in stated.items() if not value)


def as_text(one: Imported) -> str:
    """A paragraph about one document: the note, what it states, how many passages, and what an author should do."""
    source = one.source
    lines = [f"{source.place.file} ({one.change}): {source.title}"]
    stated = [source.author, source.publisher, source.date.isoformat() if source.date else ""]
    stated.append(f"video {source.video}" if source.video else source.url)
    if any(stated):
        lines.append("  " + ", ".join(filter(None, stated)))
    lines.append(f"  {_passages(one)}")
    if absent := list(missing(one)):
        named = ", ".join("`url` or `video`" if name == "address" else f"`{name}`" for name in absent)
        lines.append(f"  not stated, to be filled in by hand where it is known: {named}")
    if one.gone:
        more = f" and {len(one.gone) - _MOST_NAMED} more" if len(one.gone) > _MOST_NAMED else ""
        named = ", ".join(one.gone[:_MOST_NAMED])
        lines.append(f"  no longer in the document, and kept: {named}{more}")
    return "\n".join([*lines, *(f"  {remark}" for remark in one.remarks)])


def _passages(one: Imported) -> str:
    passages = f"{_counted(len(one.source.passages), 'passage')} in {_counted(_sections(one), 'section')}"
    if one.change is Change.UPDATED:
        return f"{passages}: {len(one.added)} added, {len(one.updated)} with new words"
    return passages


def _sections(one: Imported) -> int:
    return len({passage.section for passage in one.source.passages})


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
