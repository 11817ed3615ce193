"""Front matter: the YAML between two `---` lines that a Markdown file begins with."""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

from course.errors import CourseError, Place
from course.folder.table import Table

_OPENING = re.compile(r"---[ \t]*\n")
_CLOSING = re.compile(r"^---[ \t]*(?:\n|\Z)", re.MULTILINE)
_DEEPEST = 5
_FIX = "Begin the file with a line `---`, one `name: value` a line, and a second line `---`."


@dataclass(frozen=True, slots=True)
class Document:
    """A Markdown file: its front matter, and the body, whose first line is `body_line` of the file."""

    table: Table
    body: str
    body_line: int


def decode(file: str, content: bytes) -> str:
    """The text of a file with its line ends as `\\n` and without a byte-order mark.

    Raises CourseError, with the line, where the bytes are not UTF-8.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CourseError(
            "The file is not UTF-8 text.", fix="Save it as UTF-8 in your editor.", place=Place(file, line)
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def split(file: str, content: bytes) -> Document:
    """Take a Markdown file apart. All scalars of the front matter stay texts (`no` is not false).

    Raises CourseError where there is no front matter or it is not a plain list of settings.
    """
    text = decode(file, content)
    opening = _OPENING.match(text)
    if opening is None:
        raise CourseError("The file does not begin with front matter.", fix=_FIX, place=Place(file, 1))
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        raise CourseError("The front matter is never closed.", fix=_FIX, place=Place(file, 1))
    table = _parse(file, text[opening.end() : closing.start()])
    return Document(table, text[closing.end() :], text.count("\n", 0, closing.end()) + 1)


def _parse(file: str, source: str) -> Table:
    try:
        loader = yaml.BaseLoader(source)
        try:
            _refuse_excess(file, source)
            node = loader.get_single_node()
            values = {} if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise _invalid(file, source, error) from error
    if not isinstance(values, dict):
        raise CourseError("The front matter is not a list of settings.", fix=_FIX, place=Place(file, 2))
    return Table(values, file, "the front matter", _lines(file, node), 1)


def _refuse_excess(file: str, source: str) -> None:
    """Refuse what makes a few lines of YAML mean gigabytes, or take minutes to read; no setting needs it."""
    depth = 0
    for event in yaml.parse(source, Loader=yaml.BaseLoader):
        line = event.start_mark.line + 2 if event.start_mark else 1
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            message, fix = "The front matter uses a YAML alias.", "Write the value out."
        elif depth > _DEEPEST:
            message, fix = "The front matter is nested too deeply.", "Write a setting as `name: value`."
        else:
            continue
        raise CourseError(message, fix=fix, place=Place(file, line))


def _invalid(file: str, source: str, error: Exception) -> CourseError:
    fix = "Put a text that holds `: ` or begins with a special sign in quotes."
    problem: str | None
    if isinstance(error, yaml.MarkedYAMLError) and error.context_mark and "quoted" in str(error.context):
        line, problem = error.context_mark.line + 2, "the quote that opens here is not closed as it should be"
        fix = "Close it at the end of the text; a quote within it needs another kind of quotes around it."
    elif isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        line, problem = error.problem_mark.line + 2, error.problem
    elif isinstance(error, yaml.reader.ReaderError):
        line, problem = source.count("\n", 0, error.position) + 2, "it holds a control character"
        fix = "Take the character out; some editors can show it."
    else:
        line, problem = 2, "it cannot be read"
    return CourseError(f"The front matter is not valid YAML: {problem}.", fix=fix, place=Place(file, line))


def _lines(file: str, node: yaml.Node | None, path: str = "") -> dict[str, int]:
    """The line of each setting, by its path: `quiz`, `quiz.answers`, `quiz.answers.0`, `quiz.answers.0.text`."""
    lines: dict[str, int] = {}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name, line = f"{path}{key.value}", key.start_mark.line + 2
            if name in lines:
                message = f"`{key.value}` stands here twice."
                raise CourseError(message, fix="Keep one of the two.", place=Place(file, line))
            lines |= {name: line, **_lines(file, value, f"{name}.")}
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            name = f"{path}{number}"
            lines |= {name: value.start_mark.line + 2, **_lines(file, value, f"{name}.")}
    return lines
