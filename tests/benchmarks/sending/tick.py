"""One tick of ours, timed from its claim to its last recorded answer, as the others are timed: without their start.

Run as `python -m tests.benchmarks.sending.tick DATABASE URL KEY THREADS`; prints the recipients a second as JSON.
"""

from __future__ import annotations

import json
import sys
from contextlib import closing
from datetime import UTC, datetime
from time import perf_counter

from sender.links import Signer
from sender.loaded import keep_loaded
from sender.mailers.sendgrid import SendGridMailer
from sender.owner import this_process
from sender.sending import Sender
from sender.store.database import open_database
from sender.tick import tick
from tests.benchmarks.sending.floor import BASE_URL
from tests.benchmarks.sending.school import NOW


def main() -> None:
    """Sends to everybody who is due."""
    file, url, key, threads = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    with closing(open_database(f"sqlite:///{file}")) as database:
        mailer, signer = SendGridMailer(key, url, _clock), Signer(BASE_URL, "a secret of the benchmarks")
        sender = Sender(database, mailer, signer, this_process(), _clock, threads)
        keep_loaded()  # as `dripcourse send` does
        began = perf_counter()
        tally = tick(sender, NOW)
        took = perf_counter() - began
    print(json.dumps({"recipients": tally.accepted, "seconds": took, "rate": tally.accepted / took}))


def _clock() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
