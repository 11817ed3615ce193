"""The command line starts fast: what is heavy is imported by the command that needs it."""

from __future__ import annotations

import subprocess
import sys

from tests.architecture.source import ROOT

HEAVY = {
    "alembic",
    "apscheduler",
    "babel",
    "jinja2",
    "markdown_it",
    "mjml",
    "sendgrid",
    "sqlalchemy",
    "starlette",
    "uvicorn",
}


def test_the_command_line_is_ready_before_anything_heavy_is_imported() -> None:
    program = "import sys; sys.path.insert(0, sys.argv[1]); import sender.cli; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program, ROOT], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    loaded = set(run.stdout.split())
    assert "sender.cli" in loaded
    assert sorted(loaded & HEAVY) == []
