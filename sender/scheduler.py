"""The scheduler: which job, and how often. What is due, and for whom, stands in the database alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from apscheduler.schedulers.background import BackgroundScheduler

TICK_SECONDS = 15


@contextmanager
def ticking(tick: Callable[[], None]) -> Iterator[None]:
    """Run `tick` at once and then every 15 seconds, in a thread, while the block runs; at its end, wait for it.

    Ticks do not overlap: those that come up during a long one are left out. One that raises is
    logged by APScheduler (`apscheduler.executors`), and the next one runs all the same.
    """
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_job(
        tick, "interval", seconds=TICK_SECONDS, id="tick", next_run_time=datetime.now(UTC),
        # By default a run that is a second late, after the machine has slept, is dropped.
        misfire_grace_time=None, coalesce=True, max_instances=1,
    )  # fmt: skip
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=True)
