"""Events: what SendGrid tells of emails after it took them, read, told apart from what is known, and recorded."""

from __future__ import annotations

from sender.events.bodies import BodyError, things_in
from sender.events.recording import Recorded, record

__all__ = ["BodyError", "Recorded", "record", "things_in"]
