"""Columns as the database keeps them, for queries that give thousands of rows and need an object for few of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, cast, type_coerce


def seconds(column: ColumnElement[Any]) -> ColumnElement[int]:
    """A moment as Unix seconds."""
    return type_coerce(column, BigInteger)


def as_text(column: ColumnElement[Any]) -> ColumnElement[str]:
    """JSON as the text of it: see `mapping`."""
    return cast(column, Text)


def moment(at: int) -> datetime:
    """The moment (UTC) of Unix seconds."""
    return datetime.fromtimestamp(at, UTC)


@lru_cache(maxsize=4096)
def mapping(text: str) -> Mapping[str, str]:
    """What a text of JSON says. Many people say the same, so it is shared: it must not be changed."""
    found: dict[str, str] = json.loads(text)
    return found
