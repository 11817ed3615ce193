"""Small courses, in three languages, in which everything occurs that a lesson can hold."""

from __future__ import annotations

from typing import Final

from tests.course.drawn import a_png

_SETTINGS: Final = """\
slug = "gardens"
title = "{title}"
language = "{language}"
from = {{ name = "{title}", address = "course@example.com" }}
postal_address = "Gardens, 1 Sample Street, Sampletown"

[cadence]
days = ["tuesday", "thursday"]
time = "08:00"
timezone = "Europe/London"

[tracks.balcony]
title = "{track}"

[fields]
first_name = {{ type = "text" }}
"""
_CODE: Final = (
    "```\na_very_long_line_of_code = [one_thing_after_another, and_yet_one_more, until_no_room_is_left_for_it]\n```"
)

_SOURCE: Final = """\
---
title: Soil
url: https://example.com/soil
---

## Water

### water-1

Soil holds water and air.
"""

_ENGLISH: Final = {
    "title": "Gardens",
    "track": "Balcony",
    "welcome": "Hello {{ subscriber.first_name | default('there') }}, one lesson a week will come.",
    "closing": "That was all. Dig on, and tell us what grew.",
    "subject": "What soil is made of",
    "preheader": "Look under your shoes.",
    "question": "What keeps soil loose?",
    "right": "Worms, as they dig",
    "wrong": "Rain, as it falls",
    "why": "They make room for air and water.",
    "body": """\
Soil holds **water** and *air* [@soil#water-1]. Read [what others say of it](https://example.com/soil), or `dig()`.

## What to look for

- Colour: dark soil is often rich.
- Smell, which says
  1. whether it lives
  2. and whether it is wet.

> Whoever digs, learns.

![A spade that stands in a bed](../assets/spade.png)

### Three kinds

| Kind | Holds water | What grows |
|---|---|---|
| Sand | briefly | carrots |
| Clay | for weeks | cabbages |

---

## Exercise: dig (ten minutes)

1. Take a spade.
2. Dig one hole, and look.
""",
}
_GERMAN: Final = {
    "title": "Gärten",
    "track": "Balkon",
    "welcome": "Hallo {{ subscriber.first_name | default('du') }}, jede Woche kommt eine Lektion.",
    "closing": "Das war alles. Grabe weiter, und schreibe uns, was gewachsen ist.",
    "subject": "Woraus der Boden besteht",
    "preheader": "Schau unter deine Schuhe.",
    "question": "Was hält den Boden locker?",
    "right": "Die Regenwürmer, wenn sie graben",
    "wrong": "Der Regen, wenn er fällt",
    "why": "Sie schaffen Platz für Luft und Wasser.",
    "body": """\
Der Boden hält **Wasser** und *Luft* [@soil#water-1]. Lies, [was andere sagen](https://example.com/soil), oder `dig()`.

## Worauf du achtest

- Die Farbe: Dunkler Boden ist oft reich an Bodenverbesserungsmittelbestandteilen.
- Der Geruch, der verrät,
  1. ob er lebt
  2. und ob er nass ist.

> Wer gräbt, lernt.

![Ein Spaten, der in einem Beet steht](../assets/spade.png)

### Drei Arten

| Art | Wasserspeicherfähigkeit | Was darauf wächst |
|---|---|---|
| Sand | kurz | Karotten |
| Lehm | wochenlang | Kohl |

---

## Übung: graben (zehn Minuten)

1. Nimm einen Spaten.
2. Grabe ein Loch, und sieh hinein.
""",
}
_ARABIC: Final = {
    "title": "حدائق",
    "track": "الشرفة",
    "welcome": "مرحبا {{ subscriber.first_name | default('بك') }}، سيصلك درس كل أسبوع.",
    "closing": "كان هذا كل شيء. واصل الحفر، وأخبرنا بما نبت.",
    "subject": "مم تتكون التربة",
    "preheader": "انظر تحت حذائك.",
    "question": "ما الذي يبقي التربة مفككة؟",
    "right": "الديدان وهي تحفر",
    "wrong": "المطر وهو يهطل",
    "why": "تفسح مكانا للهواء والماء.",
    "body": """\
التربة تحفظ **الماء** و*الهواء* [@soil#water-1]. اقرأ [ما يقوله الآخرون عنها](https://example.com/soil) أو `dig()`.

## ما الذي تبحث عنه

- اللون: التربة الداكنة غنية في الغالب.
- الرائحة، وهي تخبرك
  1. هل هي حية
  2. وهل هي مبتلة.

> من يحفر يتعلم.

![مجرفة تقف في حوض](../assets/spade.png)

### ثلاثة أنواع

| النوع | يحفظ الماء | ما ينبت فيه |
|---|---|---|
| رمل | قليلا | جزر |
| طين | أسابيع | ملفوف |

---

## تمرين: احفر (عشر دقائق)

1. خذ مجرفة.
2. احفر حفرة واحدة وانظر.
""",
}
_WORDS: Final = {"en": _ENGLISH, "de": _GERMAN, "ar": _ARABIC}
LANGUAGES: Final = tuple(_WORDS)


def course_in(language: str) -> dict[str, bytes]:
    """The files of a course with a welcome, one lesson of everything, and a closing."""
    words = _WORDS[language]
    lesson = f"""\
---
subject: {words["subject"]}
preheader: {words["preheader"]}
quiz:
  id: soil
  question: {words["question"]}
  answers:
    - text: {words["right"]}
      right: true
      explanation: {words["why"]}
    - text: {words["wrong"]}
      explanation: {words["why"]}
---

{words["body"]}
{_CODE}
"""
    head = f"---\nsubject: {words['title']}\npreheader: {words['preheader']}\n---\n\n"
    texts = {
        "course.toml": _SETTINGS.format(language=language, **words),
        "lessons/welcome.md": f"{head}{words['welcome']}\n",
        "lessons/01-soil.md": lesson,
        "lessons/closing.md": f"{head}{words['closing']}\n",
        "sources/soil.md": _SOURCE,
    }
    return {path: text.encode() for path, text in texts.items()} | {"assets/spade.png": a_png(640, 200, shade=90)}


def longer_course_in(language: str) -> dict[str, bytes]:
    """The same as a public course with a second track and a second lesson, so that there is something to choose."""
    words, files = _WORDS[language], course_in(language)
    toml = files["course.toml"].decode() + f'\n[tracks.field]\ntitle = "{words["subject"]}"\n'
    toml = f'public_archive = true\ndescription = "{words["preheader"]}"\n{toml}'
    lesson = f"---\nsubject: {words['wrong']}\npreheader: {words['preheader']}\n---\n\n{words['why']}\n"
    return {**files, "course.toml": toml.encode(), "lessons/02-water.md": lesson.encode()}
