"""Which process holds a batch, told so exactly that another one on the same machine can see whether it is gone."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Owner:
    """A process: the machine's boot and process namespace, its number there, and when it began."""

    machine: str
    pid: int
    began: str

    def __str__(self) -> str:
        return f"{self.machine} {self.pid} {self.began}"


def this_process() -> Owner:
    """The process that runs this."""
    return Owner(_machine(), os.getpid(), _began(os.getpid()) or "?")


def is_gone(name: str, here: Owner) -> bool:
    """Whether the owner of that name was a process of this very machine and has ended.

    False where it cannot be told: on another machine, in another container, or where the system
    does not show processes under /proc. Its lease decides then.
    """
    machine, _, rest = name.rpartition(" ")[0].rpartition(" ")
    began = name.rpartition(" ")[2]
    if machine != here.machine or not rest.isdecimal() or here.began == "?":
        return False
    return _began(int(rest)) != began


def _machine() -> str:
    """This boot of this machine and this namespace of processes: a number in another container is another process."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{socket.gethostname()}/{boot}/{Path('/proc/self/ns/pid').readlink()}".replace(" ", "-")
    except OSError:
        return f"{socket.gethostname()}/{os.getppid()}".replace(" ", "-")


def _began(pid: int) -> str | None:
    """When a process began, in clock ticks since boot (proc(5), field 22), or None where there is none."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    fields = status.rpartition(")")[2].split()
    return None if fields[0] in {"Z", "X"} else fields[19]
