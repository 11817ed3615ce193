"""A preview as its author starts it: a process of its own that serves a folder, and the page of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import FrameLocator, Page

from tests.course.check.small import written

DRIPCOURSE: Final = Path(sys.executable).with_name("dripcourse")
WIDTHS: Final = {"320 pixels": 320, "375 pixels": 375, "600 pixels": 600}
_STOP_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Preview:
    """A running preview: the folder of its course, the course's files as they were, and the address that it printed."""

    folder: Path
    files: Mapping[str, bytes]
    address: str

    def edit(self, file: str, old: str, new: str) -> None:
        """Save a file of the course with one passage in it changed, as an editor does."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")

    def undo_edits(self) -> None:
        """Save each file that was changed as it was."""
        for file, content in self.files.items():
            if (self.folder / file).read_bytes() != content:
                (self.folder / file).write_bytes(content)


@contextmanager
def previewing(folder: Path, files: Mapping[str, bytes]) -> Iterator[Preview]:
    """Write the course and serve it; at the end the process is told to stop, and must do so without complaint."""
    written(folder, dict(files))
    log = folder.with_suffix(".log")
    # Beside the course, without our settings: a test that is sent lands in a folder there.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("DRIPCOURSE_", "SENDGRID_"))
    }
    command = (DRIPCOURSE, "preview", folder, "--port", "0", "--no-browser")
    with (
        log.open("w") as stderr,
        subprocess.Popen(
            command, cwd=folder.parent, env=environment, stdout=subprocess.PIPE, stderr=stderr, text=True
        ) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            assert line.startswith("Preview at http://127.0.0.1:"), line + log.read_text()
            yield Preview(folder, files, line.removeprefix("Preview at ").strip())
        finally:
            process.terminate()
            status = process.wait(_STOP_SECONDS)
    assert (status, "Traceback" in log.read_text()) == (0, False), log.read_text()


def frame(page: Page, width: str = "600 pixels") -> FrameLocator:
    """The email as the page shows it, in one of its widths."""
    return page.frame_locator(f"iframe[title='The email at {width}']")
