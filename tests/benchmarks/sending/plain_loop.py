"""What a user would write: a loop over the people with the sendgrid package's Mail helper, one request a recipient.

Run as `python -m tests.benchmarks.sending.plain_loop DATABASE URL KEY PEOPLE`; prints the recipients a second as JSON.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from time import perf_counter
from typing import Any

from jinja2 import Environment
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Mail

from tests.benchmarks.sending.school import NOW

ROWS = """
SELECT subscriber.id, subscriber.email, subscriber.first_name FROM enrolment
JOIN subscriber ON subscriber.id = enrolment.subscriber_id WHERE enrolment.next_due_at <= ? LIMIT ?
"""


def main() -> None:
    """Sends to so many people, and writes nothing down."""
    file, url, key, people = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    client = SendGridAPIClient(key, host=url)
    with closing(sqlite3.connect(file)) as connection:
        html, text = _templates(connection)
        began, sent = perf_counter(), 0
        for number, email, name in connection.execute(ROWS, (int(NOW.timestamp()), people)):
            values = {"name": name or "there", "unsubscribe": f"http://127.0.0.1:8000/unsubscribe/{number}"}
            message = Mail(
                from_email="course@example.com", to_emails=email, subject="A lesson",
                plain_text_content=text.render(values), html_content=html.render(values),
            )  # fmt: skip
            answer = client.send(message)
            assert answer.status_code == 202
            sent += 1
        took = perf_counter() - began
    print(json.dumps({"recipients": sent, "seconds": took, "rate": sent / took}))


def _templates(connection: sqlite3.Connection) -> tuple[Any, Any]:
    """The lesson's two parts as templates, compiled once."""
    found = "SELECT html, text, placeholders FROM variant WHERE kind = 'lesson' ORDER BY id LIMIT 1"
    html, text, placeholders = connection.execute(found).fetchone()
    for tag, expression, _ in json.loads(placeholders):
        name = "{{ unsubscribe }}" if expression.startswith("links.") else "{{ name }}"
        html, text = html.replace(tag, name), text.replace(tag, name)
    environment = Environment(autoescape=True)
    return environment.from_string(html), environment.from_string(text)


if __name__ == "__main__":
    main()
