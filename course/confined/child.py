"""The confined child: calls what it is asked to call, within limits, until nobody asks any more."""

from __future__ import annotations

import signal
import traceback
from contextlib import suppress
from importlib import import_module
from io import FileIO

from course import limits
from course.confined.messages import At, Broken, Import, Refused, Request, Returned, packed, receive, send, unpacked
from course.errors import CourseError


def serve(reads: int, writes: int, memory: int, seconds_for_email: float) -> None:
    """Answer what is asked on one pipe, by its descriptor, on another, until nobody is there to ask."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the parent; when that ends, this ends
    child = _Child(reads, writes)
    limits.confine(memory=memory, seconds_for_email=seconds_for_email, told=child.told)
    with suppress(BrokenPipeError):
        child.serve()


class _Child:
    def __init__(self, reads: int, writes: int) -> None:
        self._requests = FileIO(reads, "r")
        self._answers = FileIO(writes, "w")

    def told(self, place: str) -> None:
        """Say what is worked on: the parent cannot ask when this process has died of it."""
        send(self._answers, packed(At(place)))

    def serve(self) -> None:
        """Answer one request after the other."""
        while (content := receive(self._requests)) is not None:
            answer = self._answer(content)
            if answer is not None:
                send(self._answers, answer)

    def _answer(self, content: bytes) -> bytes | None:
        try:
            message = unpacked(content)
            if isinstance(message, Import):
                with suppress(ImportError):  # who calls what is in there will hear of it
                    for module in message.modules:
                        import_module(module)
                return None
            assert isinstance(message, Request)
            return packed(Returned(self._called(message)))
        except CourseError as error:
            return packed(Refused(error))
        except limits.OutOfTime as error:
            return packed(Refused(limits.too_slow(limits.place_of(error))))
        except MemoryError as error:
            return packed(Refused(limits.too_large(limits.place_of(error))))
        except BaseException:  # noqa: BLE001  # whatever it is, the parent shall hear of it
            return packed(Broken(traceback.format_exc()))

    def _called(self, request: Request) -> object:
        with limits.for_call(request.seconds):
            return request.function(*request.args)
