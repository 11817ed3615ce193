"""What a process has loaded once it begins to work."""

from __future__ import annotations

import gc


def keep_loaded() -> None:
    """Have what is loaded by now left alone when memory is cleaned up: it stays, and looking through it takes time.

    Of the time that sending to many people takes that is a tenth.
    """
    gc.freeze()
