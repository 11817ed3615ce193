"""A trial brings one email to its author through the real mailers, and can be taken for nobody's delivery."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from course.folder import load
from course.links import SAMPLE_LINKS
from course.model import Course
from course.personal.placeholders import Email
from course.preview.posting import Posted
from sender.errors import SenderError
from sender.mailers.folder import FolderMailer
from sender.mailers.sendgrid.payload import payload
from sender.model import DELIVERY_ARG, Answer, Verdict
from sender.tokens import Purpose, sign, verify
from sender.trial import Trial, pictures_in, send_trial
from tests.course.drawn import a_png
from tests.sender.stage import MONDAY, Recorder, a_course

FILES = {**a_course("one"), "assets/desk.png": a_png(20, 10)}
COURSE = load(FILES)
EMAIL = Email("About one", "<p>All about one.</p>", "All about one.\n", (), "0123456789")
TRIAL = Trial(COURSE, "one", EMAIL)
ANN, BOB = "ann@example.com", "bob@example.com"


def sent_by(mailer: Recorder, *addresses: str, trial: Trial = TRIAL, now: datetime = MONDAY) -> list[Posted]:
    return send_trial(mailer, trial, addresses, now)


def test_each_address_gets_the_email_marked_as_a_test() -> None:
    mailer = Recorder()
    assert sent_by(mailer, ANN, BOB) == [Posted(ANN), Posted(BOB)]
    [request] = mailer.requests
    assert mailer.sent == [(ANN, "one"), (BOB, "one")]
    assert request.email == replace(EMAIL, subject="[Test] About one")
    assert (request.course, request.at) == (COURSE, MONDAY)


def test_it_has_no_unsubscribe_headers_since_there_is_nothing_to_leave() -> None:
    mailer = Recorder()
    sent_by(mailer, ANN)
    assert mailer.requests[0].recipients[0].leave == ""
    body: Any = payload(mailer.requests[0])[0]
    assert "headers" not in body["personalizations"][0]


def test_no_event_of_it_can_be_taken_for_a_delivery_s() -> None:
    mailer = Recorder()
    sent_by(mailer, ANN, BOB)
    body: Any = payload(mailer.requests[0])[0]
    assert DELIVERY_ARG not in str(body)
    assert body["categories"] == ["dripcourse test"]
    for recipient in mailer.requests[0].recipients:
        assert recipient.delivery < 0
        token = sign(Purpose.LEAVE, recipient.delivery, "a secret of a test")
        assert verify(Purpose.LEAVE, token, ["a secret of a test"]) is None


def test_two_trials_share_no_number_so_that_no_mail_program_hides_one(tmp_path: Path) -> None:
    mailer = FolderMailer(tmp_path)
    for moment in (MONDAY, MONDAY + timedelta(milliseconds=1)):
        send_trial(mailer, TRIAL, [ANN, BOB], moment)
    files = sorted(tmp_path.iterdir())
    assert len(files) == 4
    assert all(file.name.startswith("test-") and file.name.endswith("-one.eml") for file in files)
    assert len({message_of(file)["Message-ID"] for file in files}) == 4


def message_of(file: Path) -> EmailMessage:
    return message_from_bytes(file.read_bytes(), policy=default)


def test_what_is_no_address_is_told_and_the_others_get_theirs() -> None:
    mailer = Recorder()
    posted = sent_by(mailer, "nobody", ANN, "x@localhost")
    assert [(one.address, bool(one.error)) for one in posted] == [("nobody", True), (ANN, False), ("x@localhost", True)]
    assert posted[0].error.startswith("`nobody` is not an email address")
    assert mailer.sent == [(ANN, "one")]


def test_without_a_good_address_the_mailer_is_not_asked() -> None:
    mailer = Recorder()
    assert sent_by(mailer, "nobody")[0].error
    assert mailer.requests == []


def test_one_that_the_mailer_refuses_by_name_keeps_it_from_nobody_else() -> None:
    class Refusing(Recorder):
        def send(self, request: Any) -> Answer:
            super().send(request)
            refused = {one.delivery: "no such domain" for one in request.recipients if one.address == BOB}
            return Answer(Verdict.REFUSED_SOME, "no", refused=refused) if refused else Answer(Verdict.ACCEPTED)

    mailer = Refusing()
    assert sent_by(mailer, ANN, BOB) == [Posted(ANN), Posted(BOB, "No such domain.")]
    assert mailer.sent == [(ANN, "one"), (BOB, "one"), (ANN, "one")]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(Verdict.ACCEPTED), ""),
        (Answer(Verdict.HELD, "SendGrid refuses the key: no.", account=True), "SendGrid refuses the key: no."),
        (Answer(Verdict.WAIT, "SendGrid asks to wait: slow down."), "SendGrid asks to wait: slow down."),
        (Answer(Verdict.UNCERTAIN, "no answer came back"), "It may or may not have been sent: no answer came back."),
        (Answer(Verdict.REFUSED_SOME, "odd", refused={7: "another's"}), "Odd."),
    ],
)
def test_what_the_mailer_says_is_told_for_each(answer: Answer, error: str) -> None:
    assert sent_by(Recorder(answer), ANN, BOB) == [Posted(ANN, error), Posted(BOB, error)]


def test_an_address_that_is_named_twice_gets_it_once() -> None:
    mailer = Recorder()
    assert sent_by(mailer, ANN, BOB, ANN) == [Posted(ANN), Posted(BOB)]
    assert len(mailer.sent) == 2


def test_it_is_for_a_few_people_and_not_for_a_list() -> None:
    mailer = Recorder()
    with pytest.raises(SenderError, match="at most 10"):
        sent_by(mailer, *(f"sample{number}@example.com" for number in range(11)))
    assert mailer.requests == []


def with_picture(course: Course) -> Trial:
    pictures = pictures_in(FILES)
    [address] = pictures
    assert address.startswith(SAMPLE_LINKS["assets"])
    return Trial(course, "one", replace(EMAIL, html=f'<p><img src="{address}" alt="A desk"></p>'), pictures)


def test_its_pictures_travel_in_it_since_no_server_has_them_yet(tmp_path: Path) -> None:
    send_trial(FolderMailer(tmp_path), with_picture(COURSE), [ANN], datetime(2026, 3, 3, tzinfo=UTC))
    [file] = tmp_path.iterdir()
    parts = list(message_of(file).walk())
    [picture] = [part for part in parts if part.get_content_type() == "image/png"]
    assert picture.get_content() == FILES["assets/desk.png"]
    [html] = [part.get_content() for part in parts if part.get_content_type() == "text/html"]
    assert f'src="cid:{picture["Content-ID"][1:-1]}"' in html


def test_sendgrid_gets_the_pictures_as_inline_attachments() -> None:
    mailer = Recorder()
    sent_by(mailer, ANN, trial=with_picture(COURSE))
    body: Any = payload(mailer.requests[0])[0]
    [attachment] = body["attachments"]
    assert (attachment["disposition"], attachment["type"], attachment["filename"]) == (
        "inline",
        "image/png",
        "desk.png",
    )
    assert f'src="cid:{attachment["content_id"]}"' in body["content"][1]["value"]
    sent_by(mailer, ANN, trial=Trial(COURSE, "one", EMAIL, pictures_in(FILES)))
    assert "attachments" not in payload(mailer.requests[1])[0]
