"""What was used of late: kept within bounds, so that a process may live for months."""

from __future__ import annotations

from collections import OrderedDict
from math import inf
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """At most so many values, whose sizes come to at most `largest`; what was not used for longest goes first.

    The one that was kept last always stays. Used by several threads at once.
    """

    def __init__(self, most: int, largest: float = inf) -> None:
        self._most = most
        self._largest = largest
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> V | None:
        """The value of that key, if it is still here."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def keep(self, key: K, value: V, size: int = 0) -> V:
        """Keep a value, unless another thread has kept one of that key; the one that is here now."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
            self._kept[key] = value, size
            self._size += size
            while len(self._kept) > max(1, self._most) or (self._size > self._largest and len(self._kept) > 1):
                _, (_, freed) = self._kept.popitem(last=False)
                self._size -= freed
        return value
