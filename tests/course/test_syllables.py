"""Syllables are counted as they are spoken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.syllables import syllables

SPOKEN = {
    1: "a the be he me she you who eye through strength thought walked helped asked stopped planned makes names "
    "things friend piece field house course league vague guess guide build fruit board book school years world "
    "work health changed moved judged played tried lines can't don't we're I'll they've you'd let's priest "
    "queue ache",
    2: "able table little people simple middle handle settle making being going seeing trying quiet client science "
    "poem fuel ruin giant trial nation version region reason season decide become before useful hopeful careful "
    "safely lonely movement homework timeline someone sometimes therefore ninety wanted needed loaded handled "
    "places changes uses watches boxes player lawyer beyond maybe every question language rhythm business "
    "colleague technique issue value power reuse didn't couldn't isn't boss's iron naked evening movie studies "
    "carried social patient precious cautious junior million union fashion soldier pigeon awesome trouble "
    "tables unless wireless chaos enjoyed enjoys café naïve",
    3: "another example remember together department idea area radio video studio media serious various previous "
    "period however possible customer manager decision important employee easier earlier happier happiest "
    "beautiful government agreement investment requirement everyone everything engineer interview company "
    "recipe usual actual manual continue influence audience companion museum animal medium celebrate basically "
    "dialogue alliance elephant element creation opinion religion creative moreover whoever pioneer's",
    4: "experience information material society variety situation education community technology biology reality "
    "cooperate appreciate negotiate evaluate development everybody understanding necessary January superior "
    "priority scenario continuous usually",
    5: "university organization opportunity automatically electricity communication individual imagination",
    6: "responsibility reliability availability",
}
"""Everyday words by how many syllables they are spoken with, as the CMU Pronouncing Dictionary has them."""


def test_everyday_words_have_their_true_count() -> None:
    counted = [(word, syllables(word), count) for count, text in SPOKEN.items() for word in text.split()]
    assert len(counted) > 200
    assert [(word, count) for word, count, true in counted if count != true] == []


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("CEO", 3), ("PM", 2), ("WWW", 9), ("HTML", 4), ("NASA", 2), ("I", 1), ("A", 1),
        ("1984", 4), ("7", 1), ("Q3", 2), ("well-known", 2), ("sign-up", 2), ("don’t", 1), ("it’ll", 2),
        ("it'd", 2), ("they'd", 1), ("o'clock", 2),
        ("HOPEFUL", 2), ("Über", 2), ("...", 1), ("", 1), ("'", 1), ("日本", 1),
    ],
)  # fmt: skip
def test_what_is_no_plain_word_is_counted_as_it_would_be_said(word: str, count: int) -> None:
    assert syllables(word) == count


@given(st.text(max_size=40))
def test_anything_has_a_count_of_at_least_one(word: str) -> None:
    assert syllables(word) >= 1


@given(st.text("abcdefghijklmnopqrstuvwxyzé'", min_size=1, max_size=25))
def test_a_word_has_no_more_syllables_than_letters(word: str) -> None:
    assert syllables(word) <= len(word)


@given(st.sampled_from(SPOKEN[2].split()), st.sampled_from(SPOKEN[3].split()))
def test_two_words_joined_by_a_hyphen_have_the_syllables_of_both(first: str, second: str) -> None:
    assert syllables(f"{first}-{second}") == syllables(first) + syllables(second)
