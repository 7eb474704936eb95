"""The runner, the reference answerers, the gate, the report, and the command."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from evals.corpus import Corpus, read_corpus
from evals.examples import Example, load_questions
from evals.gate import breaches, load_thresholds
from evals.references import always_abstain, oracle, random_line, references
from evals.report import Report, print_report, to_dict, write_json
from evals.runner import Answerer, Run, run
from evals.scoring import METRICS
from qa.types import Answer, Turn
from vectorstore.errors import DatasetError, UserError

ROOT = Path(__file__).parent.parent
UP = (
    "right_with_citation",
    "right",
    "utility",
    "f1",
    "citation_precision",
    "citation_recall",
    "hit@5",
    "mrr",
    "ndcg@5",
)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return read_corpus(ROOT / "seeds")


@pytest.fixture(scope="module")
def examples() -> tuple[Example, ...]:
    return load_questions().examples


def _value(found: Run, metric: str) -> float | None:
    measured = found.summary()[metric]
    return measured.value if measured else None


def _report(answerer: Answerer, examples: Sequence[Example], corpus: Corpus) -> Report:
    found, limits = run(answerer, examples, corpus), load_thresholds()
    return Report(
        run=found,
        references={"always abstain": run(always_abstain, examples, corpus)},
        thresholds=limits,
        breaches=breaches(found, limits),
        model="stand-in",
        settings_fingerprint="s",
        corpus_fingerprint=corpus.fingerprint,
    )


def _broken(answerer: Answerer, examples: Sequence[Example], corpus: Corpus) -> set[str]:
    return {breach.metric for breach in breaches(run(answerer, examples, corpus), load_thresholds())}


def test_every_metric_ranks_the_reference_answerers_rightly(examples: tuple[Example, ...], corpus: Corpus) -> None:
    found = {name: run(answerer, examples, corpus) for name, answerer in references(examples, corpus).items()}
    best, silent, blind = found["oracle evidence"], found["always abstain"], found["random line"]
    for metric in UP:
        assert (_value(best, metric) or 0) > (_value(blind, metric) or 0), metric
    for metric in ("right_with_citation", "right", "utility", "abstention_precision"):
        assert (_value(best, metric) or 0) > (_value(silent, metric) or 0), metric
    assert (_value(silent, "utility") or 0) > (_value(blind, "utility") or 0)
    assert _value(silent, "over_abstention") == 1.0
    assert _value(blind, "false_answer_rate") == 1.0


def test_the_oracle_is_right_on_every_example(examples: tuple[Example, ...], corpus: Corpus) -> None:
    found = run(oracle(examples, corpus), examples, corpus)
    assert [row.example.id for row in found.rows if not row.right and not row.example.derived] == []
    assert _value(found, "conflict_surfaced") == 1.0


def test_a_run_gives_the_same_rows_twice(examples: tuple[Example, ...], corpus: Corpus) -> None:
    first, second = (to_dict(_report(random_line(corpus), examples, corpus)) for _ in range(2))
    del first["timing"], second["timing"]
    assert first == second


def test_an_example_that_raises_becomes_a_failed_row_and_the_run_goes_on(
    examples: tuple[Example, ...], corpus: Corpus
) -> None:
    good = oracle(examples, corpus)

    def fragile(question: str, history: Sequence[Turn]) -> Answer:
        if question == "F-35B":
            raise ConnectionError("no route")
        return good(question, history)

    found = run(fragile, examples, corpus)
    assert [(row.example.id, row.error) for row in found.failed] == [("f35b-jets", "ConnectionError: no route")]
    assert len(found.rows) == len(examples)
    assert found.failed[0].scores["right_with_citation"] == 0.0


def test_a_failed_example_turns_the_gate_red(examples: tuple[Example, ...], corpus: Corpus) -> None:
    def failing(question: str, history: Sequence[Turn]) -> Answer:
        raise ConnectionError

    assert _broken(failing, examples[:3], corpus) >= {"failed", "right_with_citation"}


def test_an_answer_whose_model_failed_is_no_honest_abstention(examples: tuple[Example, ...], corpus: Corpus) -> None:
    unanswerable = [example for example in examples if not example.answerable][:3]

    def offline(question: str, history: Sequence[Turn]) -> Answer:
        return Answer(question, question, "", abstained=True, reason="model_failed")

    found = run(offline, unanswerable, corpus)
    assert len(found.failed) == 3
    assert _value(found, "abstention_recall") == 0.0


def test_the_earlier_turns_of_a_conversation_are_really_asked(examples: tuple[Example, ...], corpus: Corpus) -> None:
    heard: list[tuple[str, list[Turn]]] = []

    def listening(question: str, history: Sequence[Turn]) -> Answer:
        heard.append((question, list(history)))
        return Answer(question, question, f"answer {len(heard)}")

    example = next(one for one in examples if one.id == "then-inquiry")
    found = run(listening, [example], corpus)
    first, second, third = example.turns
    assert heard == [
        (first, []),
        (second, [Turn(first, "answer 1")]),
        (third, [Turn(first, "answer 1"), Turn(second, "answer 2")]),
    ]
    assert found.rows[0].history == (Turn(first, "answer 1"), Turn(second, "answer 2"))


def test_progress_is_told_after_each_example(examples: tuple[Example, ...], corpus: Corpus) -> None:
    told: list[tuple[int, int]] = []
    run(always_abstain, examples[:3], corpus, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_the_gate_is_green_for_the_oracle(examples: tuple[Example, ...], corpus: Corpus) -> None:
    assert _broken(oracle(examples, corpus), examples, corpus) == set()


def test_each_planted_fault_turns_the_gate_red(examples: tuple[Example, ...], corpus: Corpus) -> None:
    good, blind = oracle(examples, corpus), random_line(corpus)

    def with_citations_of_something_else(question: str, history: Sequence[Turn]) -> Answer:
        answer, other = good(question, history), blind(question, history)
        return answer if answer.abstained else replace(other, text=answer.text)

    def without_footnotes(question: str, history: Sequence[Turn]) -> Answer:
        answer = good(question, history)
        return replace(answer, citations=(), claims=tuple(replace(claim, citations=()) for claim in answer.claims))

    def with_shifted_quotes(question: str, history: Sequence[Turn]) -> Answer:
        answer = good(question, history)
        moved = tuple(replace(one, start=one.start + 1, end=one.end + 1) for one in answer.citations)
        return replace(answer, citations=moved, claims=())

    def with_an_invented_mark(question: str, history: Sequence[Turn]) -> Answer:
        answer = good(question, history)
        return replace(answer, text=f"{answer.text} [9]")

    def answering_everything(question: str, history: Sequence[Turn]) -> Answer:
        answer = good(question, history)
        return blind(question, history) if answer.abstained else answer

    def with_other_words(question: str, history: Sequence[Turn]) -> Answer:
        answer = good(question, history)
        return replace(answer, text=" ".join(f"[{one.number}]" for one in answer.citations))

    assert "right_with_citation" in _broken(with_citations_of_something_else, examples, corpus)
    assert {"right_with_citation", "dangling_marks"} <= _broken(without_footnotes, examples, corpus)
    assert "quote_fidelity" in _broken(with_shifted_quotes, examples, corpus)
    assert _broken(with_an_invented_mark, examples, corpus) == {"dangling_marks"}
    assert _broken(answering_everything, examples, corpus) == {"abstention_recall"}
    assert _broken(with_other_words, examples, corpus) == {"right_with_citation"}
    assert {"right_with_citation", "over_abstention"} <= _broken(always_abstain, examples, corpus)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "threshold = 3",
        '[[threshold]]\nmetric = "beauty"\nkind = "hard"\nat_least = 1.0',
        '[[threshold]]\nmetric = "mrr"\nkind = "soft"',
        '[[threshold]]\nmetric = "mrr"\nkind = "soft"\nat_least = 0.1\nat_most = 0.2',
    ],
)
def test_a_file_of_thresholds_that_says_something_else_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "thresholds.toml"
    path.write_text(text)
    with pytest.raises(DatasetError, match=r"thresholds\.toml"):
        load_thresholds(path)


def test_the_json_report_holds_every_row_and_can_be_repeated(
    tmp_path: Path, examples: tuple[Example, ...], corpus: Corpus
) -> None:
    path = tmp_path / "deep" / "report.json"
    write_json(_report(oracle(examples, corpus), examples, corpus), path)
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["schema_version"] == 1
    assert content["corpus_fingerprint"] == corpus.fingerprint
    assert [row["example"]["id"] for row in content["rows"]] == [example.id for example in examples]
    assert list(content["overall"]["scores"]) == list(METRICS)
    assert content["overall"]["scores"]["right"]["n"] == sum(example.answerable for example in examples)
    assert set(content["splits"]) == {"dev", "test"}
    assert content["passed"] is True
    assert set(content["timing"]["seconds"]) == {example.id for example in examples}


def test_a_report_that_cannot_be_written_is_one_clear_line(
    tmp_path: Path, examples: tuple[Example, ...], corpus: Corpus
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        write_json(_report(always_abstain, examples[:1], corpus), tmp_path / "file" / "report.json")


def test_the_printed_report_shows_what_was_asked_said_and_expected(
    examples: tuple[Example, ...], corpus: Corpus
) -> None:
    report = _report(always_abstain, examples, corpus)
    page = io.StringIO()
    print_report(report, Console(file=page, width=160), rows=[row for row in report.run.rows if not row.right])
    text = page.getvalue()
    least = next(limit.at_least for limit in load_thresholds() if limit.metric == "right_with_citation")
    for part in ["right_with_citation", "always abstain", "follow_up", "How many people have been killed"]:
        assert part in text
    answerable = sum(example.answerable for example in examples)
    assert f"soft: right_with_citation is 0.000 (n = {answerable}), must be ≥ {least:g}" in text
    assert "abstained (not_in_corpus)" in text


def _evals(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "evals", *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_linter_command_exits_with_0_for_the_shipped_set() -> None:
    done = _evals("lint", "--corpus", "seeds")
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 problems" in done.stdout


def test_a_user_error_is_one_line_and_exit_status_2(tmp_path: Path) -> None:
    for arguments in (["--questions", str(tmp_path)], ["--only", "colour"], ["--corpus", str(tmp_path)]):
        done = _evals(*arguments)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), arguments
        assert done.stderr.startswith("evals: ")


def test_questions_for_other_articles_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Another article.")
    done = _evals("--corpus", str(tmp_path))
    assert done.returncode == 2
    assert "written for other articles" in done.stderr
