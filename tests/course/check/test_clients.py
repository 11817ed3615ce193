"""The data on mail programs says of each feature what it is, who does not support it, and since when that is known."""

from __future__ import annotations

import json
import re
from importlib import resources

from course.check.clients import unsupported

DATA = json.loads((resources.files("course.check") / "client_support.json").read_text("utf-8"))


def test_the_data_has_its_licence_its_authors_its_version_and_its_date() -> None:
    licence = "\n".join(DATA["licence"])
    assert "MIT License" in licence
    assert "Avi Goldman" in licence
    assert "Andrew Powell" in licence
    assert "The above copyright notice and this permission notice shall be included" in licence
    assert re.fullmatch(r"\d+\.\d+\.\d+", DATA["version"])
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", DATA["updated"])


def test_every_feature_says_when_it_was_tested_and_by_whom_it_is_not_supported() -> None:
    assert len(DATA["features"]) > 150
    for feature in unsupported().values():
        assert re.fullmatch(r"20\d\d-\d\d-\d\d?", feature.tested), feature.slug
        assert feature.clients, feature.slug
        assert feature.address == f"https://www.caniemail.com/features/{feature.slug}/"


def test_each_look_is_that_of_one_feature() -> None:
    looks = [look for feature in DATA["features"].values() for look in feature["looks"]]
    assert len(looks) == len(set(looks))


def test_a_family_whose_programs_all_lack_a_feature_is_named_alone() -> None:
    feature = unsupported()["element video"]
    assert "Gmail" in feature.clients
    assert "Outlook (classic, Windows; Outlook.com; iOS; Android)" in feature.clients


def test_the_newest_version_of_a_program_decides() -> None:
    assert any("macOS" in client or client == "Outlook" for client in unsupported()["function calc"].clients)
