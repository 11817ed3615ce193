"""Compiles one lesson's MJML, given as JSON, and prints the milliseconds; this process has compiled nothing before."""

from __future__ import annotations

import json
import sys

from course.errors import Place
from course.mjml import compile_mjml
from tests.benchmarks.figures import milliseconds


def main() -> None:
    given = json.load(sys.stdin)
    mjml, body = given["mjml"], given["body"]
    print(milliseconds(lambda: compile_mjml(mjml, lambda line: Place("lesson.mjml", line), body=body)))


if __name__ == "__main__":
    main()
