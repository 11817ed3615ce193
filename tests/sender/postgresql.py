"""A PostgreSQL cluster for the tests: its own, in a folder of its own, reached through a socket there alone."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import pytest

_USERS = ("postgres", "nobody")  # the server refuses to run as root


@contextmanager
def cluster() -> Iterator[str]:
    """A running server, as a SQLAlchemy URL whose database's name is left open (`{}`); it ends with the block.

    Skips where there is no PostgreSQL, but not in continuous integration: there it must not go untested.
    """
    programs = _programs()
    if programs is None:
        _skip("PostgreSQL's programs are not installed")
    if find_spec("psycopg") is None:
        _skip("psycopg is not installed")
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path is at most 107 bytes
    user = next((name for name in _USERS if _exists(name)), None) if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)

    def run(*command: str) -> None:
        # To a file, not a pipe: the server inherits it and would keep a pipe open.
        with (folder / "output").open("ab") as output:
            finished = subprocess.run(command, cwd=folder, user=user, stdout=output, stderr=output, check=False)
        assert finished.returncode == 0, (folder / "output").read_text("utf-8", "replace")

    control = (str(programs / "pg_ctl"), "-D", str(folder / "data"), "-w")
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c max_connections=300"
    options += " -c fsync=off -c autovacuum=off"  # it ends with the tests
    try:
        run(
            str(programs / "initdb"),
            "-D",
            str(folder / "data"),
            "-U",
            "tests",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        )
        run(*control, "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://tests@/{{}}?host={folder}"
        finally:
            run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _programs() -> Path | None:
    """Where `initdb` and `pg_ctl` are: on the path, or where Debian keeps each version's."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: path.parts[-3].zfill(4))
    return kept[-1].parent if kept else None


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _skip(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"{reason}, and in continuous integration these tests must run")
    pytest.skip(reason)
