"""`python -m sender` is the `dripcourse` command."""

from __future__ import annotations

from sender.cli import main

if __name__ == "__main__":
    main()
