"""`python -m tests.standin`: the stand-in as a process; its address is its first line, SIGTERM stops it."""

from __future__ import annotations

import argparse
import json
import signal
import threading
from pathlib import Path

from tests.standin.script import Step, script_from_json
from tests.standin.standin import DEFAULT_KEY, Options, SendGridStandin
from tests.standin.substitution import Substitution


def main() -> None:
    """Serves until SIGTERM or SIGINT, then finishes the journal and exits with 0."""
    arguments = _parser().parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    options = Options(
        port=arguments.port,
        key=arguments.key,
        journal=arguments.journal,
        fsync=not arguments.no_fsync,
        keep_bodies=not arguments.no_bodies,
        quick=arguments.quick,
        openapi=arguments.openapi,
        substitution=arguments.substitution,
        default=Step(delay=arguments.delay),
    )
    with SendGridStandin(options) as standin:
        if arguments.script is not None:
            standin.use(script_from_json(json.loads(arguments.script.read_text(encoding="utf-8")), options.default))
        print(standin.url, flush=True)  # noqa: T201 - the address on stdout is what callers wait for
        stop.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.standin", description="A stand-in for SendGrid on loopback.")
    parser.add_argument("--port", type=int, default=0, help="0 (the default) is any free port")
    parser.add_argument("--key", default=DEFAULT_KEY, help="the API key to accept")
    parser.add_argument("--journal", type=Path, help="JSON lines, one a request, written before the answer")
    parser.add_argument("--no-fsync", action="store_true", help="leave it to the system when lines reach the disk")
    parser.add_argument("--no-bodies", action="store_true", help="journal addresses and custom args only")
    parser.add_argument("--quick", action="store_true", help="skip the checks that look into each personalization")
    parser.add_argument("--openapi", type=Path, help="SendGrid's OpenAPI description, to validate against as well")
    parser.add_argument("--substitution", type=Substitution, default=Substitution.ONE_PASS, choices=list(Substitution))
    parser.add_argument("--delay", type=float, default=0.0, help="seconds each request takes unless a script says more")
    parser.add_argument("--script", type=Path, help="a script as JSON")
    return parser


if __name__ == "__main__":
    main()
