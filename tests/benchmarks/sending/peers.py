"""Packages from PyPI that a user might pick instead, in an environment of their own that is made when first wanted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.benchmarks.sending.running import ROOT, Run, run
from tests.standin import StandinProcess

PEERS = {"django-post-office": "post-office", "django-drip-campaigns": "drip-campaigns"}
ENVIRONMENT = ROOT / ".venv" / "bench"
_LOCK = ROOT / "requirements" / "bench.txt"


def peer(name: str, database: Path, far_end: StandinProcess, people: int, folder: Path) -> Run:
    """A peer that sends the lesson in a database to so many people, in a site made for it in `folder`."""
    site = folder / name
    site.mkdir(exist_ok=True)
    for old in site.iterdir():
        old.unlink()
    script = ROOT / "tests" / "benchmarks" / "sending" / "django_peers.py"
    arguments = (PEERS[name], str(database), far_end.url, far_end.key, str(people))
    return run([str(python()), str(script), *arguments], site)


def python() -> Path:
    """The interpreter of the environment that has the peers, and what draws plots."""
    mark = ENVIRONMENT / ".locked"
    if not mark.exists() or mark.read_bytes() != _LOCK.read_bytes():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
        install = ("-m", "pip", "install", "-qq", "--require-hashes", "-r", str(_LOCK))
        subprocess.run([str(ENVIRONMENT / "bin" / "python"), *install], check=True)
        mark.write_bytes(_LOCK.read_bytes())
    return ENVIRONMENT / "bin" / "python"
