"""A published course with sample people, on a real database, and a browser of few words to look at its pages."""

from __future__ import annotations

import http.client
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import course.product_path as bundled  # type: ignore[import-not-found]  # placeholder
