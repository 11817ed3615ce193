"""Two packages that a Django site might pick, each sending the same lesson through SendGrid, one request a recipient.

Run by the Python of an environment that has them, as `django_peers.py PEER DATABASE URL KEY PEOPLE`, in a folder of its
own; prints the recipients a second as JSON. It imports nothing of ours.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import Any

import django
from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Mail

SENDER = "course@example.com"


class Backend(BaseEmailBackend):  # type: ignore[misc]  # Django is not in this environment
    """Hands each message to SendGrid by the package's Mail helper."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        client = SendGridAPIClient(settings.SENDGRID_KEY, host=settings.SENDGRID_HOST)
        for message in email_messages:
            html = message.alternatives[0][0]
            mail = Mail(message.from_email, message.to, message.subject, message.body, html)
            assert client.send(mail).status_code == 202
        return len(email_messages)


def main() -> None:
    """Sets up a site with the peer, and has it send to so many people."""
    peer, database, url, key, people = sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5])
    _set_up(url, key)
    html, text = _lesson(database)
    prepare = {"post-office": _post_office, "drip-campaigns": _drip_campaigns}[peer]
    send = prepare(html, text, [f"sample{number}@example.com" for number in range(people)])
    began = perf_counter()
    sent = send()
    took = perf_counter() - began
    assert sent == people, sent
    print(json.dumps({"recipients": sent, "seconds": took, "rate": sent / took}))


def _set_up(url: str, key: str) -> None:
    settings.configure(
        SECRET_KEY="of a benchmark",
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "post_office", "drip"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "site.db", "OPTIONS": {
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", "transaction_mode": "IMMEDIATE",
        }}},
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        EMAIL_BACKEND=f"{Path(__file__).stem}.Backend",
        POST_OFFICE={"BACKENDS": {"default": f"{Path(__file__).stem}.Backend"}, "BATCH_SIZE": 1000, "LOG_LEVEL": 1},
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DEFAULT_FROM_EMAIL=SENDER, USE_TZ=True, SENDGRID_HOST=url, SENDGRID_KEY=key,
    )  # fmt: skip
    django.setup()
    call_command("migrate", verbosity=0)


def _post_office(html: str, text: str, addresses: Sequence[str]) -> Callable[[], int]:
    from post_office import mail
    from post_office.models import EmailTemplate

    template = EmailTemplate.objects.create(name="lesson", subject="A lesson", content=text, html_content=html)

    def send() -> int:
        for start in range(0, len(addresses), 1000):
            mail.send_many(
                {"recipients": [one], "sender": SENDER, "template": template, "context": {"name": "Ada"}}
                for one in addresses[start : start + 1000]
            )
        sent = 0
        while done := mail.send_queued(processes=1)[0]:
            sent += done
        return sent

    return send


def _drip_campaigns(html: str, _text: str, addresses: Sequence[str]) -> Callable[[], int]:
    from django.contrib.auth.models import User
    from drip.models import Drip

    User.objects.bulk_create(User(username=one, email=one, first_name="Ada") for one in addresses)
    drip = Drip.objects.create(
        name="lesson", enabled=True, subject_template="A lesson", body_html_template=html, from_email=SENDER
    )
    drip.queryset_rules.create(method_type="filter", field_name="id", lookup_type="gte", field_value="0")
    return lambda: drip.drip.run() or 0


def _lesson(database: Path) -> tuple[str, str]:
    """The lesson's two parts as templates of Django's."""
    with closing(sqlite3.connect(database)) as connection:
        found = "SELECT html, text, placeholders FROM variant WHERE kind = 'lesson' ORDER BY id LIMIT 1"
        html, text, placeholders = connection.execute(found).fetchone()
    for tag, _, _ in json.loads(placeholders):
        html, text = html.replace(tag, "{{ name }}"), text.replace(tag, "{{ name }}")
    return html, text


if __name__ == "__main__":
    main()
