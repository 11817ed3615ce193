"""Which names of time zones are known."""

from __future__ import annotations

from datetime import date
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.cadence import first_slot, is_zone
from tests.course.slots import ZONES, examples, utc, weekly


@pytest.mark.parametrize(
    "name",
    [*ZONES, "America/Argentina/Buenos_Aires", "Asia/Calcutta", "US/Pacific", "Europe/Kiev", "Etc/GMT+5", "GMT"],
)
def test_a_zone_of_the_tz_database_is_known_by_its_aliases_too(name: str) -> None:
    assert is_zone(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", ".", "/", "/usr/share/zoneinfo/Europe/Berlin", "../zoneinfo/Europe/Berlin", "Europe/../UTC"),
        *("posixrules", "localtime", "Factory", "America", "America/", "America/Argentina", "posix/Europe/Berlin"),
        *("europe/berlin", "EUROPE/BERLIN", "Europe/berlin", " Europe/Berlin", "Europe/Berlin\n", "Europe\\Berlin"),
        *("Europe/Berlin\0", "\0", "\ud800", "Europe/Bërlin", "zone.tab", "tzdata.zi", "leapseconds", "+02:00"),
        *("UTC+2", "x" * 1_000_000, "../" * 10_000),
    ],
    ids=lambda name: ascii(name[:40]),
)
def test_what_is_no_zone_is_refused(name: str) -> None:
    assert not is_zone(name)


def test_every_known_zone_can_be_loaded() -> None:
    names = {name for name in available_timezones() if is_zone(name)}
    assert len(names) > 400
    for name in names:
        assert first_slot(weekly(), name, utc("2024-01-09")).on >= date(2024, 1, 8)


@examples
@given(st.text() | st.sampled_from(sorted(available_timezones())))
def test_any_text_is_a_zone_or_is_not(name: str) -> None:
    assert is_zone(name) is (name in available_timezones() - {"localtime", "Factory", "posixrules"})
