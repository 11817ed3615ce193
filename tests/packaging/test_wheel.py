"""What is published works where there is no checkout: the wheel holds all it needs, and the demo runs from it."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]

# What decides where packages come from stays; whatever leads back to this checkout, or to someone's settings, goes.
OUTSIDE = {
    name: value for name, value in os.environ.items() if not name.startswith(("DRIPCOURSE_", "PYTHON", "SENDGRID_"))
}


def run(*command: str | Path, cwd: Path) -> None:
    """Runs a command to its good end, or fails with what it said."""
    done = subprocess.run(
        command, check=False, cwd=cwd, env=OUTSIDE, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode:
        pytest.fail(f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}", pytrace=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive made from the checkout, and the wheel made from that archive."""
    out = tmp_path_factory.mktemp("built")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    [wheel] = built.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def in_wheel(wheel: Path) -> set[str]:
    """The names of all files in the wheel."""
    return set(ZipFile(wheel).namelist())


def data_files(package: str) -> set[str]:
    """The names of a package's files in the checkout, compiled ones left out."""
    found = (path for path in (ROOT / package).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(ROOT).as_posix() for path in found}


def test_the_wheel_holds_the_three_packages_and_nothing_else(in_wheel: set[str]) -> None:
    tops = {name.partition("/")[0] for name in in_wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"course", "sender", "templates"}


@pytest.mark.parametrize("package", ["course", "sender", "templates"])
def test_the_wheel_holds_every_file_of_a_package(package: str, in_wheel: set[str]) -> None:
    assert {name for name in in_wheel if name.startswith(f"{package}/")} == data_files(package)


@pytest.mark.parametrize(
    "name", ["course/py.typed", "sender/py.typed", "course/product_path/course.toml", "sender/store/migrations/env.py"]
)
def test_the_wheel_holds_what_is_read_when_installed(name: str, in_wheel: set[str]) -> None:
    assert name in in_wheel


def test_the_source_archive_holds_what_building_and_testing_need(built: Path) -> None:
    [archive] = built.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    assert {
        "LICENSE",
        "Makefile",
        "README.md",
        "pyproject.toml",
        "requirements/dev.txt",
        "requirements/install.sh",
        "requirements/package-lock.json",
        "requirements/package.json",
        "tests/conftest.py",
    } <= names


def test_the_demo_runs_from_the_wheel_in_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", "clean", cwd=tmp_path)
    programs = tmp_path / "clean" / "bin"
    install = (programs / "python", "-m", "pip", "install", "--quiet")
    run(*install, "--require-hashes", "--requirement", ROOT / "requirements" / "run.txt", cwd=tmp_path)
    run(*install, "--no-deps", wheel, cwd=tmp_path)
    run(programs / "dripcourse", "demo", "--people", "5", "--out", "emails", cwd=tmp_path)
    emails = list((tmp_path / "emails").rglob("*.eml"))
    assert len(emails) >= 5
    assert all(email.stat().st_size for email in emails)
