"""Carrying: batches go out in threads, as many at once as the settings say, while the next ones are claimed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from threading import Event
from types import TracebackType
from typing import Self

from sender.deliver import Courier, Delivered, deliver
from sender.gate import Gate

READY_FOR_EACH = 2
"""How many batches there are for each thread, the one that it carries among them.

A thread that is done finds the next one ready. More than that would only wait: whatever comes first by then, such as a
confirmation, would come after it.
"""


class Carrier:
    """Carries batches for one tick at `now` (UTC), at most `concurrency` at once; to be used by one thread.

    The gate says when each of them begins. Once that is shut, or `stop` is set, no other request begins: what was
    submitted stays claimed.
    As a context manager it waits for what is under way, and then lets the mailer close its connections.
    """

    def __init__(self, courier: Courier, gate: Gate, now: datetime, concurrency: int, stop: Event) -> None:
        self._courier = courier
        self._gate = gate
        self._now = now
        self._stop = stop
        self._room = READY_FOR_EACH * concurrency
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="carrier")
        self._under_way: dict[Future[Delivered | None], int] = {}
        self._known: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._courier.mailer.close()

    @property
    def goes_on(self) -> bool:
        """Whether what is submitted now will be carried."""
        return self._gate.is_open and not self._stop.is_set()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._under_way

    def awaits(self, batch: int) -> bool:
        """Whether a batch need not be submitted: it is under way, or could not be begun before."""
        return batch in self._known

    @property
    def room(self) -> int:
        """How many more batches are wanted by now."""
        return self._room - len(self._under_way)

    @property
    def most(self) -> int:
        """How many batches it is enough to look at for that: some of them may be known already."""
        return self.room + len(self._known)

    def submit(self, batch: int) -> None:
        """Carry a batch as soon as a thread is free."""
        self._known.add(batch)
        self._under_way[self._pool.submit(self._carry, batch)] = batch

    def completed(self) -> Iterator[tuple[int, Delivered | None]]:
        """Wait until at least one batch is done, if any is under way; each that is, with what became of it.

        That is None for one that was left alone. What a delivery raised is raised here.
        """
        done, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
        for future in done:
            batch, result = self._under_way.pop(future), future.result()
            if result is not None and result.state is not None:
                self._known.discard(batch)
            yield batch, result

    def _carry(self, batch: int) -> Delivered | None:
        if not self.goes_on:
            return None
        return self._gate.carried(batch, lambda one: deliver(self._courier, one, self._now))
