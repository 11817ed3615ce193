"""Archives of small courses, and their pages as a browser reads them."""

from __future__ import annotations

from lxml import html

from course.archive import archive_files
from course.folder import load
from tests.course.check.small import small_course


class Archive:
    """The archive of a course."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = archive_files(load(files), files)

    def source(self, name: str) -> str:
        """A page as it is written."""
        return self.files[name].decode("utf-8")

    def page(self, name: str) -> html.HtmlElement:
        """A page as it is read."""
        return html.document_fromstring(self.source(name))

    def text(self, name: str) -> str:
        """What a page's main part says, in one line."""
        return words(self.page(name).find(".//main"))

    @property
    def pages(self) -> list[str]:
        """The names of all pages."""
        return [name for name in self.files if name.endswith(".html")]


def archived(changes: dict[str, str] | None = None, assets: dict[str, bytes] | None = None) -> Archive:
    """The archive of the small course with changes, and with pictures, by their path."""
    return Archive({**small_course(changes), **(assets or {})})


def words(element: html.HtmlElement | None) -> str:
    """The text of an element, in one line."""
    assert element is not None
    return " ".join(element.text_content().split())
