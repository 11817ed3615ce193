"""An operator at work: the commands of dripcourse, run as processes of their own, in a folder of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.sender.commands.conftest import run_here

ROOT = Path(__file__).parents[2]
PRODUCT_PATH = ROOT / "course" / "product_path"
TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Operator:
    """Runs `dripcourse` in `folder` with `settings` as its environment."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; its exit status must be `status`, and no traceback may show."""
        done = subprocess.run(
            self._command(arguments), cwd=self.folder, env=self._environment(), capture_output=True, text=True,
            timeout=TIMEOUT_SECONDS, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == status, done.stdout + done.stderr
        return done

    def json(self, *arguments: str, status: int = 0) -> Any:
        """What a command prints with `--format json`."""
        return json.loads(self.run(*arguments, "--format", "json", status=status).stdout)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command, to be ended by the test."""
        return subprocess.Popen(
            self._command(arguments), cwd=self.folder, env=self._environment(), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def people(self, rows: str, *options: str) -> Any:
        """Import people from the text of a CSV file, onto the bundled course, as confirmed.

        This is done in the process of the test: what is told of here is what becomes of them.
        """
        (self.folder / "people.csv").write_text(rows, "utf-8")
        command = ("subscribers", "import", "people.csv", "--course", "product-path", "--confirmed", *options)
        with chdir(self.folder):
            return json.loads(run_here(*command, "--format", "json", status=0).stdout)

    def send_everything(self, now: str) -> list[dict[str, Any]]:
        """Tick from moment to moment until nothing is left to do; what each tick did."""
        done = []
        moment: str | None = now
        while moment is not None:
            done.append(self.json("send", "--now", moment))
            moment = done[-1]["next_due_at"]
        return done

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-W", "error", "-m", "sender", *arguments]

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", **self.settings}
