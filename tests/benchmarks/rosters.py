"""Lists of people to bring in, as a school would have them: made of a number, and the same each time."""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random
from string import ascii_lowercase

HEADER = ("email", "first_name", "last_name", "timezone", "role", "plants", "cost_centre")

LARGE = ("mail", "post", "inbox", "letters")
"""Providers, at which half of the people have their address."""

ZONES = (
    "Europe/Berlin", "Europe/London", "Europe/Paris", "Europe/Warsaw", "America/New_York", "America/Chicago",
    "America/Denver", "America/Los_Angeles", "America/Sao_Paulo", "America/Mexico_City", "Asia/Kolkata", "Asia/Tokyo",
    "Asia/Shanghai", "Asia/Singapore", "Asia/Karachi", "Africa/Lagos", "Africa/Nairobi", "Africa/Cairo",
    "Australia/Sydney", "Australia/Adelaide", "Pacific/Auckland", "UTC", "",
)  # fmt: skip
ROLES = ("novice", "expert", "")
DECLARED = """\
[fields]
first_name = { type = "text", default = "there" }
role = { type = "text", values = ["novice", "expert"] }
plants = { type = "number" }
"""
"""What a course says of the columns that it uses."""

FIRST = "the.first@mail.example"
"""The address of the first row, and of some others."""

ODD_EVERY = 100
"""One row of so many has an address that is not plain ASCII, and one is to be left out."""


def write_roster(file: Path, rows: int) -> None:
    """A CSV of so many rows, in which one of a hundred is odd and one of a hundred is wrong."""
    chance = Random(rows)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        writer.writerows(_row(number, chance) for number in range(rows))


def _row(number: int, chance: Random) -> tuple[str, ...]:
    email = FIRST if number == 0 else _address(number, chance)
    zone, plants = chance.choice(ZONES), str(chance.randrange(40))
    if number % ODD_EVERY == 50:
        kind = number // ODD_EVERY % 5
        email = ("nobody", f"two@at@{number}.example", FIRST, email, email)[kind]
        zone, plants = ("Europe/Berln", plants) if kind == 3 else (zone, "many" if kind == 4 else plants)
    name = "Sample, the second" if number % 50 == 0 else "Sample"
    return email, name, f"{number:07d}", zone, chance.choice(ROLES), plants, f"{chance.randrange(300)}b"


def _address(number: int, chance: Random) -> str:
    local = f"{''.join(chance.choices(ascii_lowercase, k=6))}.{chance.choice(('sample', 'Sample'))}{number}"
    if number % ODD_EVERY == 10:
        return (f"{local}@münchen{number % 700}.example", f"sämple{number}@mail.example")[number // ODD_EVERY % 2]
    if chance.random() < 0.5:
        return f"{local}@{chance.choice(LARGE)}.example"
    return f"{local}@school{int(chance.paretovariate(0.7)) % 50_000}.example"
