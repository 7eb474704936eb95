"""The report in the terminal, as JSON, JUnit XML and Markdown."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from evals.about import About, Price
from evals.corpus import Corpus, read_corpus
from evals.examples import RULES_FILE, Example, load_questions
from evals.gate import Evidence, breaches, load_rules
from evals.measures import MEASURES, attempts_of, measures
from evals.pairing import Comparison, compare
from evals.references import always_abstain, oracle, random_line
from evals.report import Measured, Report
from evals.report.json_form import to_dict, to_json
from evals.report.junit import to_junit
from evals.report.markdown import inert, to_markdown
from evals.report.terminal import print_changes, print_differences, print_report
from evals.runner import Answerer, Run, run
from evals.saved import SavedRun, load_run, save
from evals.scoring import METRICS
from qa.types import Answer, Turn, Usage

ROOT = Path(__file__).parent.parent
RULES = load_rules(ROOT / "evals" / "questions" / RULES_FILE)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return read_corpus(ROOT / "seeds")


@pytest.fixture(scope="module")
def examples() -> tuple[Example, ...]:
    return load_questions().examples


def saved(found: Run, corpus: Corpus) -> SavedRun:
    return save(found, About("stand-in", "s", corpus.fingerprint, revision="abc"))


def report_of(
    answerer: Answerer,
    examples: Sequence[Example],
    corpus: Corpus,
    *,
    before: Answerer | None = None,
    price: Price | None = None,
) -> Report:
    found, blind = run(answerer, examples, corpus), run(always_abstain, examples, corpus)
    attempts = attempts_of(found)
    comparison = compare(saved(run(before, examples, corpus), corpus), saved(found, corpus)) if before else None
    return Report(
        about=About("stand-in", "s", corpus.fingerprint, price=price, revision="abc"),
        corpus=corpus,
        own=Measured(found, measures(found, attempts, differing=())),
        references={"always abstain": Measured(blind, measures(blind, ()))},
        attempts=attempts,
        rules=RULES,
        breaches=breaches(found, RULES, Evidence(comparison=comparison)),
        comparison=comparison,
        note="" if comparison else "There is no baseline.",
    )


def halting(examples: Sequence[Example], corpus: Corpus, left: int) -> Answerer:
    """The oracle, but it abstains from the first few answerable examples."""
    good = oracle(examples, corpus)
    silent = {example.asked for example in [one for one in examples if one.answerable][:left]}

    def answer(question: str, history: Sequence[Turn]) -> Answer:
        return always_abstain(question, history) if question in silent else good(question, history)

    return answer


def printed(report: Report) -> str:
    page = io.StringIO()
    console = Console(file=page, width=170, markup=False, highlight=False)
    print_report(report, console, rows=[row for row in report.run.rows if not row.right])
    return page.getvalue()


def test_the_json_report_holds_every_row_and_figure(examples: tuple[Example, ...], corpus: Corpus) -> None:
    content = json.loads(to_json(report_of(oracle(examples, corpus), examples, corpus)))
    assert content["schema_version"] == 2
    assert (content["passed"], content["breaches"]) == (True, [])
    assert content["corpus_fingerprint"] == corpus.fingerprint
    assert [row["id"] for row in content["rows"]] == [example.id for example in examples]
    assert list(content["overall"]["scores"]) == [*METRICS, *MEASURES]
    assert content["overall"]["scores"]["right"]["n"] == sum(example.answerable for example in examples)
    assert set(content["splits"]) == {"dev", "test"}
    assert content["risk_coverage"][-1] == {"confidence": 1.0, "coverage": 1.0, "risk": 0.0}
    assert (content["baseline"], content["note"]) == (None, "There is no baseline.")
    assert set(content["timing"]["seconds"]) == {example.id for example in examples}


def test_the_json_report_of_the_same_answers_is_the_same_but_for_its_timing(
    examples: tuple[Example, ...], corpus: Corpus
) -> None:
    first, second = (to_dict(report_of(random_line(corpus), examples[:20], corpus)) for _ in range(2))
    del first["timing"], second["timing"]
    assert first == second


def test_a_json_report_can_be_compared_again(tmp_path: Path, examples: tuple[Example, ...], corpus: Corpus) -> None:
    report = report_of(halting(examples, corpus, 3), examples, corpus)
    path = tmp_path / "report.json"
    path.write_text(to_json(report), encoding="utf-8")
    assert load_run(path) == saved(report.run, corpus)


def test_tokens_and_their_price_are_summed(examples: tuple[Example, ...], corpus: Corpus) -> None:
    def costly(question: str, history: Sequence[Turn]) -> Answer:
        return Answer(question, question, "x", usage=Usage(1000, 100))

    report = report_of(costly, examples[:5], corpus, price=Price(2.0, 10.0))
    assert to_dict(report)["usage"] == {"input_tokens": 5000, "output_tokens": 500, "dollars": 0.015}
    assert "tokens: 5000 in, 500 out, $0.0150" in printed(report)


def test_the_printed_report_shows_what_was_asked_said_and_expected(
    examples: tuple[Example, ...], corpus: Corpus
) -> None:
    text = printed(report_of(always_abstain, examples, corpus))
    for part in ["right_with_citation", "always abstain", "follow_up", examples[0].asked, "abstained (not_in_corpus)"]:
        assert part in text
    assert "The gate is red:\nfloor: right_with_citation is 0.000" in text
    assert "There is no baseline." in text


def test_the_printed_report_of_a_perfect_run_is_green(examples: tuple[Example, ...], corpus: Corpus) -> None:
    assert "The gate is green" in printed(report_of(oracle(examples, corpus), examples, corpus))


def test_what_was_lost_and_won_against_the_baseline_is_printed(examples: tuple[Example, ...], corpus: Corpus) -> None:
    first = next(example for example in examples if example.answerable)
    worse = report_of(halting(examples, corpus, 1), examples, corpus, before=oracle(examples, corpus))
    text = printed(worse)
    assert "Right before, not now: 1" in text
    assert f"  {first.id}  " in text
    assert "now     abstained (not_in_corpus)" in text
    assert "baseline" in text
    better = report_of(oracle(examples, corpus), examples, corpus, before=halting(examples, corpus, 1))
    assert "Right now, not before: 1" in printed(better)


def test_citations_that_moved_are_printed_though_the_text_is_the_same(
    examples: tuple[Example, ...], corpus: Corpus
) -> None:
    page = io.StringIO()
    found = run(oracle(examples, corpus), examples[:1], corpus)
    row = saved(found, corpus).rows[0]
    assert row.answer
    moved = row.answer.model_copy(update={"citations": ()})
    old = saved(found, corpus)
    new = old.model_copy(update={"rows": (row.model_copy(update={"answer": moved}),)})
    print_changes(compare(old, new), Console(file=page, width=170))
    assert "Said or cited otherwise: 1" in page.getvalue()
    assert "cited before" in page.getvalue()


def test_differences_are_printed_with_their_chance(examples: tuple[Example, ...], corpus: Corpus) -> None:
    page = io.StringIO()
    report = report_of(halting(examples, corpus, 6), examples, corpus, before=oracle(examples, corpus))
    assert isinstance(report.comparison, Comparison)
    print_differences(report.comparison, Console(file=page, width=170))
    right = next(line for line in page.getvalue().splitlines() if "│ right " in line)
    assert "│ 6 " in right
    assert "0.031" in right


def test_junit_fails_what_got_worse_and_skips_what_was_never_right(
    examples: tuple[Example, ...], corpus: Corpus
) -> None:
    good = oracle(examples, corpus)
    fragile_question = examples[-1].asked

    def worse(question: str, history: Sequence[Turn]) -> Answer:
        if question == fragile_question:
            raise ConnectionError("no \x00 route")
        return halting(examples, corpus, 7)(question, history)

    report = report_of(worse, examples, corpus, before=halting(examples, corpus, 2))
    root = ElementTree.fromstring(to_junit(report))
    suites = {suite.get("name"): suite for suite in root}
    cases = suites["examples"]
    assert [len(cases.findall(f"testcase/{kind}")) for kind in ("failure", "skipped", "error")] == [5, 2, 1]
    assert (cases.get("tests"), cases.get("failures"), cases.get("errors")) == (str(len(examples)), "5", "1")
    red = {case.get("name") for case in suites["gate"] if case.find("failure") is not None}
    assert {"failed", "right"} <= red
    assert suites["gate"].get("failures") == str(len(report.breaches))
    green = ElementTree.fromstring(to_junit(report_of(good, examples, corpus)))
    assert not green.findall(".//failure")


def test_markdown_tells_verdict_figures_and_changes(examples: tuple[Example, ...], corpus: Corpus) -> None:
    worse = to_markdown(report_of(halting(examples, corpus, 6), examples, corpus, before=oracle(examples, corpus)))
    assert worse.startswith("## 🔴 The gate is red: ")
    assert "- **baseline**: right fell behind the baseline" in worse.replace("\\", "")
    assert "<details><summary>Right before, not now: 6</summary>" in worse
    lines = [line for line in worse.splitlines() if line.startswith("|")]
    assert len({line.count("|") - line.count("\\|") for line in lines}) == 1
    alone = to_markdown(report_of(halting(examples, corpus, 6), examples, corpus))
    assert alone.startswith("## 🟢 The gate is green: ")
    assert "<details><summary>Not right: 6</summary>" in alone


def test_text_of_articles_and_models_stays_text_in_markdown() -> None:
    hostile = "<img src=x> ![a](http://b) [c](d) `e` **f** | g\n# h @team &amp;"
    shown = inert(hostile)
    assert "\n" not in shown
    for mark in "<>![]`*|#@&":
        assert shown.count(mark) == shown.count("\\" + mark)
    assert inert("word " * 100, most=20) == "word word word word…"


def test_a_report_of_one_failed_example_can_be_written_in_every_form(
    examples: tuple[Example, ...], corpus: Corpus
) -> None:
    def failing(question: str, history: Sequence[Turn]) -> Answer:
        raise ConnectionError("no route")

    report = report_of(failing, examples[:1], corpus, before=failing)
    assert "failed: ConnectionError: no route" in printed(report)
    assert json.loads(to_json(report))["passed"] is False
    assert "no route" in to_junit(report)
    assert "🔴" in to_markdown(report)
    assert "🔴" in to_markdown(replace(report, comparison=None))
