"""The authors' commands as they are typed, in the process of the test."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from sender.cli import dripcourse


def run(*arguments: str | Path, given: bytes = b"") -> Result:
    """What a command answers, which never is a traceback."""
    result = CliRunner().invoke(dripcourse, [str(argument) for argument in arguments], input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result
