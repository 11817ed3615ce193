"""The HTML and CSS that stand in a template, as an author wrote them: what each piece is, and its line."""

from __future__ import annotations

import re
from collections.abc import Iterator

_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_NOT_A_LINE_END = re.compile(r"[^\n]")
_TAG = re.compile(r"<!--.*?-->|<(?P<name>[A-Za-z][\w:-]*)(?P<attributes>(?:\"[^\"]*\"|'[^']*'|[^>\"'])*)>", re.DOTALL)
_ATTRIBUTE = re.compile(r"([A-Za-z_:][\w:.-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_STYLES = frozenset({"style", "mj-style"})
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_TEXT = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_PIECE = re.compile(r"[{};]")
_AT = re.compile(r"\s*@(?:-\w+-)?([\w-]+)")
_MEDIA = re.compile(r"\(\s*(?:-webkit-)?(?:min-|max-)?([\w-]+)")
_PSEUDO = re.compile(r"::?([a-z][\w-]*)")
_COMBINATOR = re.compile(r"\[[^\]]*\]|[>+~*]|#(?=[A-Za-z_])")
_DECLARATION = re.compile(r"\s*([\w-]+)\s*:(.*)", re.DOTALL)
_FUNCTION = re.compile(r"([a-z][a-z-]*)\(", re.IGNORECASE)
_UNIT = re.compile(r"(?<![\w#-])-?(?:\d+\.?\d*|\.\d+)([a-z]+|%)", re.IGNORECASE)
_WORD = re.compile(r"(?<![\w-])[a-z][a-z-]*(?![\w(-])", re.IGNORECASE)


def looks_in(source: str) -> Iterator[tuple[str, int]]:
    """What the HTML and CSS of a template look like, in order, each with its line, from 1.

    A look is `element video`, `attribute loading`, `input text` and `button submit` (by its type), `property opacity`,
    `value display:flex`, `word fit-content`, `unit vw`, `function calc`, `at font-face`, `media orientation`, `pseudo
    hover`, `selector >` (or another sign that joins or tells elements), or `nesting`. MJML's own elements have none;
    nor have comments, since those are for one program, and Jinja.
    """
    plain = _blank(_JINJA, source)
    end = 0
    for tag in _TAG.finditer(plain):
        if tag["name"] is None or tag.start() < end:
            continue
        name, line = tag["name"].lower(), 1 + plain.count("\n", 0, tag.start())
        if not name.startswith("mj"):
            yield from _in_tag(name, tag["attributes"], line)
        if name in _STYLES:
            end = plain.find("</", tag.end())
            end = len(plain) if end < 0 else end
            yield from _in_sheet(plain[tag.end() : end], 1 + plain.count("\n", 0, tag.end()))


def _blank(pattern: re.Pattern[str], text: str) -> str:
    """The text with spaces in place of what a pattern finds; its lines stay where they are."""
    return pattern.sub(lambda found: _NOT_A_LINE_END.sub(" ", found[0]), text)


def _in_tag(name: str, attributes: str, line: int) -> Iterator[tuple[str, int]]:
    yield f"element {name}", line
    for found in _ATTRIBUTE.finditer(attributes):
        attribute = found[1].lower()
        value = next((group for group in found.groups()[1:] if group is not None), "")
        here = line + attributes.count("\n", 0, found.start())
        yield f"attribute {attribute}", here
        if attribute == "type" and name in {"input", "button"}:
            yield f"{name} {value.lower()}", here
        elif attribute == "style":
            yield from _in_declarations(value, here)


def _in_sheet(css: str, line: int) -> Iterator[tuple[str, int]]:
    """What stands in a style sheet: a piece ends at a brace or a semicolon."""
    css = _blank(_TEXT, _blank(_COMMENT, css))
    within: list[bool] = []  # for each open block, whether it is that of an at-rule
    start = 0
    for sign in _PIECE.finditer(css):
        piece = css[start : sign.start()]
        here = line + css.count("\n", 0, start + len(piece) - len(piece.lstrip()))
        at = _AT.match(piece)
        if at:
            yield from _in_at_rule(at[1].lower(), piece, here)
        elif sign[0] == "{":
            yield from _in_selector(piece, here)
            if False in within:
                yield "nesting", here
        else:
            yield from _in_declarations(piece, line + css.count("\n", 0, start))
        if sign[0] == "{":
            within.append(at is not None)
        elif sign[0] == "}" and within:
            within.pop()
        start = sign.end()


def _in_at_rule(name: str, prelude: str, line: int) -> Iterator[tuple[str, int]]:
    yield f"at {name}", line
    if name == "media":
        yield from ((f"media {feature}", line) for feature in _MEDIA.findall(prelude))


def _in_selector(selector: str, line: int) -> Iterator[tuple[str, int]]:
    for sign in _COMBINATOR.findall(selector):
        yield f"selector {sign[0]}", line
    for name in _PSEUDO.findall(re.sub(r"\[[^\]]*\]", "", selector)):
        yield f"pseudo {name}", line


def _in_declarations(css: str, line: int) -> Iterator[tuple[str, int]]:
    start = 0
    for part in re.split(r"(;)(?![^(]*\))", css):
        found = _DECLARATION.fullmatch(part)
        if found:
            here = line + css.count("\n", 0, start + len(part) - len(part.lstrip()))
            yield from ((look, here) for look in _in_declaration(found[1].lower(), found[2].lower()))
        start += len(part)


def _in_declaration(name: str, value: str) -> Iterator[str]:
    value = _TEXT.sub("", value).replace("!important", "")
    yield f"property {name}"
    for function in _FUNCTION.findall(value):
        yield f"function {function}"
    for unit in _UNIT.findall(value):
        yield f"unit {unit}"
    for word in _WORD.findall(value):
        yield f"word {word}"
        yield f"value {name}:{word}"
