"""Metrics against values worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest

from evals import metrics
from evals.corpus import Corpus, Evidence
from evals.estimates import estimate, percentile
from evals.examples import Example
from evals.matching import (
    contains,
    contains_date,
    contains_number,
    exact_match,
    f1,
    numbers,
    parse_partial_date,
)
from qa.types import Answer, Citation, Claim
from vectorstore.types import Chunk, Passage

TEXT = "In the strikes at least 83 people died. The bounty is $50 million. Nobody knows why."
OTHER = "Rights groups speak of dozens of deaths."
CORPUS = Corpus({"a.txt": TEXT, "b.txt": OTHER}, "f")


def _place(quote: str, source: str = "a.txt") -> Evidence:
    start = CORPUS.texts[source].index(quote)
    return Evidence(source, start, start + len(quote))


def _citation(quote: str, *, number: int = 1, source: str = "a.txt", shift: int = 0) -> Citation:
    place = _place(quote, source)
    return Citation(number, source, "", "", None, quote, place.start + shift, place.end + shift)


def _answer(text: str, *claims: Claim) -> Answer:
    citations = tuple(citation for claim in claims for citation in claim.citations)
    return Answer("q", "q", text, claims=claims, citations=citations)


def _claim(text: str, *citations: Citation) -> Claim:
    return Claim(text, citations, "verbatim")


def _passages(*quotes: str) -> list[Passage]:
    return [_passage(rank, _place(quote)) for rank, quote in enumerate(quotes)]


def _passage(rank: int, place: Evidence) -> Passage:
    text = CORPUS.texts[place.source][place.start : place.end]
    return Passage(Chunk(place.source, rank, text, place.start, place.end, place.source, ""), 1.0 / (rank + 1))


def _example(**fields: Any) -> Example:
    return Example.model_validate({"id": "x", "types": ["number"], "split": "dev", "question": "q?", **fields})


DEATHS = "In the strikes at least 83 people died."
BOUNTY = "The bounty is $50 million."
NOBODY = "Nobody knows why."


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("At least eighty-three people died.", "83"),
        ("At least 83 people died [1].", "eighty-three"),
        ("some 15 thousand troops", "15,000"),
        ("15,000 soldiers", "fifteen thousand"),
        ("a $50 million bounty", "50,000,000"),
        ("13 billion dollars", "13,000,000,000"),
        ("one hundred five ships", "105"),
        ("Nicolás Maduro", "nicolas maduro"),
        ("an F‑35B jet", "F-35B"),
        ("the U.S. Navy", "US Navy"),
        ("Maduro’s letter", "Maduro's letter"),
        ("The SUNDAY paper", "sunday"),
    ],
)
def test_an_answer_is_found_whatever_way_it_is_written(text: str, wanted: str) -> None:
    assert contains(text, wanted)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("An answer [83].", "83"),
        ("There were 830 of them", "83"),
        ("The F-35B", "35"),
        ("Prussia", "Russia"),
        ("his son and his wife", "his wife and his son"),
        ("anything", ""),
    ],
)
def test_a_mark_a_part_of_a_word_or_another_order_is_no_answer(text: str, wanted: str) -> None:
    assert not contains(text, wanted)


def test_numbers_are_read_in_digits_and_words() -> None:
    assert numbers("Six ships, 1.5 million people, two hundred thousand tons, in 2024 [3].") == [
        6.0,
        1_500_000.0,
        200_000.0,
        2024.0,
    ]


def test_a_number_may_be_off_by_its_tolerance_only() -> None:
    assert contains_number("about 14,800 troops", 15_000, tolerance=200)
    assert not contains_number("about 14,799 troops", 15_000, tolerance=200)


@pytest.mark.parametrize(
    ("text", "wanted", "same"),
    [
        ("on November 24", "2025-11-24", True),
        ("on 24 November 2025", "2025-11-24", True),
        ("el 24 de noviembre de 2025", "2025-11-24", True),
        ("(2025-11-24)", "2025-11-24", True),
        ("November 24, 2024", "2025-11-24", False),
        ("November 25", "2025-11-24", False),
        ("in November", "2025-11-24", False),
        ("since September", "2025-09", True),
        ("September 5, 2025", "2025-09", True),
        ("September 2024", "2025-09", False),
        ("no date at all", "2025-09", False),
    ],
)
def test_a_date_is_compared_as_far_as_it_is_known(text: str, wanted: str, same: bool) -> None:
    assert contains_date(text, parse_partial_date(wanted)) is same


def test_exact_match_leaves_out_articles_case_and_marks() -> None:
    assert exact_match("The Air Force One. [1]", ["air force one"]) == 1.0
    assert exact_match("aboard Air Force One", ["Air Force One"]) == 0.0


def test_f1_is_the_best_overlap_with_an_accepted_answer() -> None:
    # said 4 words, wanted 3, shared 3: 2*3/(4+3)
    assert f1("aboard Air Force One", ["Mar-a-Lago", "Air Force One"]) == pytest.approx(6 / 7)
    assert f1("nothing of it", ["Air Force One"]) == 0.0


def test_a_right_answer_needs_one_accepted_form_all_that_must_and_nothing_that_must_not_be_in_it() -> None:
    example = _example(
        answers=["dozens"],
        numbers=[{"value": 83}],
        must_include=["people", ["died", "killed"]],
        must_not_include=["war"],
    )
    assert metrics.matches(example, "83 people were killed.")
    assert metrics.matches(example, "Dozens of people died.")
    assert not metrics.matches(example, "Many people died.")
    assert not metrics.matches(example, "83 were killed.")
    assert not metrics.matches(example, "83 people died in the war.")


def test_an_example_with_only_must_include_needs_all_of_it() -> None:
    example = _example(must_include=["Cabello", "Padrino"])
    assert metrics.matches(example, "Cabello and Padrino")
    assert not metrics.matches(example, "Cabello")


def test_utility_is_plus_one_zero_or_minus_one() -> None:
    answerable = _example(numbers=[{"value": 83}])
    unanswerable = _example(types=["near_miss"], answerable=False, abstain_reason="near_miss")
    abstained = Answer("q", "q", "Not told.", abstained=True)
    assert [metrics.utility(answerable, one) for one in (_answer("83"), abstained, _answer("84"))] == [1.0, 0.0, -1.0]
    assert [metrics.utility(unanswerable, one) for one in (_answer("83"), abstained)] == [-1.0, 1.0]


def test_exact_match_and_f1_are_measured_on_the_shortest_claim() -> None:
    answer = _answer("long", _claim("a much longer statement"), _claim("Air Force One"))
    assert metrics.answer_exact_match(_example(answers=["Air Force One"]), answer) == 1.0
    assert metrics.answer_f1(_example(numbers=[{"value": 1}]), answer) is None


def test_a_conflict_is_surfaced_when_both_sides_are_told() -> None:
    example = _example(conflict=[{"source": "a.txt", "value": "83"}, {"source": "b.txt", "value": "dozens"}])
    assert metrics.surfaces_conflict(example, _answer("83, or dozens")) == 1.0
    assert metrics.surfaces_conflict(example, _answer("83")) == 0.0
    assert metrics.surfaces_conflict(_example(), _answer("83")) is None


def test_a_citation_supports_with_half_of_the_gold_quote() -> None:
    gold = [_place("at least 83")]  # 11 characters: six are half
    assert metrics.supports(_citation(DEATHS), gold)
    assert metrics.supports(_citation("ast 83"), gold)
    assert not metrics.supports(_citation("st 83"), gold)
    assert not metrics.supports(_citation(BOUNTY), gold)


def test_a_citation_of_the_same_place_in_another_article_does_not_support() -> None:
    gold = _place("at least 83")
    assert not metrics.supports(Citation(1, "b.txt", "", "", None, "", gold.start, gold.end), [gold])


def test_a_whole_page_supports_nothing() -> None:
    assert not metrics.supports(Citation(1, "a.txt", "", "", None, "", 0, 1_001), [_place("at least 83")])


def test_citation_precision_counts_invalid_citations_against_the_answer() -> None:
    gold = [_place("at least 83")]
    good, irrelevant, shifted = _citation(DEATHS), _citation(BOUNTY, number=2), _citation(DEATHS, number=3, shift=1)
    answer = _answer("…", _claim("a", good), _claim("b", irrelevant, shifted))
    assert metrics.citation_precision(answer, gold, CORPUS) == pytest.approx(1 / 3)
    assert metrics.citation_precision(_answer("…", _claim("a")), gold, CORPUS) is None


def test_citation_recall_counts_a_claim_without_a_footnote_against_the_answer() -> None:
    gold = [_place("at least 83")]
    answer = _answer("…", _claim("a", _citation(BOUNTY), _citation(DEATHS)), _claim("b"))
    assert metrics.citation_recall(answer, gold, CORPUS) == 0.5
    assert metrics.citation_recall(_answer("…"), gold, CORPUS) == 0.0


def test_evidence_is_covered_by_the_best_group() -> None:
    groups = [[[_place("at least 83")], [_place(OTHER, "b.txt")]], [[_place("Nobody")]]]
    assert metrics.evidence_coverage(_answer("…", _claim("a", _citation(DEATHS))), groups) == 0.5
    assert metrics.evidence_coverage(_answer("…", _claim("a", _citation(NOBODY))), groups) == 1.0


def test_a_quote_is_faithful_only_at_its_offsets() -> None:
    answer = _answer("…", _claim("a", _citation(DEATHS), _citation(BOUNTY, number=2, shift=-1)))
    assert metrics.quote_fidelity(answer, CORPUS) == 0.5
    assert not metrics.is_faithful(Citation(1, "none.txt", "", "", None, "x", 0, 1), CORPUS)
    assert not metrics.is_faithful(Citation(1, "a.txt", "", "", None, "", 0, 0), CORPUS)
    assert metrics.quote_fidelity(_answer("…"), CORPUS) is None


def test_sources_are_accurate_when_they_hold_gold_evidence() -> None:
    answer = _answer("…", _claim("a", _citation(BOUNTY), _citation(OTHER, number=2, source="b.txt")))
    assert metrics.source_accuracy(answer, [_place("at least 83")]) == 0.5


def test_dangling_marks_are_counted_in_both_directions() -> None:
    claims = (_claim("a", _citation(DEATHS)), _claim("b", _citation(BOUNTY, number=2)))
    assert metrics.dangling_marks(_answer("a [1] b [2]", *claims)) == 0
    assert metrics.dangling_marks(_answer("a [1] b [3]", *claims)) == 2
    assert metrics.dangling_marks(_answer("a b", *claims)) == 2


def test_retrieval_metrics_of_one_quote_follow_its_rank() -> None:
    passages, groups = _passages(BOUNTY, DEATHS, NOBODY), [[[_place("at least 83")]]]
    assert metrics.hit_at(passages, groups, k=1) == 0.0
    assert metrics.hit_at(passages, groups, k=2) == 1.0
    assert metrics.recall_at(passages, groups, k=2) == 1.0
    assert metrics.reciprocal_rank(passages, groups) == 0.5
    assert metrics.ndcg_at(passages, groups, k=5) == pytest.approx(1 / math.log2(3))
    assert metrics.ndcg_at(passages, groups, k=1) == 0.0


def test_a_group_of_two_quotes_needs_both() -> None:
    passages, group = _passages(DEATHS, NOBODY, BOUNTY), [[_place("at least 83")], [_place("$50 million")]]
    assert metrics.hit_at(passages, [group], k=1) == 1.0
    assert metrics.recall_at(passages, [group], k=1) == 0.5
    assert metrics.recall_at(passages, [group], k=3) == 1.0
    # gains at ranks 1 and 3, ideally at 1 and 2
    assert metrics.ndcg_at(passages, [group], k=3) == pytest.approx((1 + 1 / 2) / (1 + 1 / math.log2(3)))


def test_a_quote_that_is_never_retrieved_lowers_ndcg() -> None:
    group = [[_place("at least 83")], [_place(OTHER, "b.txt")]]
    assert metrics.ndcg_at(_passages(DEATHS), [group], k=5) == pytest.approx(1 / (1 + 1 / math.log2(3)))


def test_one_passage_may_cover_both_quotes_and_the_best_group_counts() -> None:
    both: Sequence[Sequence[Evidence]] = [[_place("at least 83")], [_place("strikes")]]
    missing: Sequence[Sequence[Evidence]] = [[_place(OTHER, "b.txt")]]
    assert metrics.ndcg_at(_passages(DEATHS), [missing, both], k=5) == 1.0
    assert metrics.recall_at(_passages(DEATHS), [missing, both], k=1) == 1.0


def test_a_passage_that_cuts_the_quote_does_not_cover_it() -> None:
    assert metrics.hit_at(_passages("In the strikes at least 8"), [[[_place("at least 83")]]], k=5) == 0.0


def test_nothing_retrieved_is_worth_nothing() -> None:
    groups = [[[_place("at least 83")]]]
    found = [
        metrics.hit_at([], groups, k=5),
        metrics.recall_at([], groups, k=5),
        metrics.reciprocal_rank([], groups),
        metrics.ndcg_at([], groups, k=5),
    ]
    assert found == [0.0, 0.0, 0.0, 0.0]


def test_an_estimate_has_mean_n_and_standard_error() -> None:
    found = estimate([1.0, None, 0.0, 1.0, 1.0])
    assert found is not None
    assert (found.value, found.n) == (0.75, 4)
    assert found.standard_error == pytest.approx(0.25)  # sd 0.5 over the root of 4
    assert 0.0 <= found.low < 0.75 < found.high <= 1.0


def test_an_estimate_is_the_same_each_time_and_none_of_nothing() -> None:
    values = [0.0, 1.0, 0.5, 1.0, 0.0, 0.25]
    assert estimate(values) == estimate(values)
    assert estimate([None]) is None
    single = estimate([1.0])
    assert single is not None
    assert (single.standard_error, single.low, single.high) == (0.0, 1.0, 1.0)


def test_percentiles_are_by_nearest_rank() -> None:
    values = [4.0, 1.0, 3.0, 2.0]
    assert [percentile(values, percent) for percent in (50, 95, 0)] == [2.0, 4.0, 1.0]
    assert percentile([], 50) == 0.0
