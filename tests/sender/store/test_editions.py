"""What editions hold can be asked for by its hash, in both databases."""

from __future__ import annotations

from hashlib import sha256

import pytest

from sender.store.editions import content_of
from tests.sender.stage import Stage, a_course

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


def test_a_file_of_any_edition_is_found_by_the_hash_of_its_content(stage: Stage) -> None:
    earlier, later = a_course("one"), a_course("two")
    stage.publish(earlier)
    stage.publish(later)
    for content in (*earlier.values(), *later.values()):
        with stage.database.read() as connection:
            assert content_of(connection, sha256(content).hexdigest()) == content


def test_what_no_edition_holds_is_not_found(stage: Stage) -> None:
    stage.publish(a_course("one"))
    with stage.database.read() as connection:
        assert content_of(connection, sha256(b"never published").hexdigest()) is None
        assert content_of(connection, "") is None
