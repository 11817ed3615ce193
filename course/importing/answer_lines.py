"""The lines of a question-and-answer page: who asked and answered, and when, and what is set around them."""

from __future__ import annotations

import re

from course.importing.names import is_person
from course.importing.patterns import any_of
from course.importing.pieces import Piece

LONGEST_LINE = 300
"""So many letters a line of these may have."""

_WHEN = (
    r"(?:(?:about |over |almost )?(?:an?|\d+|one|two|three|several|a few) [a-z]+ ago|yesterday|today|last [a-z]+"
    r"|recently|just now|\d+ ?(?:s|m|min|h|d|w|mo|y)(?: ago)?"
    r"|(?:on |in |at )?(?:(?:mon|tue|wed|thu|fri|sat|sun)\w*,? )?"
    r"(?:\d{1,4}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.? \d)[\w ,.:/-]{2,40})"
)
_BETWEEN = r"(?:[\s,:·|•()–-]{1,4})"
_BY_AND_WHEN = rf"(?:{_BETWEEN}by:? (?P<by>.{{2,60}}?))?(?:{_BETWEEN}(?P<when>{_WHEN}))?"
_OF_AND_WHEN = rf"(?: by|:| from) (?P<of>\S.{{1,50}}?)(?:{_BETWEEN}(?P<then>{_WHEN}))?"
_ASKED = any_of(rf"""
    (?:(?P<before>\S.{{1,50}}?){_BETWEEN})?(?:asked|posted)(?: (?:a|this|the))?(?: question)?{_BY_AND_WHEN}:?
    question(?: asked)?{_OF_AND_WHEN}
""")
_ANSWERED = any_of(rf"""
    (?:(?P<before>\S.{{1,50}}?){_BETWEEN})?(?:answered|replied)(?: (?:to )?(?:this|the)(?: question)?)?{_BY_AND_WHEN}:?
    (?:(?:best |top |accepted )?answer|reply|response){_OF_AND_WHEN}:?
""")
_MARKER = any_of(r"""
    (?:(?:all|top|best|accepted|most helpful|\d+|one|two|three|the) ){0,3}(?:answers?|replies)(?: ?\(?\d+\)?)?:?
""")
_AROUND = any_of(r"""
    sort(?:ed)?(?: by)?:?
    sort(?:ed)? by:? ?(?:votes?|newest|oldest|date|best|top|most|recent|relevance|helpful).{0,20}
    (?:up|down)vote[sd]?(?: ?\(?\d+\)?)?
    (?:\d+ )?(?:votes?|points?|helpful|likes?|follow(?:ers?|ing)?)
    (?:helpful|like|thanks|useful|reply|comment|share|follow|report|flag|edit|save|bookmark|vote)s?(?: ?\(?\d+\)?)?
    (?:viewed|modified|active|edited|views|asked|member since|joined)\b.{0,30}(?:\d[km]?|\bago|today|yesterday)\b.{0,20}
    improve this (?:question|answer)|highest score.{0,20}|(?:most )?(?:recent|relevant|helpful) first
    [\d.,]+k?(?: ?[●•·]? ?\d+ (?:gold|silver|bronze) badges?){1,3}
    (?:ask|add|post|write|submit)(?: (?:a|an|your|another|the))?(?: own| new)? (?:question|answer|comment)|your answer
    (?:have|got) (?:a|an|another)(?: \w{1,20})? question.{0,40}
    \d+ (?:answers?|views)|\d+ people (?:found|like|follow|have).{0,40}
    (?:log|sign) ?(?:in|up) (?:to|with) .{0,60}
    (?:this )?(?:answer|question) (?:was|is|has been) (?:accepted|closed|edited|helpful).{0,60}
    view (?:all )?(?:answers|profile|question).{0,20}
    question|author|original poster|op|accepted|verified|expert|staff|moderator|(?:top|best) contributor
    (?:be the first to|know the|can you) answer.{0,30}
    level \d+|\d[\d,.]*k? (?:reputation|points|karma)
    (?:not the answer you.{0,40})?(?:browse|see|view|explore) (?:other|more|all|similar) questions.{0,100}
    not the answer you(?:'re|’re| are| were) looking for\??
""")
_SITE = re.compile(
    r"(?=.{0,250}\bquestions?\b)(?=.{0,250}\b(?:answers?|share|experts?|community|members)\b)"
    r"(?:in|at|on|with|welcome to|join)?\s?(?P<name>[A-Z0-9].{1,60}?),?\s"
    r"(?:you can|(?:is|are) (?:an?|the|where)|lets you|helps|allows|members)\b.{5,250}",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"(?:[Aa]sk (?:and|or) (?:answer|share)|(?:[Aa]sk|[Pp]ost) (?:your )?questions?)\b.{0,30}\bon "
    r"(?P<name>[A-Z].{1,50}?)[.!]?"
)
_ABOUT_THE_SITE = any_of(r"""
    where am i\??
    what is this(?: place| site| page)?\??
    about this (?:site|community|page|space)
""")
_NAMED_AT_THE_START = re.compile(
    r"(?:In|On|At|Welcome to) (?P<name>[A-Z].{1,60}?)(?:,? you can|[.,!])"
    r"|(?P<itself>[A-Z].{1,60}?) (?:is|was) (?:an?|the|where)\b"
)
_INVITING = re.compile(
    r"(?:(?i:(?:sign|log) ?(?:in|up)(?: or (?:sign|log) ?(?:in|up))? (?:to|on)|join|welcome to) "
    r"(?P<name>[A-Z][\w&'’-]*(?: [\w&'’-]+){0,5}))"
)
_OTHER_ACCOUNTS = re.compile(
    r"Google|Facebook|Apple|Twitter|GitHub|LinkedIn|Microsoft|Email|The |Our |Us\b|Now\b", re.IGNORECASE
)
_COUNTED_BEHIND = re.compile(r"[\s·|•,]+[\d.,]+k?(?:\s?(?:rep(?:utation)?|points?|karma))?$", re.IGNORECASE)
_COMMENT = re.compile(
    r"\s[–—-] ?[^\s.?!][^.?!]{1,40}\s"
    r"(?:\w{3,9}\.? \d{1,2}(?:, |,? at |\s)|\d{1,2} \w{3,9}\.? )[\w ,]{0,12}\d{1,2}:\d{2}$"
)
_PREFIX = re.compile(r"(?:Q(?:uestion)?|A(?:nswer)?)\s?\d{0,3}[.:)]\s+(?=\S)")


def asked(text: str) -> re.Match[str] | None:
    """The line that says who asked, or when; a sentence that merely speaks of asking is none."""
    found = _ASKED.fullmatch(text) if len(text) <= 150 else None
    return found if found and (found["when"] or is_person(name_in(found))) else None


def answers_at(text: str) -> re.Match[str] | None:
    """The line that says who answered, or when."""
    return _ANSWERED.fullmatch(text) if len(text) <= LONGEST_LINE else None


def answered(piece: Piece) -> re.Match[str] | None:
    """The line, or its first cell, that says who answered, or when."""
    for text in (piece.text, *piece.cells[:1]):
        if found := answers_at(text):
            return found
    return None


def name_in(line: re.Match[str]) -> str:
    """Who is named in a line that says who asked, or who answered."""
    return (line["before"] or line["by"] or line["of"] or "").strip(" ,·|-").split(", ")[0]


def site_of(text: str) -> str:
    """The site that describes itself in a line as one where questions are asked and answered; else empty."""
    found = _SITE.fullmatch(text) or _ASKING.fullmatch(text)
    if found is None or not ("ask" in text.lower() or "question and answer" in text.lower() or "q&a" in text.lower()):
        return ""
    name = found["name"].strip(" ,")
    return name if all(word[0].isupper() or word in {"of", "the", "and", "for", "&"} for word in name.split()) else ""


def inviting(text: str) -> str:
    """The site that a short line invites to: `Log in to Sample Site`; else empty."""
    found = _INVITING.fullmatch(text) if len(text) <= 80 else None
    return found["name"] if found and not _OTHER_ACCOUNTS.match(found["name"]) else ""


def is_around(text: str) -> bool:
    bare = text.strip(" ·|•▲▼✓✔👍")
    known = len(bare) <= 120 and (_AROUND.fullmatch(bare) or _ABOUT_THE_SITE.fullmatch(bare))
    return bool(known) or not any(map(str.isalnum, text))


def named_by_itself(text: str) -> str:
    """The site that a sentence below `What is this place?` is about; else empty."""
    found = _NAMED_AT_THE_START.match(text)
    return (found["name"] or found["itself"]) if found else ""


def without_count(text: str) -> str:
    """A name without what its owner has earned: `Sample Person 31` is `Sample Person`."""
    return _COUNTED_BEHIND.sub("", text)


def is_comment(text: str) -> bool:
    """Whether a line is signed with a name and a moment, as remarks on a question or an answer are."""
    return _COMMENT.search(text[-LONGEST_LINE:]) is not None


def counts_answers(text: str) -> bool:
    """Whether a line stands above the answers: `2 answers`."""
    return _MARKER.fullmatch(text) is not None


def announces_the_site(text: str) -> bool:
    """Whether a line stands above what a site says of itself: `What is this place?`."""
    return _ABOUT_THE_SITE.fullmatch(text) is not None


def without_letter(text: str) -> str:
    """A question or an answer without the letter that marks it: `Q: Why?` is `Why?`."""
    return _PREFIX.sub("", text)
