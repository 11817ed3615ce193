"""Which few words are a person's name, which a site's, and which only name a topic."""

from __future__ import annotations

import re

_PARTICLES = frozenset(
    {"al", "bin", "da", "de", "del", "den", "der", "di", "dos", "du", "el", "la", "le", "van", "von"}
)
_NO_NAMES = frozenset(
    word
    for line in """
    a about advice all also an and answer answers april are article articles as ask asked at august be before best
    better blog book books both business by can career careers case category chapter checklist chief common company
    conclusion contact content course courses customer customers data december design discover do does editor's
    engineering examples explore faq february final first five for four friday from full get go great guide guides
    hello help her here his home how i if in insights into introduction is it january journal july june just key
    latest leader leaders leadership learn learning lesson lessons magazine main make management manager managers
    many march marketing menu mistakes monday more most my navigating never new news newsletter next no november
    october of on one only or our overview part people plan podcast policy post practical practice practices press
    privacy product products question questions read reading real related resources sales saturday school search
    section see september services share she sign simple site skill skills so some step steps story strategy study
    success summary sunday support takeaways team teams ten terms that the their these they things this those
    thoughts three thursday tips to today tools top topic topics try tuesday two university up use using value video
    view we wednesday what when where which who why with work working world you your
    """.splitlines()
    for word in line.split()
)
_CREDENTIALS = re.compile(r"(?:,? (?:Ph\.?D|MBA|MSc|BSc|MD|Jr|Sr)\.?)+$")
_SITE = re.compile(
    r"\b(?:academy|answers|blog|circle|club|collective|community|daily|digest|forum|hub|institute|journal|library|"
    r"magazine|network|podcast|post|press|review|school|site|times|university|weekly|\w+\.(?:com|org|net|io|co|dev))$",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(?:advisor|analyst|author|columnist|correspondent|critic|journalist|photographer|reporter|ceo|chief|coach|consultant|contributor|cpo|cto|designer|developer|director|editor|"
    r"engineer|evangelist|executive|founder|co-founder|head|instructor|lead|leader|manager|marketer|officer|owner|"
    r"president|professor|researcher|scientist|specialist|strategist|student|teacher|vp|writer)\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r",? (?:and|&) ")


def is_person(text: str) -> bool:
    """Whether `text` reads as the name of one person, or of several.

    >>> is_person("Sample J. Speaker"), is_person("Sample Speaker and Other Person"), is_person("Getting Started")
    (True, True, False)
    """
    if len(text) > 120:
        return False
    people = _SEVERAL.split(_CREDENTIALS.sub("", text))
    if len(people) > 1:  # with a comma alone, what follows may be where somebody works
        people = [*people[0].split(", "), *people[1:]]
    return all(_is_one_person(person) for person in people)


def named_in(text: str) -> str:
    """The person whom a short line names, alone or before where they work: `Sample Author, Sample Company`."""
    if is_person(text):
        return text
    name, comma, place = text.partition(", ")
    fits = bool(comma) and len(place.split()) <= 6 and text[-1:] not in ".?!:" and is_person(name)
    return name if fits and place[:1].isupper() else ""


def _is_one_person(text: str) -> bool:
    words = text.split()
    if not 2 <= len(words) <= 4 or words[0].lower() in _PARTICLES or words[0].endswith("ing"):
        return False
    return all(_is_part(word) for word in words) and not any(word.lower() in _NO_NAMES for word in words)


def _is_part(word: str) -> bool:
    if word.lower() in _PARTICLES:
        return True
    letters = word.replace(".", "").replace("-", "").replace("'", "").replace("’", "")
    if not letters.isalpha() or not word[0].isupper():
        return False
    return len(letters) <= 2 or not letters.isupper()


def is_role(text: str) -> bool:
    """Whether a short line says what somebody's work is: `Head of Product at Sample Company`."""
    return len(text) <= 100 and len(text.split()) <= 9 and text[-1:] not in ".?!:" and bool(_ROLE.search(text))


def is_site(text: str) -> bool:
    """Whether a short line reads as the name of a site."""
    return len(text) <= 60 and len(text.split()) <= 6 and bool(_SITE.search(text))
