"""Whoever looks for their time zone finds it, by its city and in its part of the world."""

from __future__ import annotations

from zoneinfo import available_timezones

from course.cadence import NOT_PLACES, is_zone
from sender.web.zones import areas


def test_every_zone_is_there_once() -> None:
    names = [zone.name for area in areas() for zone in area.zones]
    assert len(names) == len(set(names))
    assert set(names) == available_timezones() - NOT_PLACES


def test_whatever_is_offered_is_taken() -> None:
    assert all(is_zone(zone.name) for area in areas() for zone in area.zones)


def test_a_zone_is_called_by_its_city() -> None:
    labels = {zone.name: zone.label for area in areas() for zone in area.zones}
    assert labels["Europe/Berlin"] == "Berlin"
    assert labels["America/Argentina/Buenos_Aires"] == "Buenos Aires (Argentina)"
    assert labels["America/New_York"] == "New York"
    assert labels["UTC"] == "UTC"


def test_the_zones_of_an_area_stand_in_the_order_of_their_labels() -> None:
    for area in areas():
        assert [zone.label for zone in area.zones] == sorted(zone.label for zone in area.zones)
