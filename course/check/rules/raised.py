"""The rules whose faults come up while a course is loaded and rendered: nothing looks for them by itself."""

from __future__ import annotations

from course.check.report import Severity
from course.check.rule import Rule

STRUCTURE = Rule(
    "structure",
    Severity.ERROR,
    "What cannot be read as it stands would be guessed at, and a wrong guess goes out to everyone.",
    essential=True,
)
UNDECLARED_FIELD = Rule(
    "undeclared-field",
    Severity.ERROR,
    "A name that nobody declared is mostly a misspelt one, and would be empty for every reader.",
    essential=True,
)
TOO_MANY_VARIANTS = Rule(
    "too-many-variants",
    Severity.ERROR,
    "Each variant is rendered, stored and sent by itself: with more than fifty, hardly two readers share an email.",
    essential=True,
)
MJML = Rule(
    "mjml",
    Severity.ERROR,
    "The MJML engine drops or garbles what it does not know, and says nothing.",
    essential=True,
)
RENDER_LIMIT = Rule(
    "render-limit",
    Severity.ERROR,
    "An email that takes seconds or much memory to make holds up everybody else's.",
    essential=True,
)
