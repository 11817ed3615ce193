"""The folder mailer."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from course.folder import load
from course.personal.placeholders import Email, Placeholder, Where
from sender.errors import SettingError
from sender.mailers.folder import FolderMailer
from sender.model import Recipient, Request, Verdict
from tests.sender.stage import a_course

TAG = "dc0123456789000tz"
EMAIL = Email(
    f"Hello {TAG}", "<p>Hello</p>", "Hello", (Placeholder(TAG, "subscriber.first_name", Where.TEXT),), "0123456789"
)


def a_request(*recipients: Recipient) -> Request:
    return Request(7, load(a_course("first")), "first", EMAIL, recipients, datetime(2026, 3, 3, 8, tzinfo=UTC))


def sample(delivery: int, address: str = "sample@example.com") -> Recipient:
    return Recipient(delivery, address, "Sample 001", {TAG: "Sample"}, "https://example.com/leave")


def test_each_email_is_a_file_named_by_its_delivery(tmp_path: Path) -> None:
    answer = FolderMailer(tmp_path / "out").send(a_request(sample(5), sample(6)))
    assert answer.verdict is Verdict.ACCEPTED
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["00000005-first.eml", "00000006-first.eml"]


def test_a_file_holds_the_filled_email(tmp_path: Path) -> None:
    FolderMailer(tmp_path).send(a_request(sample(5)))
    message = message_from_bytes((tmp_path / "00000005-first.eml").read_bytes(), policy=default)
    assert message["Subject"] == "Hello Sample"
    assert message["To"] == "Sample 001 <sample@example.com>"
    assert message["List-Unsubscribe"] == "<https://example.com/leave>"
    assert message["Message-ID"] == "<dripcourse.5@example.com>"


def test_carrying_a_batch_again_changes_nothing(tmp_path: Path) -> None:
    mailer = FolderMailer(tmp_path)
    mailer.send(a_request(sample(5)))
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    mailer.send(a_request(sample(5)))
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_folder_that_cannot_be_written_makes_the_batch_wait(tmp_path: Path) -> None:
    mailer = FolderMailer(tmp_path / "out")
    (tmp_path / "out").rmdir()
    answer = mailer.send(a_request(sample(5)))
    assert (answer.verdict, answer.account) == (Verdict.WAIT, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_makes_the_batch_wait_and_nobody_gets_half_an_email(tmp_path: Path) -> None:
    mailer = FolderMailer(tmp_path)
    (tmp_path / ".00000006-first.eml.partial").symlink_to("/dev/full")
    answer = mailer.send(a_request(sample(5), sample(6), sample(7)))
    assert (answer.verdict, answer.account) == (Verdict.WAIT, True)
    assert "No space left on device" in answer.reason
    assert [file.name for file in tmp_path.glob("*.eml")] == ["00000005-first.eml"]
    (tmp_path / ".00000006-first.eml.partial").unlink()
    assert mailer.send(a_request(sample(5), sample(6), sample(7))).verdict is Verdict.ACCEPTED
    assert len(list(tmp_path.glob("*.eml"))) == 3


def test_an_address_that_no_message_can_carry_is_refused_alone(tmp_path: Path) -> None:
    answer = FolderMailer(tmp_path).send(a_request(sample(5), sample(6, "no\r\nBcc: x@example.com")))
    assert answer.verdict is Verdict.REFUSED_SOME
    assert list(answer.refused) == [6]
    assert [file.name for file in tmp_path.iterdir()] == ["00000005-first.eml"]


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(SettingError, match="DRIPCOURSE_OUTBOX"):
        FolderMailer(tmp_path / "out")
