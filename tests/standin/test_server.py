"""The stand-in over real HTTP: what SendGrid answers, and what then is in the inboxes and the journal."""

from __future__ import annotations

import http.client
import json
import threading
from urllib.parse import urlsplit

import pytest
from sendgrid import SendGridAPIClient

from tests.standin import Options, SendGridStandin, Substitution
from tests.standin.sample import address, mail, personalization, post


def test_a_request_is_taken_with_202_an_empty_body_and_one_message_id(standin: SendGridStandin) -> None:
    response = post(standin.url, mail(3))
    assert (response.status, response.body) == (202, b"")
    (entry,) = standin.entries()
    assert entry.taken
    assert response.headers["x-message-id"] == entry.message_id
    assert [recipient.address for recipient in entry.recipients] == [address(1), address(2), address(3)]
    assert [dict(recipient.custom_args) for recipient in entry.recipients] == [
        {"drip_delivery": str(number)} for number in (1, 2, 3)
    ]


def test_the_journal_has_the_custom_args_that_events_would_carry(standin: SendGridStandin) -> None:
    person = personalization(custom_args={"own": "1", "both": "own"})
    post(standin.url, mail(personalizations=[person], custom_args={"root": "2", "both": "root"}))
    (recipient,) = standin.entries()[0].recipients
    assert recipient.custom_args == {"own": "1", "root": "2", "both": "own"} == standin.arrived()[0].custom_args


def test_two_requests_have_two_message_ids(standin: SendGridStandin) -> None:
    ids = {post(standin.url, mail()).headers["x-message-id"] for _ in range(2)}
    assert len(ids) == 2


def test_the_sendgrid_package_gets_202_and_its_mail_arrives(standin: SendGridStandin) -> None:
    client = SendGridAPIClient(api_key=standin.key, host=standin.url)
    response = client.client.mail.send.post(request_body=mail(2))
    assert response.status_code == 202
    (second,) = standin.arrived(address(2))
    assert second.message_id == response.headers["X-Message-Id"]
    assert (second.subject, second.text) == ("Lesson 1 for Sample 002", "Dear Sample 002")
    assert second.html == "<p>Dear <b>Sample 002</b></p>"
    assert second.headers == {"List-Unsubscribe": "<https://example.com/unsubscribe/2>"}
    assert second.custom_args == {"drip_delivery": "2"}


@pytest.mark.parametrize("key", [None, "wrong", ""])
def test_without_the_right_key_nothing_is_taken(standin: SendGridStandin, key: str | None) -> None:
    response = post(standin.url, mail(), key=key)
    assert response.status == 401
    (error,) = response.errors
    assert error.keys() == {"message", "field", "help"}
    assert "credits" not in str(error["message"])
    assert [entry.taken for entry in standin.entries()] == [False]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"a": NaN}', b'{"a": "\xff"}', b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_a_bad_request(standin: SendGridStandin, body: bytes) -> None:
    response = post(standin.url, body)
    assert response.status == 400
    assert response.errors == [{"message": "Bad Request", "field": None, "help": None}]
    assert standin.entries()[0].payload is None


def test_a_body_of_another_kind_is_refused(standin: SendGridStandin) -> None:
    assert post(standin.url, mail(), Content_Type="text/plain").status == 415
    assert post(standin.url, mail(), Content_Encoding="gzip").status == 415
    assert post(standin.url, mail(), Content_Type="application/json; charset=utf-8").status == 202


def test_a_refused_request_is_in_the_journal_with_its_errors(standin: SendGridStandin) -> None:
    response = post(standin.url, mail(personalizations=[personalization(1), personalization(2, to=[{"email": "x"}])]))
    assert (response.status, response.fields) == (400, ["personalizations.1.to"])
    (entry,) = standin.entries()
    assert (entry.status, entry.taken, entry.message_id) == (400, False, None)
    assert list(entry.errors) == response.errors
    assert standin.arrived() == []


def test_a_request_of_thirty_megabytes_is_too_large(standin: SendGridStandin) -> None:
    frame = len(json.dumps(mail(content=[{"type": "text/plain", "value": "x"}]))) - 1
    largest = mail(content=[{"type": "text/plain", "value": "x" * (29_999_999 - frame)}])
    body = json.dumps(largest).encode()
    assert len(body) == 29_999_999
    assert post(standin.url, body).status == 202
    response = post(standin.url, body + b" ")
    assert (response.status, response.errors[0]["message"]) == (413, "content too large")
    assert [entry.taken for entry in standin.entries()] == [True, False]


def test_the_sandbox_answers_200_and_nothing_goes_out(standin: SendGridStandin) -> None:
    response = post(standin.url, mail(mail_settings={"sandbox_mode": {"enable": True}}))
    assert (response.status, response.body) == (200, b"")
    assert [entry.taken for entry in standin.entries()] == [False]
    assert standin.times_taken("drip_delivery") == {}
    assert post(standin.url, mail(mail_settings={"sandbox_mode": {"enable": False}})).status == 202


def test_both_ways_of_substituting_can_be_asked_for() -> None:
    person = personalization(substitutions={"-name0-": "-name1-", "-name1-": "other"})
    with SendGridStandin(Options(substitution=Substitution.SEQUENTIAL)) as standin:
        post(standin.url, mail(personalizations=[person]))
        assert standin.arrived()[0].text == "Dear other"
        assert standin.arrived(how=Substitution.ONE_PASS)[0].text == "Dear -name1-"


def test_one_connection_carries_many_requests(standin: SendGridStandin) -> None:
    where = urlsplit(standin.url)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=10)
    connection.connect()
    socket = connection.sock
    headers = {"Authorization": f"Bearer {standin.key}", "Content-Type": "application/json"}
    for payload, status in ((mail(), 202), (mail(subject=None), 400), (mail(100), 202)):
        connection.request("POST", "/v3/mail/send", json.dumps(payload), headers)
        response = connection.getresponse()
        response.read()
        assert response.status == status
    assert connection.sock is socket
    connection.close()


def test_many_clients_at_once_are_all_taken_once(standin: SendGridStandin) -> None:
    def send(first: int) -> None:
        for number in range(first, first + 10):
            post(standin.url, mail(personalizations=[personalization(number)]))

    threads = [threading.Thread(target=send, args=(first,)) for first in range(0, 80, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert standin.times_taken("drip_delivery") == {str(number): 1 for number in range(80)}
    assert sorted(entry.number for entry in standin.entries()) == list(range(1, 81))


def test_without_bodies_it_still_knows_who_got_what() -> None:
    with SendGridStandin(Options(keep_bodies=False, quick=True)) as standin:
        assert post(standin.url, mail(2)).status == 202
        assert standin.times_taken("drip_delivery") == {"1": 1, "2": 1}
        assert standin.entries()[0].payload is None
        with pytest.raises(LookupError, match="no bodies"):
            standin.arrived()


def test_quick_looks_at_the_key_and_the_counts_only() -> None:
    with SendGridStandin(Options(quick=True)) as standin:
        assert post(standin.url, mail(subject=None)).status == 202
        assert post(standin.url, mail(1001)).status == 400
        assert post(standin.url, mail(), key="wrong").status == 401


def test_another_path_is_not_found_and_another_method_not_allowed(standin: SendGridStandin) -> None:
    assert post(standin.url, mail(), path="/v3/other").status == 404
    where = urlsplit(standin.url)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=10)
    connection.request("GET", "/v3/mail/send")
    assert connection.getresponse().status == 405
    connection.close()
    assert standin.entries() == []


def test_a_client_that_speaks_no_http_is_told_so(standin: SendGridStandin) -> None:
    where = urlsplit(standin.url)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=10)
    connection.connect()
    connection.sock.sendall(b"hello\r\n\r\n")
    assert connection.sock.recv(100).startswith(b"HTTP/1.1 400 ")
    connection.close()


def test_a_request_cut_short_by_the_client_is_not_taken(standin: SendGridStandin) -> None:
    where = urlsplit(standin.url)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=10)
    connection.connect()
    connection.sock.sendall(b"POST /v3/mail/send HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
    connection.close()
    standin.wait_until_disconnected()
    assert standin.entries() == []
    assert standin.requests == 0


def test_an_open_connection_keeps_it_from_being_disconnected(standin: SendGridStandin) -> None:
    where = urlsplit(standin.url)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=10)
    connection.connect()
    with pytest.raises(TimeoutError, match="still connected"):
        standin.wait_until_disconnected(timeout=0.05)
    connection.close()
    standin.wait_until_disconnected()


def test_waiting_for_requests_that_do_not_come_ends(standin: SendGridStandin) -> None:
    post(standin.url, mail())
    standin.wait_for_requests(1)
    with pytest.raises(TimeoutError, match="1 of 2 requests"):
        standin.wait_for_requests(2, timeout=0.05)


def test_the_clock_can_be_given() -> None:
    with SendGridStandin(Options(clock=lambda: 0.0)) as standin:
        assert post(standin.url, mail(send_at=72 * 3600)).status == 202
        assert post(standin.url, mail(send_at=72 * 3600 + 1)).fields == ["send_at"]
        assert standin.entries()[0].at == "1970-01-01T00:00:00+00:00"
