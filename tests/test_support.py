"""How closely quotes support a claim: shares of pairs and triples of words, computed by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from qa.evidence import Evidence
from qa.verifying.support import support
from vectorstore.types import Chunk, Passage


def evidence(*texts: str, chance: float | None = None) -> Evidence:
    def voice(claim: str, told: Sequence[str]) -> list[float]:
        assert chance is not None
        return [chance] * len(told)

    passages = [
        Passage(Chunk(str(i), 0, text, 0, len(text), f"{i}.txt", "A title"), 1.0) for i, text in enumerate(texts)
    ]
    return Evidence(passages, entailment=None if chance is None else voice)


def shares(claim: str, given: Evidence, *, is_doubted: bool = False) -> float:
    return support(claim, given, given.sentences, is_doubted=is_doubted)


@pytest.mark.parametrize(
    ("claim", "pairs", "triples"),
    [
        ("The red fox crossed the frozen lake.", 6 / 6, 5 / 5),
        ("The red fox crosses the frozen lakes!", 6 / 6, 5 / 5),
        ("The red fox crossed the lake.", 4 / 5, 3 / 4),
        ("The frozen lake crossed the red fox.", 5 / 6, 2 / 5),
        ("Hens sleep.", 0.0, 0.0),
        ("Frozen lake.", 1 / 1, 0.0),
        ("Fox.", 0.0, 0.0),
        ("", 0.0, 0.0),
    ],
)
def test_support_is_the_mean_share_of_pairs_and_triples_in_the_same_order(
    claim: str, pairs: float, triples: float
) -> None:
    given = evidence("The red fox crossed the frozen lake.")
    assert shares(claim, given) == pytest.approx((pairs + triples) / 2)


def test_a_claim_that_fails_a_check_keeps_seven_tenths() -> None:
    given = evidence("The red fox crossed the frozen lake.")
    assert shares("The red fox crossed the lake.", given, is_doubted=True) == pytest.approx((4 / 5 + 3 / 4) / 2 * 0.7)


def test_pairs_count_wherever_a_quote_has_them_and_none_across_two_quotes() -> None:
    given = evidence("The red fox slept.", "Badgers crossed the lake.")
    # of (red fox) (fox cross) (cross the) (the lake): three; of (red fox cross) (fox cross the) (cross the lake): one
    assert shares("Red fox crossed the lake.", given) == pytest.approx((3 / 4 + 1 / 3) / 2)


def test_a_sentence_that_points_back_is_read_with_the_one_before_it() -> None:
    given = evidence("Ada Roth studies otters. She swims in the cold river.")
    alone = given.sentences[1:]
    told = support("Ada Roth studies otters.", given, alone, is_doubted=False)
    assert told == pytest.approx(1.0)
    assert support("Ada Roth studies otters.", given, [], is_doubted=False) == 0.0


def test_the_chance_of_entailment_is_half_of_it_where_there_is_a_voice() -> None:
    given = evidence("The red fox crossed the frozen lake.", chance=0.2)
    assert shares("The red fox crossed the frozen lake.", given) == pytest.approx((1.0 + 0.2) / 2)
    assert shares("Hens sleep.", given, is_doubted=True) == pytest.approx(0.2 / 2 * 0.7)
