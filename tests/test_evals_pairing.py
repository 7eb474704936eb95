"""Two runs over the same examples: what differs, and whether chance explains it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from evals.pairing import chance_of_loss, compare
from evals.saved import SavedRow, SavedRun


def row(name: str, right: float, **changes: Any) -> SavedRow:
    answer = {"query": "q", "text": name, "abstained": False, "reason": "", "confidence": 0.5, "citations": ()}
    scores: Mapping[str, float | None] = {"right": right, "over_abstention": 1 - right, "mrr": None}
    fields = {
        "id": name,
        "digest": "d",
        "split": "dev",
        "types": ("number",),
        "asked": ("?",),
        "outcome": "right" if right else "wrong",
        "error": "",
        "scores": scores,
        "answer": answer,
    }
    return SavedRow.model_validate({**fields, **changes})


def saved(*rows: SavedRow) -> SavedRun:
    return SavedRun(
        schema_version=2,
        model="m",
        revision="",
        settings_fingerprint="s",
        corpus_fingerprint="c",
        versions={},
        rows=rows,
    )


def test_a_loss_by_chance_is_the_share_of_signs_that_lose_as_much() -> None:
    assert chance_of_loss([-1.0] * 5) == 1 / 32
    assert chance_of_loss([1.0] * 5) == 1.0
    assert chance_of_loss([-1.0, -1.0, 1.0]) == 4 / 8
    assert chance_of_loss([-0.5, -1.0]) == 1 / 4
    assert chance_of_loss([0.0, 0.0]) == chance_of_loss([]) == 1.0


def test_many_differences_are_tried_by_sampling_and_give_the_same_twice() -> None:
    mixed = [-1.0] * 20 + [1.0] * 20
    assert chance_of_loss(mixed) == chance_of_loss(mixed) == pytest.approx(0.56, abs=0.02)
    assert chance_of_loss([-1.0] * 25 + [1.0] * 5) < 0.001


def test_examples_are_paired_by_id_whatever_their_order() -> None:
    before = saved(row("a", 1), row("b", 0), row("c", 1))
    found = compare(before, saved(row("c", 0), row("a", 1), row("b", 1)))
    assert [pair.after.id for pair in found.lost] == ["c"]
    assert [pair.after.id for pair in found.won] == ["b"]
    right = next(one for one in found.differences if one.metric == "right")
    assert (right.n, right.better, right.worse, right.change) == (3, 1, 1, 0.0)
    assert right.before == right.after == pytest.approx(2 / 3, abs=1e-6)


def test_less_of_a_metric_that_should_be_low_is_a_gain() -> None:
    before = saved(*(row(f"e{at}", 0) for at in range(6)))
    after = saved(*(row(f"e{at}", 1) for at in range(6)))
    for old, new, chance in ((before, after, 1.0), (after, before, 1 / 64)):
        found = {one.metric: one for one in compare(old, new).differences}
        assert found["over_abstention"].chance == found["right"].chance == chance
        assert found["right"].chance_either == 2 / 64
    assert found["over_abstention"].change == 1.0


def test_a_metric_that_applies_to_no_pair_is_left_out() -> None:
    assert {one.metric for one in compare(saved(row("a", 1)), saved(row("a", 1))).differences} == {
        "right",
        "over_abstention",
    }


def test_edited_new_and_missing_examples_are_told_and_not_compared() -> None:
    before = saved(row("a", 1), row("b", 1), row("gone", 1))
    found = compare(before, saved(row("a", 1), row("b", 0, digest="other"), row("new", 0)))
    assert (found.edited, found.added, found.missing) == (("b",), ("new",), ("gone",))
    assert [pair.after.id for pair in found.pairs] == ["a"]
    assert not found.lost


def test_other_words_and_other_citations_are_told_apart() -> None:
    answer = dict(row("a", 1).answer or ())
    cited = {**answer, "citations": [{"number": 1, "source": "s", "start": 0, "end": 1, "quote": "x"}]}
    before = saved(row("words", 1), row("places", 1), row("same", 1), row("spaces", 1))
    after = saved(
        row("words", 1, answer={**answer, "text": "new"}),
        row("places", 1, answer={**cited, "text": "places"}),
        row("same", 1),
        row("spaces", 1, answer={**answer, "text": " spaces\n"}),
    )
    found = compare(before, after)
    assert [(pair.after.id, pair.says_something_else, pair.cites_something_else) for pair in found.changed] == [
        ("words", True, False),
        ("places", False, True),
    ]
