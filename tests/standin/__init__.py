"""A stand-in for SendGrid: a real HTTP server on loopback that enforces its limits and keeps what it took."""

from __future__ import annotations

from tests.standin.addresses import Recipient
from tests.standin.arrival import Arrived
from tests.standin.journal import Entry, read_journal, times_taken
from tests.standin.process import StandinProcess
from tests.standin.script import Fault, Moment, Step
from tests.standin.standin import DEFAULT_KEY, Options, SendGridStandin
from tests.standin.substitution import Substitution
from tests.standin.webhook import EventWebhook, events_of

__all__ = [
    "DEFAULT_KEY",
    "Arrived",
    "Entry",
    "EventWebhook",
    "Fault",
    "Moment",
    "Options",
    "Recipient",
    "SendGridStandin",
    "StandinProcess",
    "Step",
    "Substitution",
    "events_of",
    "read_journal",
    "times_taken",
]
