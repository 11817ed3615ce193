"""Bytes → text: UTF-8 for what an author writes, the declared encoding for a web page; never a guess."""

from __future__ import annotations

import codecs
import re

from course.errors import CourseError, Place

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED_WITHIN = 4_096
_SHORTEST_WIDE, _MOSTLY = 8, 0.8
_DECLARED = re.compile(
    rb"<meta\b[^<>]{0,300}?\bcharset\s*=\s*[\"']?\s*([\w.:-]{2,40})|^\s*<\?xml[^<>]{0,100}?encoding=[\"']([\w.:-]{2,40})",
    re.IGNORECASE,
)
# By their names in the Encoding Standard (encoding.spec.whatwg.org); an encoding that is a superset reads more pages.
_WIDER = {
    "ascii": "cp1252", "us-ascii": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252",
    "iso-8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932",
    "shift-jis": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "x-sjis": "cp932", "macintosh": "mac-roman",
    "windows-874": "cp874", "utf8": "utf-8", "utf-16": "utf-8", "utf-16le": "utf-8", "utf-16be": "utf-8",
}  # fmt: skip
_KNOWN = re.compile(
    r"utf-8|windows-125[0-8]|cp125[0-8]|iso-8859-(?:[2-8]|1[013456])|koi8-[ru]|gb18030|euc-jp|iso-2022-jp|ibm866|cp866"
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode_text(name: str, content: bytes) -> str:
    """A text file's text. Raises CourseError, with the line, where it is not UTF-8 (or UTF-16 that says so)."""
    marked = next(((mark, encoding) for mark, encoding in _MARKS if content.startswith(mark)), None)
    mark, encoding = marked or (b"", "utf-8")
    return _decoded(name, content[len(mark) :], encoding, "Save it as UTF-8 in your editor.")


def decode_html(name: str, content: bytes) -> str:
    """A page's text, in the encoding that it declares; UTF-8 where it declares none.

    Raises CourseError, with the line, where the bytes are not what is declared.
    """
    if content.startswith(tuple(mark for mark, _ in _MARKS)):
        return decode_text(name, content)
    found = _DECLARED.search(content[:_DECLARED_WITHIN])
    if found is None:
        fix = 'Save it as UTF-8, or say what it is, such as <meta charset="windows-1252">.'
        return _decoded(name, content, "utf-8", fix)
    declared = (found[1] or found[2]).decode("ascii", "replace").lower()
    encoding = _WIDER.get(declared, declared)
    if encoding not in _WIDER.values() and not _KNOWN.fullmatch(encoding):
        line = content.count(b"\n", 0, found.start()) + 1
        message = f"The page declares the encoding `{declared}`, which is not known here."
        raise CourseError(message, fix="Save it as UTF-8 and declare that.", place=Place(name, line))
    return _decoded(name, content, encoding, "Save it as UTF-8 and declare that.")


def _decoded(name: str, content: bytes, encoding: str, fix: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\0" in content and encoding == "utf-8":
            raise _binary(name, content, min(error.start, content.index(b"\0"))) from error
        line = content.count(b"\n", 0, error.start) + 1
        message = f"The file is not {encoding.upper()} text."
        raise CourseError(message, fix=fix, place=Place(name, line)) from error
    if "\0" in text:
        raise _binary(name, text.encode(), text.encode().index(b"\0"))
    if control := _CONTROL.search(text):
        line = text.count("\n", 0, control.start()) + 1
        message = "This holds control characters, as a binary file does."
        raise CourseError(message, fix="Save the document as a text, and import that.", place=Place(name, line))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _looks_wide(content: bytes) -> bool:
    """Whether every other byte is empty, as in UTF-16 of mostly Latin letters."""
    head = content[:_DECLARED_WITHIN]
    empty = sorted(head[start::2].count(0) for start in (0, 1))
    return len(head) >= _SHORTEST_WIDE and empty[0] == 0 and empty[1] * 2 > len(head) * _MOSTLY


def _binary(name: str, content: bytes, place: int) -> CourseError:
    line = content.count(b"\n", 0, place) + 1
    if _looks_wide(content):
        message = "This looks like UTF-16 text that does not say so."
        return CourseError(message, fix="Save it as UTF-8 in your editor.", place=Place(name, line))
    fix = "Name a document: HTML, Markdown, text, PDF or DOCX."
    return CourseError("This is a binary file, not a text.", fix=fix, place=Place(name, line))
