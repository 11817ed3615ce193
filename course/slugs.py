"""What slugs and ids look like, and the words of a text that they can be made of."""

from __future__ import annotations

import re
import unicodedata

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""Lower-case words joined by hyphens: what a course, track, lesson, quiz, source and passage are called by."""

_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_APOSTROPHES = re.compile("['’‘ʼ`´]")
_WORD = re.compile(r"[a-z0-9]+")
LONGEST_WORD = 40
"""Signs: files are named by slugs."""


def slug_words(text: str) -> list[str]:
    """The words of a text as a slug can hold them: lower-case ASCII without accents, each of at most 40 signs.

    >>> slug_words("Élan, and how it's kept")
    ['elan', 'and', 'how', 'its', 'kept']
    """
    letters = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text)).casefold().translate(_LETTERS)
    bare = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return [word[:LONGEST_WORD] for word in _WORD.findall(bare)]
