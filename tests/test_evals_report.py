"""The report in the terminal, as JSON, JUnit XML and Markdown."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from rich.console import Console

from evals.about import About, Price
from evals.corpus import Corpus
from evals.examples import RULES_FILE, Example
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


def saved(found: Run, seeds: Corpus) -> SavedRun:
    return save(found, About("stand-in", "s", seeds.fingerprint, revision="abc"))


def report_of(
    answerer: Answerer,
    examples: Sequence[Example],
    seeds: Corpus,
    *,
    before: Answerer | None = None,
    price: Price | None = None,
) -> Report:
    found, blind = run(answerer, examples, seeds), run(always_abstain, examples, seeds)
    attempts = attempts_of(found)
    comparison = compare(saved(run(before, examples, seeds), seeds), saved(found, seeds)) if before else None
    return Report(
        about=About("stand-in", "s", seeds.fingerprint, price=price, revision="abc"),
        corpus=seeds,
        own=Measured(found, measures(found, attempts, differing=())),
        references={"always abstain": Measured(blind, measures(blind, ()))},
        attempts=attempts,
        rules=RULES,
        breaches=breaches(found, RULES, Evidence(comparison=comparison)),
        comparison=comparison,
        note="" if comparison else "There is no baseline.",
    )


def halting(examples: Sequence[Example], seeds: Corpus, left: int) -> Answerer:
    """The oracle, but it abstains from the first few answerable examples."""
    good = oracle(examples, seeds)
    silent = {example.asked for example in [one for one in examples if one.answerable][:left]}

    def answer(question: str, history: Sequence[Turn]) -> Answer:
        return always_abstain(question, history) if question in silent else good(question, history)

    return answer


def printed(report: Report) -> str:
    page = io.StringIO()
    console = Console(file=page, width=170, markup=False, highlight=False)
    print_report(report, console, rows=[row for row in report.run.rows if not row.right])
    return page.getvalue()


def test_the_json_report_holds_every_row_and_figure(shipped: tuple[Example, ...], seeds: Corpus) -> None:
    content = json.loads(to_json(report_of(oracle(shipped, seeds), shipped, seeds)))
    assert content["schema_version"] == 2
    assert (content["passed"], content["breaches"]) == (True, [])
    assert content["corpus_fingerprint"] == seeds.fingerprint
    assert [row["id"] for row in content["rows"]] == [example.id for example in shipped]
    assert list(content["overall"]["scores"]) == [*METRICS, *MEASURES]
    assert content["overall"]["scores"]["right"]["n"] == sum(example.answerable for example in shipped)
    assert set(content["splits"]) == {"dev", "test"}
    assert content["risk_coverage"][-1] == {"confidence": 1.0, "coverage": 1.0, "risk": 0.0}
    assert (content["baseline"], content["note"]) == (None, "There is no baseline.")
    assert set(content["timing"]["seconds"]) == {example.id for example in shipped}


def test_the_json_report_of_the_same_answers_is_the_same_but_for_its_timing(
    shipped: tuple[Example, ...], seeds: Corpus
) -> None:
    first, second = (to_dict(report_of(random_line(seeds), shipped[:20], seeds)) for _ in range(2))
    del first["timing"], second["timing"]
    assert first == second


def test_a_json_report_can_be_compared_again(tmp_path: Path, shipped: tuple[Example, ...], seeds: Corpus) -> None:
    report = report_of(halting(shipped, seeds, 3), shipped, seeds)
    path = tmp_path / "report.json"
    path.write_text(to_json(report), encoding="utf-8")
    assert load_run(path) == saved(report.run, seeds)


def test_tokens_and_their_price_are_summed(shipped: tuple[Example, ...], seeds: Corpus) -> None:
    def costly(question: str, history: Sequence[Turn]) -> Answer:
        return Answer(question, question, "x", usage=Usage(1000, 100))

    report = report_of(costly, shipped[:5], seeds, price=Price(2.0, 10.0))
    assert to_dict(report)["usage"] == {"input_tokens": 5000, "output_tokens": 500, "dollars": 0.015}
    assert "tokens: 5000 in, 500 out, $0.0150" in printed(report)


def test_the_printed_report_shows_what_was_asked_said_and_expected(shipped: tuple[Example, ...], seeds: Corpus) -> None:
    text = printed(report_of(always_abstain, shipped, seeds))
    for part in ["right_with_citation", "always abstain", "follow_up", shipped[0].asked, "abstained (not_in_corpus)"]:
        assert part in text
    assert "The gate is red:\nfloor: right_with_citation is 0.000" in text
    assert "There is no baseline." in text


def test_the_printed_report_of_a_perfect_run_is_green(shipped: tuple[Example, ...], seeds: Corpus) -> None:
    assert "The gate is green" in printed(report_of(oracle(shipped, seeds), shipped, seeds))


def test_what_was_lost_and_won_against_the_baseline_is_printed(shipped: tuple[Example, ...], seeds: Corpus) -> None:
    first = next(example for example in shipped if example.answerable)
    worse = report_of(halting(shipped, seeds, 1), shipped, seeds, before=oracle(shipped, seeds))
    text = printed(worse)
    assert "Right before, not now: 1" in text
    assert f"  {first.id}  " in text
    assert "now     abstained (not_in_corpus)" in text
    assert "baseline" in text
    better = report_of(oracle(shipped, seeds), shipped, seeds, before=halting(shipped, seeds, 1))
    assert "Right now, not before: 1" in printed(better)


def test_citations_that_moved_are_printed_though_the_text_is_the_same(
    shipped: tuple[Example, ...], seeds: Corpus
) -> None:
    page = io.StringIO()
    found = run(oracle(shipped, seeds), shipped[:1], seeds)
    row = saved(found, seeds).rows[0]
    assert row.answer
    moved = row.answer.model_copy(update={"citations": ()})
    old = saved(found, seeds)
    new = old.model_copy(update={"rows": (row.model_copy(update={"answer": moved}),)})
    print_changes(compare(old, new), Console(file=page, width=170))
    assert "Said or cited otherwise: 1" in page.getvalue()
    assert "cited before" in page.getvalue()


def test_differences_are_printed_with_their_chance(shipped: tuple[Example, ...], seeds: Corpus) -> None:
    page = io.StringIO()
    report = report_of(halting(shipped, seeds, 6), shipped, seeds, before=oracle(shipped, seeds))
    assert isinstance(report.comparison, Comparison)
    print_differences(report.comparison, Console(file=page, width=170))
    right = next(line for line in page.getvalue().splitlines() if "│ right " in line)
    assert "│ 6 " in right
    assert "0.031" in right


def test_junit_fails_what_got_worse_and_skips_what_was_never_right(shipped: tuple[Example, ...], seeds: Corpus) -> None:
    good = oracle(shipped, seeds)
    fragile_question = shipped[-1].asked

    def worse(question: str, history: Sequence[Turn]) -> Answer:
        if question == fragile_question:
            raise ConnectionError("no \x00 route")
        return halting(shipped, seeds, 7)(question, history)

    report = report_of(worse, shipped, seeds, before=halting(shipped, seeds, 2))
    root = ElementTree.fromstring(to_junit(report))
    suites = {suite.get("name"): suite for suite in root}
    cases = suites["examples"]
    assert [len(cases.findall(f"testcase/{kind}")) for kind in ("failure", "skipped", "error")] == [5, 2, 1]
    assert (cases.get("tests"), cases.get("failures"), cases.get("errors")) == (str(len(shipped)), "5", "1")
    red = {case.get("name") for case in suites["gate"] if case.find("failure") is not None}
    assert {"failed", "right"} <= red
    assert suites["gate"].get("failures") == str(len(report.breaches))
    green = ElementTree.fromstring(to_junit(report_of(good, shipped, seeds)))
    assert not green.findall(".//failure")


def test_markdown_tells_verdict_figures_and_changes(shipped: tuple[Example, ...], seeds: Corpus) -> None:
    worse = to_markdown(report_of(halting(shipped, seeds, 6), shipped, seeds, before=oracle(shipped, seeds)))
    assert worse.startswith("## 🔴 The gate is red: ")
    assert "- **baseline**: right fell behind the baseline" in worse.replace("\\", "")
    assert "<details><summary>Right before, not now: 6</summary>" in worse
    lines = [line for line in worse.splitlines() if line.startswith("|")]
    assert len({line.count("|") - line.count("\\|") for line in lines}) == 1
    alone = to_markdown(report_of(halting(shipped, seeds, 6), shipped, seeds))
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
    shipped: tuple[Example, ...], seeds: Corpus
) -> None:
    def failing(question: str, history: Sequence[Turn]) -> Answer:
        raise ConnectionError("no route")

    report = report_of(failing, shipped[:1], seeds, before=failing)
    assert "failed: ConnectionError: no route" in printed(report)
    assert json.loads(to_json(report))["passed"] is False
    assert "no route" in to_junit(report)
    assert "🔴" in to_markdown(report)
    assert "🔴" in to_markdown(replace(report, comparison=None))
