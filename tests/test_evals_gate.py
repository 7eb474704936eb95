"""The gate: promises, floors, the comparison with a baseline; faults are planted into real answers of the product."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evals.about import About
from evals.corpus import Corpus
from evals.corpus import Evidence as Place
from evals.examples import RULES_FILE, Example
from evals.gate import DEFAULT_COMPARED, Evidence, Rules, breaches, load_rules
from evals.pairing import compare
from evals.references import always_abstain, oracle, quoting
from evals.runner import Run, run
from evals.saved import SavedRun, save
from qa import open_corpus
from qa.settings import load_settings
from qa.types import Answer, Citation, Turn
from vectorstore.errors import DatasetError

ROOT = Path(__file__).parent.parent
RULES = load_rules(ROOT / "evals" / "questions" / RULES_FILE)
Fault = Callable[[Answer], Answer]


@pytest.fixture(scope="module")
def real(
    shipped: tuple[Example, ...], seeds: Corpus, model_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Run:
    """What the product really answers."""
    index = tmp_path_factory.mktemp("index")
    settings = load_settings(corpus_dir=ROOT / "seeds", index_dir=index, cache_dir=model_cache)
    with open_corpus(None, settings) as footnote:
        return run(lambda question, history: footnote.ask(question, history=history), shipped, seeds)


def saved(found: Run, seeds: Corpus) -> SavedRun:
    return save(found, About("extractive", "s", seeds.fingerprint))


def broken(before: Run, after: Run, seeds: Corpus) -> set[tuple[str, str]]:
    """Kind and rule of each breach, the earlier run being the baseline."""
    comparison = compare(saved(before, seeds), saved(after, seeds))
    return {(one.kind, one.rule) for one in breaches(after, RULES, Evidence(comparison=comparison))}


def with_fault(found: Run, fault: Fault, seeds: Corpus, *, every: int = 1) -> Run:
    """The run that the product would give if every so many answers had the fault."""
    rows = iter(found.rows)
    places = iter(range(len(found.rows)))

    def answer(question: str, history: Sequence[Turn]) -> Answer:
        given = next(rows).answer
        assert given
        return given if next(places) % every else fault(given)

    single = [row.example.model_copy(update={"question": row.example.asked, "turns": ()}) for row in found.rows]
    asked = run(answer, single, seeds)
    pairs = zip(asked.rows, found.rows, strict=True)
    return Run(tuple(replace(new, example=old.example, history=old.history) for new, old in pairs))


def without_fault(answer: Answer) -> Answer:
    return answer


def dropping_footnotes(answer: Answer) -> Answer:
    return replace(
        answer,
        text=re.sub(r" ?\[\d+\]", "", answer.text),
        citations=(),
        claims=tuple(replace(claim, citations=()) for claim in answer.claims),
    )


def changing_numbers(answer: Answer) -> Answer:
    text = re.sub(r"(?<![\[\d])\d+(?!\d*\])", lambda found: str(int(found[0]) + 1), answer.text)
    return replace(answer, text=text)


def abstaining(answer: Answer) -> Answer:
    return replace(always_abstain(answer.question, ()), passages=answer.passages)


def shuffling(answer: Answer) -> Answer:
    mixed = list(answer.passages)
    random.Random(answer.question).shuffle(mixed)
    return replace(answer, passages=tuple(mixed))


def answering_everything(seeds: Corpus) -> Fault:
    def fault(answer: Answer) -> Answer:
        if not (answer.abstained and answer.passages):
            return answer
        first = answer.passages[0].chunk
        said = quoting(answer.question, [Place(first.source, first.start, first.end)], seeds)
        return replace(said, passages=answer.passages)

    return fault


def swapping_citations(seeds: Corpus) -> Fault:
    """Every footnote points at the first line of another article: a true quote of something else."""

    def swapped(one: Citation) -> Citation:
        source = next(source for source in sorted(seeds.texts) if source != one.source)
        quote = seeds.texts[source].splitlines()[0]
        return replace(one, source=source, start=0, end=len(quote), quote=quote)

    def fault(answer: Answer) -> Answer:
        other = tuple(swapped(one) for one in answer.citations)
        claims = tuple(replace(one, citations=tuple(map(swapped, one.citations))) for one in answer.claims)
        return replace(answer, citations=other, claims=claims)

    return fault


def moving_quotes(answer: Answer) -> Answer:
    moved = tuple(replace(one, start=one.start + 1, end=one.end + 1) for one in answer.citations)
    return replace(answer, citations=moved, claims=())


def inventing_a_mark(answer: Answer) -> Answer:
    return replace(answer, text=f"{answer.text} [9]")


def test_the_same_answers_keep_the_gate_green(real: Run, seeds: Corpus) -> None:
    assert broken(real, with_fault(real, without_fault, seeds), seeds) == set()


def test_swapped_citations_turn_the_gate_red(real: Run, seeds: Corpus) -> None:
    found = broken(real, with_fault(real, swapping_citations(seeds), seeds), seeds)
    assert {("baseline", "citation_precision"), ("baseline", "right_with_citation")} <= found
    assert ("promise", "quote_fidelity") not in found


def test_dropped_footnotes_turn_the_gate_red(real: Run, seeds: Corpus) -> None:
    found = broken(real, with_fault(real, dropping_footnotes, seeds), seeds)
    assert {("baseline", "citation_recall"), ("floor", "right_with_citation")} <= found
    assert ("promise", "dangling_marks") not in found


def test_answering_everything_turns_the_gate_red(real: Run, seeds: Corpus) -> None:
    found = broken(real, with_fault(real, answering_everything(seeds), seeds), seeds)
    assert {("baseline", "abstention_recall"), ("floor", "abstention_recall"), ("baseline", "utility")} <= found


def test_always_abstaining_turns_the_gate_red(real: Run, seeds: Corpus) -> None:
    found = broken(real, with_fault(real, abstaining, seeds), seeds)
    assert {("baseline", "over_abstention"), ("floor", "over_abstention"), ("baseline", "right")} <= found


def test_changed_numbers_turn_the_gate_red(real: Run, seeds: Corpus) -> None:
    found = broken(real, with_fault(real, changing_numbers, seeds), seeds)
    assert {("baseline", "right"), ("baseline", "right_with_citation")} <= found


def test_shuffled_passages_turn_the_gate_red(real: Run, seeds: Corpus) -> None:
    assert broken(real, with_fault(real, shuffling, seeds), seeds) == {("baseline", "ndcg@5"), ("baseline", "hit@5")}


def test_one_moved_quote_or_invented_mark_is_enough(real: Run, seeds: Corpus) -> None:
    once = len(real.rows)
    cited = next(at for at, row in enumerate(real.rows) if row.answer and row.answer.citations)
    turned = Run((*real.rows[cited:], *real.rows[:cited]))
    for fault, metric in ((moving_quotes, "quote_fidelity"), (inventing_a_mark, "dangling_marks")):
        assert ("promise", metric) in broken(real, with_fault(turned, fault, seeds, every=once), seeds)


@pytest.mark.parametrize("fault", [dropping_footnotes, abstaining, shuffling])
def test_a_fault_in_every_fifth_answer_is_noticed(real: Run, seeds: Corpus, fault: Fault) -> None:
    found = broken(real, with_fault(real, fault, seeds, every=5), seeds)
    assert {kind for kind, _ in found} >= {"baseline"}


def test_a_few_losses_and_gains_are_noise(real: Run, seeds: Corpus) -> None:
    right = [row.example.id for row in real.rows if row.right and row.example.answerable]
    wrong = [row.example.id for row in real.rows if not row.right and row.example.answerable]

    def turned(found: Run, ids: Sequence[str], value: float) -> Run:
        names = ("right", "right_with_citation", "citation_precision", "citation_recall")
        rows = (
            replace(row, scores={**row.scores, **dict.fromkeys(names, value)}) if row.example.id in ids else row
            for row in found.rows
        )
        return Run(tuple(rows))

    noisy = turned(turned(real, right[:4], 0.0), wrong[:2], 1.0)
    assert broken(real, noisy, seeds) == set()
    worse = turned(real, right[:8], 0.0)
    assert ("baseline", "right") in broken(real, worse, seeds)


def test_a_failed_example_turns_the_gate_red(shipped: tuple[Example, ...], seeds: Corpus) -> None:
    good = oracle(shipped, seeds)

    def fragile(question: str, history: Sequence[Turn]) -> Answer:
        if question == shipped[3].asked:
            raise ConnectionError("no route")
        return good(question, history)

    found = breaches(run(fragile, shipped, seeds), RULES, Evidence())
    assert [(one.kind, one.rule) for one in found] == [("promise", "failed")]
    assert found[0].why == f"1 of {len(shipped)} examples failed; {shipped[3].id}: ConnectionError: no route"


def test_what_the_linter_says_and_a_changed_answer_turn_the_gate_red(real: Run) -> None:
    found = breaches(real, RULES, Evidence(problems=["a.toml:1: a: no article b.txt", "more"], differing=["a", "b"]))
    assert [(one.kind, one.rule) for one in found] == [("promise", "questions"), ("promise", "determinism")]
    assert found[0].why == "a.toml:1: a: no article b.txt (and 1 more; `python -m evals lint`)"
    assert found[1].why == "2 examples came out otherwise when asked again: a, b"


def test_a_breach_names_the_examples_that_broke_a_promise(real: Run, seeds: Corpus) -> None:
    bad = with_fault(real, inventing_a_mark, seeds, every=100)
    why = next(one.why for one in breaches(bad, RULES, Evidence()) if one.rule == "dangling_marks")
    assert real.rows[0].example.id in why
    assert real.rows[100].example.id in why


def test_without_a_file_of_rules_the_promises_and_the_comparison_stand(tmp_path: Path) -> None:
    rules = load_rules(tmp_path / "none.toml")
    assert rules == Rules()
    assert (rules.threshold, rules.compared) == ((), DEFAULT_COMPARED)
    assert (rules.bound("quote_fidelity"), rules.bound("right")) == ("= 1", "")


@pytest.mark.parametrize(
    "text",
    [
        "threshold = 3",
        "floors = []",
        'compared = ["beauty"]',
        "chance = 1.0",
        '[[threshold]]\nmetric = "beauty"\nat_least = 1.0',
        '[[threshold]]\nmetric = "mrr"',
        '[[threshold]]\nmetric = "mrr"\nat_least = 0.1\nat_most = 0.2',
        "[[threshold",
    ],
)
def test_a_file_of_rules_that_says_something_else_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "thresholds.toml"
    path.write_text(text)
    with pytest.raises(DatasetError, match=r"thresholds\.toml") as caught:
        load_rules(path)
    assert "\n" not in str(caught.value)
