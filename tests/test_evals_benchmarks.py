"""Public benchmarks by path: figures by hand, tiny sets asked for real, runs that stop and go on, and bad input."""

from __future__ import annotations

import json
import math
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import typer
from corpora import STORIES
from typer.testing import CliRunner

from evals.benchmarks.articles import write_articles
from evals.benchmarks.beir import rows_of
from evals.benchmarks.measures import auc, exact_and_f1, ndcg_at, recall_at, reciprocal_rank_at
from evals.benchmarks.results import Header, Results, Row
from evals.benchmarks.squad import Read, SquadQuestion, best_threshold, load_squad
from evals.benchmarks.summary import ask_all, shuffled
from evals.commands.benchmark import benchmark
from qa.footnote import open_corpus
from qa.settings import load_settings
from vectorstore.errors import DatasetError, UserError

ROOT = Path(__file__).parent.parent
HARBOUR, BUDGET, COMET = "news/2024/../harbour", "Haushalt «Lünd» \u202e" + "x" * 300, "3"
ARTICLES = dict(zip((HARBOUR, BUDGET, COMET), STORIES.values(), strict=True))
QUESTIONS = {
    "q1": ("How many passengers of the ferry Aurora were brought ashore?", ["212", "all 212"], {HARBOUR: 1}),
    "q2": (
        "How many euros is the budget of Lund?",
        ["48 million euros", "48 million"],
        {BUDGET: 2, HARBOUR: 1, COMET: 0},
    ),
    "q3": ("Who found the comet?", ["Mia Okafor"], {COMET: 1}),
    "q4": ("Which orchestra did Leonard Bernstein conduct in Vienna?", ["the Philharmonic"], {COMET: 1}),
}
CONTEXT = "The mill of Dunford burnt down in 1887. Its owner, Ada Byrne, opened a bridge in Lisbon a year later."
SQUAD = {
    "Who owned the mill?": ["Ada Byrne"],
    "When did the mill burn down?": ["1887", "in 1887"],
    "What did Ada Byrne open?": ["a bridge"],
    "Who painted the ceiling of the chapel?": [],
    "How many ships were sunk by the Danes?": [],
}

app = typer.Typer(pretty_exceptions_enable=False)
app.command()(benchmark)


def write_lines(path: Path, rows: Sequence[object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_beir(folder: Path, *, answers: bool = True, qrels: str = "qrels.tsv") -> Path:
    titled = {one: story.partition("\n\n") for one, story in ARTICLES.items()}
    write_lines(
        folder / "corpus.jsonl",
        [{"_id": one, "title": title, "text": text, "metadata": {}} for one, (title, _, text) in titled.items()],
    )
    rows: list[dict[str, Any]] = [
        {"_id": one, "text": text} | ({"answers": wanted} if answers else {})
        for one, (text, wanted, _) in QUESTIONS.items()
    ]
    write_lines(folder / "queries.jsonl", [*rows, {"_id": "of another split", "text": "Who?"}])
    graded = [
        f"{one}\t{article}\t{grade}\n" for one, (*_, all_) in QUESTIONS.items() for article, grade in all_.items()
    ]
    write_lines(folder / qrels, ["query-id\tcorpus-id\tscore\n", *graded])
    return folder


def write_squad(path: Path, questions: Mapping[str, Sequence[str]] = SQUAD, *, version: int = 2) -> Path:
    rows: list[dict[str, Any]] = [
        {
            "id": f"s{n}",
            "question": one,
            "answers": [{"text": text, "answer_start": CONTEXT.index(text)} for text in texts],
        }
        | ({"is_impossible": not texts} if version == 2 else {})
        for n, (one, texts) in enumerate(questions.items())
        if texts or version == 2
    ]
    data = [{"title": "Dunford_Mill", "paragraphs": [{"context": CONTEXT, "qas": rows}]}]
    path.write_text(json.dumps({"version": "v2.0", "data": data}), encoding="utf-8")
    return path


def run(*words: object) -> dict[str, Any]:
    """The JSON figures of a run of the command."""
    done = CliRunner().invoke(app, [*map(str, words), "--json", "figures.json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(Path("figures.json").read_text(encoding="utf-8"))
    return found


def refused(*words: object) -> str:
    """The one line of a run that cannot be."""
    with pytest.raises(UserError) as raised:
        CliRunner().invoke(app, list(map(str, words)), catch_exceptions=False)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def values(found: Mapping[str, Any]) -> dict[str, float | None]:
    return {one["name"]: one["measured"] and one["measured"]["value"] for one in found["figures"]}


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# Figures of one question


def test_ndcg_has_the_grade_itself_as_gain() -> None:
    grades = {"a": 2, "b": 1, "c": 0, "d": -1}
    best = 2 + 1 / math.log2(3)
    assert ndcg_at(["a", "b"], grades, k=10) == 1.0
    assert ndcg_at(["b", "a"], grades, k=10) == pytest.approx((1 + 2 / math.log2(3)) / best)
    assert ndcg_at(["d", "c", "x", "a"], grades, k=10) == pytest.approx(2 / math.log2(5) / best)
    assert ndcg_at(["b", "a"], grades, k=1) == 0.5
    assert ndcg_at([], grades, k=10) == 0.0


def test_mrr_and_recall_stop_at_k() -> None:
    ranking = [*"xyz", "a", *"uvw", "b"]
    assert reciprocal_rank_at(ranking, {"a": 1, "b": 3}, k=10) == 1 / 4
    assert reciprocal_rank_at(ranking, {"a": 1, "b": 3}, k=3) == 0.0
    assert recall_at(ranking, {"a": 1, "b": 3, "c": 1, "x": 0}, k=10) == pytest.approx(2 / 3)
    assert recall_at(ranking, {"a": 1, "b": 3}, k=4) == 0.5


def test_a_ranking_is_not_measured_where_nothing_is_relevant() -> None:
    assert [measure(["a"], {"a": 0}, k=10) for measure in (ndcg_at, reciprocal_rank_at, recall_at)] == [None] * 3


@pytest.mark.parametrize(
    ("told", "answers", "exact", "f1"),
    [
        ("the Eiffel  Tower!", ["Eiffel tower"], 1, 1),
        ("in Paris, France", ["Paris"], 0, 2 / 4),
        ("the old mill of Ada Byrne", ["old mill", "Ada Byrne's mill"], 0, 4 / 7),
        ("Paris Paris", ["Paris"], 0, 2 / 3),
        ("Rome", ["Paris", "London"], 0, 0),
        ("", ["Paris"], 0, 0),
        ("Paris", [], 0, 0),
        ("the", ["an"], 1, 1),
        ("1,200", ["1200"], 1, 1),
    ],
)
def test_exact_match_and_f1_are_those_of_the_squad_script(told: str, answers: list[str], exact: int, f1: float) -> None:
    assert exact_and_f1(told, answers) == pytest.approx((exact, f1))


def test_the_area_under_the_curve_counts_the_pairs_in_the_right_order() -> None:
    assert auc([3, 1], [2, 1]) == 2.5 / 4
    assert auc([2, 3], [0, 1]) == 1
    assert auc([0, 1], [2, 3]) == 0
    assert auc([1.5], [1.5, 1.5]) == 0.5


def test_the_best_threshold_gains_more_from_answers_than_it_loses_where_nothing_answers() -> None:
    read = [Read(5, 1, 1, True), Read(4, 0, 0, False), Read(3, 0, 0.5, True), Read(2, 1, 1, True), Read(1, 0, 0, False)]
    assert best_threshold(read, "f1") == 2
    assert best_threshold(read, "exact") == 5
    assert [sum(one.worth("f1", threshold=at) for one in read) for at in (2, 3, 9)] == [3.5, 2.5, 2]
    assert best_threshold([Read(5, 0, 0.4, True), Read(6, 0, 0, False)], "f1") == math.inf


def test_questions_of_the_same_margin_are_answered_together() -> None:
    read = [Read(2, 1, 1, True), Read(2, 0, 0, False), Read(2, 0, 0, False), Read(1, 1, 1, True)]
    assert best_threshold(read, "f1") == math.inf


# Sets in BEIR's form


def test_a_set_is_asked_ranked_answered_and_cited(tmp_path: Path) -> None:
    found = run(write_beir(tmp_path / "Some News"))
    measured = values(found)
    assert found["name"] == "Some-News"
    assert (found["questions"], found["failed"]) == (4, 0)
    assert (measured["ndcg@10"] or 0) > 0.8
    assert measured["recall@10"] == 1.0
    assert measured["coverage"] == 0.75
    assert measured["f1_answered"] == pytest.approx((measured["f1"] or 0) / 0.75, abs=1e-5)
    assert measured["answer_in_text"] == 0.75
    assert measured["quote_fidelity"] == 1.0
    assert measured["source_accuracy"] == 1.0
    assert found["counts"]["queries_not_judged"] == 1
    assert found["counts"]["citations"] >= 3
    assert found["counts"]["unfaithful"] == 0
    assert all(
        one["measured"]["low"] <= one["measured"]["value"] <= one["measured"]["high"] for one in found["figures"]
    )


def test_a_set_without_answers_is_ranked_only(tmp_path: Path) -> None:
    found = run(write_beir(tmp_path / "news", answers=False, qrels="qrels/test.tsv"))
    assert set(values(found)) == {"ndcg@10", "mrr@10", "recall@10"}


def test_the_table_names_every_figure_with_its_interval(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, [str(write_squad(tmp_path / "tiny.json"))], catch_exceptions=False).output
    assert "tiny: 5 questions, 0 failed, 3 answerable, 2 unanswerable" in shown
    assert "always abstaining" in shown
    assert "0.4000" in shown


def test_articles_of_any_id_are_files_that_know_their_ids(tmp_path: Path) -> None:
    files = write_articles(rows_of(write_beir(tmp_path / "news")), tmp_path / "articles")
    assert list(files.ids.values()) == [HARBOUR, BUDGET, COMET]
    assert all((files.folder / source).is_file() and source.isascii() and len(source) < 80 for source in files.ids)
    assert all(ARTICLES[one].split("\n\n")[1] in files.text(source) for source, one in files.ids.items())
    with open_corpus(files.folder, load_settings()) as footnote:
        footnote.sync()
        titles = {files.ids[article.source]: article.title for article in footnote.articles()}
    assert titles == {one: story.partition("\n")[0] for one, story in ARTICLES.items()}


def test_titles_and_texts_may_hold_anything(tmp_path: Path) -> None:
    rows = [
        {"_id": "a", "title": "Quoted: \"one\"\nand 'two' [three]", "text": "First line.\r\nSecond line."},
        {"_id": "b", "title": None, "text": "Only a text, \ud83d broken."},
        {"_id": "c", "title": "Only a title that says it all", "text": ""},
        {"_id": "d", "title": "", "text": " "},
        {"_id": "e", "title": "A headline", "text": "A headline on the mayor of Lund. He left."},
    ]
    folder = write_beir(tmp_path / "news")
    write_lines(folder / "corpus.jsonl", rows)
    files = write_articles(rows_of(folder), tmp_path / "articles")
    assert list(files.ids.values()) == ["a", "b", "c", "e"]
    with open_corpus(files.folder, load_settings()) as footnote:
        assert footnote.sync().skipped == ()
        texts = {files.ids[one.source]: footnote.article(one.source).text for one in footnote.articles()}
        titles = {files.ids[one.source]: one.title for one in footnote.articles()}
    assert texts == {one: files.text(source) for source, one in files.ids.items()}
    assert texts["a"].endswith("First line.\r\nSecond line.")
    assert titles["a"] == "Quoted: \"one\" and 'two' [three]"


def test_an_article_that_is_the_query_does_not_find_itself(tmp_path: Path) -> None:
    folder = write_beir(tmp_path / "news", answers=False)
    write_lines(folder / "queries.jsonl", [{"_id": COMET, "text": "comet"}, {"_id": HARBOUR, "text": "ferry"}])
    write_lines(folder / "qrels.tsv", [f"{COMET}\t{BUDGET}\t1\n", f"{HARBOUR}\t{HARBOUR}\t1\n"])
    run(folder, "--results", "rows.jsonl")
    rankings = {row["id"]: row["ranking"] for row in lines(Path("rows.jsonl"))[1:]}
    assert COMET not in rankings[COMET]
    assert rankings[HARBOUR][0] == HARBOUR


def test_a_question_that_cannot_be_asked_counts_as_a_miss(tmp_path: Path) -> None:
    folder = write_beir(tmp_path / "news")
    write_lines(folder / "queries.jsonl", [{"_id": "q1", "text": "?!", "answers": ["Falk"]}])
    write_lines(folder / "qrels.tsv", [f"q1\t{HARBOUR}\t1\n"])
    found = run(folder)
    assert (found["questions"], found["failed"]) == (1, 1)
    assert values(found)["mrr@10"] == values(found)["f1"] == 0.0


# Sets in SQuAD's form


def test_the_reader_answers_from_the_paragraph_and_abstains_where_it_does_not_tell(tmp_path: Path) -> None:
    found = run(write_squad(tmp_path / "tiny.json"))
    measured = values(found)
    assert measured["always_abstaining"] == 0.4
    assert measured["f1_unanswerable"] == 1.0
    assert (measured["f1_never_abstaining"] or 0) > 0.6
    assert (measured["best_f1"] or 0) >= max(measured["f1"] or 0, 0.4)
    assert measured["auc"] == 1.0
    threshold = next(one["threshold"] for one in found["figures"] if one["name"] == "best_f1")
    margins = [row["scores"]["margin"] for row in lines(next(Path(".footnote").rglob("results-*.jsonl")))[1:]]
    assert threshold in margins


def test_the_first_version_of_the_form_has_answers_only(tmp_path: Path) -> None:
    measured = values(run(write_squad(tmp_path / "old.json", version=1)))
    assert measured["f1_answerable"] == measured["f1"]
    assert (measured["f1_unanswerable"], measured["auc"], measured["always_abstaining"]) == (None, None, 0.0)


# Runs that stop and go on


def test_a_run_goes_on_where_it_stopped_and_comes_to_the_same(tmp_path: Path) -> None:
    folder, kept = write_beir(tmp_path / "news"), tmp_path / "kept.jsonl"
    whole = run(folder, "--results", kept)
    rows = kept.read_bytes().splitlines(keepends=True)
    kept.write_bytes(b"".join(rows[:3]) + rows[3][:20])
    again = run(folder, "--results", kept)
    assert values(again) == values(whole)
    assert kept.read_bytes().splitlines(keepends=True)[:3] == rows[:3]
    assert sorted(row["id"] for row in lines(kept)[1:]) == sorted(QUESTIONS)


def test_a_finished_run_is_not_asked_again_unless_told_to(tmp_path: Path) -> None:
    folder, kept = write_squad(tmp_path / "tiny.json"), tmp_path / "kept.jsonl"
    run(folder, "--results", kept, "--limit", 2)
    first = kept.read_bytes()
    run(folder, "--results", kept, "--limit", 2)
    assert kept.read_bytes() == first
    assert run(folder, "--results", kept)["questions"] == 5
    assert kept.read_bytes().startswith(first)
    run(folder, "--results", kept, "--limit", 1, "--fresh")
    assert len(lines(kept)) == 2


def test_a_limit_takes_the_same_questions_whatever_their_order(tmp_path: Path) -> None:
    questions = load_squad(write_squad(tmp_path / "tiny.json")).questions
    some = shuffled(questions, limit=3)
    assert some == shuffled(reversed(questions), limit=3)
    assert shuffled(questions, limit=None)[:3] == some


def test_ctrl_c_stops_at_once_and_keeps_what_was_read(tmp_path: Path) -> None:
    many = {f"{question} ({n})": wanted for n in range(400) for question, wanted in SQUAD.items()}
    data, kept = write_squad(tmp_path / "many.json", many), tmp_path / "kept.jsonl"
    program = "import typer; from evals.commands.benchmark import benchmark; typer.run(benchmark)"
    command = [sys.executable, "-c", program, str(data), "--results", str(kept)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and (not kept.exists() or kept.read_bytes().count(b"\n") < 10):
        pass
    process.send_signal(signal.SIGINT)
    said = process.communicate()[1]
    assert process.returncode != 0
    assert "the same command goes on from there" in said
    assert 10 <= len(lines(kept)) < 2000


@pytest.mark.slow
def test_several_processes_come_to_the_same_as_one(tmp_path: Path) -> None:
    folder = write_beir(tmp_path / "news")
    numbered = {f"{one}-{n}": given for n in range(15) for one, given in QUESTIONS.items()}
    rows = [{"_id": one, "text": text, "answers": wanted} for one, (text, wanted, _) in numbered.items()]
    write_lines(folder / "queries.jsonl", rows)
    grades = [f"{one}\t{article}\t{n}\n" for one, (*_, all_) in numbered.items() for article, n in all_.items()]
    write_lines(folder / "qrels.tsv", grades)
    several = run(folder, "--results", "several.jsonl", "--workers", 2)
    alone = run(folder, "--results", "alone.jsonl", "--workers", 1)
    assert values(several) == values(alone)
    assert len(lines(Path("several.jsonl"))) == 61


def _failing(error: str, asked: SquadQuestion) -> Row:
    return Row(asked.id, {"f1": 1.0}, 0.1, error)


def test_a_row_that_failed_is_asked_again(tmp_path: Path) -> None:
    header = Header("squad", "d", "s", {})
    questions = load_squad(write_squad(tmp_path / "tiny.json")).questions
    errors = ["no route", ""]
    for error in errors:
        with Results(tmp_path / "rows.jsonl", header) as results:
            rows = ask_all(questions, partial(map, partial(_failing, error)), results)
        assert {row.error for row in rows} == {error}
    with Results(tmp_path / "rows.jsonl", header) as results:
        assert not [row for row in results.rows.values() if row.error]


# Results that cannot be gone on from


def test_results_of_another_set_or_other_settings_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "kept.jsonl"
    folder = write_beir(tmp_path / "news", answers=False)
    run(write_squad(tmp_path / "tiny.json"), "--results", kept)
    before = kept.read_bytes()
    assert refused(folder, "--results", kept) == (
        f"{kept}:1: holds results of another data set; name another file with --results, or start over with --fresh"
    )
    assert kept.read_bytes() == before
    run(folder, "--results", kept, "--fresh", "--limit", 1)
    monkeypatch.setenv("QA_K", "5")
    assert "holds results of other settings" in refused(folder, "--results", kept)


def test_results_of_another_version_are_refused(tmp_path: Path) -> None:
    with Results(tmp_path / "rows.jsonl", Header("squad", "d", "s", {"code": "one"})):
        pass
    with pytest.raises(DatasetError, match="another version of the program"):
        Results(tmp_path / "rows.jsonl", Header("squad", "d", "s", {"code": "two"}))


def test_a_damaged_row_in_the_middle_is_named(tmp_path: Path) -> None:
    data, kept = write_squad(tmp_path / "tiny.json"), tmp_path / "kept.jsonl"
    run(data, "--results", kept)
    rows = kept.read_bytes().splitlines(keepends=True)
    kept.write_bytes(b"".join([*rows[:2], rows[2][:30] + b"\n", *rows[3:]]))
    assert refused(data, "--results", kept).startswith(f"{kept}:3: is no row of results; delete the line")
    kept.write_bytes(b"".join([*rows[:2], *rows[3:]]))
    assert run(data, "--results", kept)["questions"] == 5


@pytest.mark.parametrize("content", ["my notes", "my notes\n", '{"a": 1}\n', "[]\n"])
@pytest.mark.parametrize("more", [[], ["--fresh"]])
def test_a_file_of_something_else_is_left_alone(tmp_path: Path, content: str, more: list[str]) -> None:
    kept = tmp_path / "notes.txt"
    kept.write_text(content, encoding="utf-8")
    why = refused(write_squad(tmp_path / "tiny.json"), "--results", kept, *more)
    assert why == f"{kept}:1: is no results file of a benchmark; name another file with --results"
    assert kept.read_text(encoding="utf-8") == content


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    data = write_squad(tmp_path / "tiny.json")
    assert "name another file" in refused(data, "--results", tmp_path)
    assert "cannot be written" in refused(data, "--json", tmp_path)


# Bad input


def test_a_path_that_is_no_benchmark_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("notes", encoding="utf-8")
    for path in (tmp_path, tmp_path / "notes.txt"):
        assert refused(path).startswith(f"{path}: is no benchmark: name a folder with corpus.jsonl")
    assert refused(tmp_path / "nowhere") == f"{tmp_path / 'nowhere'}: there is no such path"


@pytest.mark.parametrize(
    ("file", "rows", "why"),
    [
        ("corpus.jsonl", [{"_id": "a", "text": "A."}, "{not JSON\n"], ":2: is not JSON"),
        ("corpus.jsonl", [{"_id": "a", "text": "A."}, "\n", {"_id": "b"}], ":3: text: Field required"),
        ("corpus.jsonl", [{"_id": "a", "text": "A."}, {"_id": "a", "text": "B."}], ":2: the id 'a' is taken by line 1"),
        ("corpus.jsonl", [{"_id": 7, "text": "A."}], ":1: _id: Input should be a valid string"),
        ("corpus.jsonl", ["[1]\n"], ":1: "),
        ("corpus.jsonl", [], ": is empty"),
        ("queries.jsonl", [{"_id": "q1", "text": "Who?", "answers": "Falk"}], ":1: answers: "),
        ("queries.jsonl", [{"_id": "q1", "text": "Who?"}] * 2, ":2: the id 'q1' is taken by line 1"),
        ("queries.jsonl", [], ": is empty"),
        ("qrels.tsv", ["query-id\tcorpus-id\tscore\n", "q1\t3\n"], ":2: is not query-id, corpus-id and a whole number"),
        ("qrels.tsv", ["query-id\tcorpus-id\tscore\n", "q1\t3\t0.5\n"], ":2: is not query-id"),
        ("qrels.tsv", ["q1\t3\t1\n", "q9\t3\t1\n"], ":2: there is no query 'q9'"),
        ("qrels.tsv", ["q1\t99\t1\n"], ":1: there is no article '99'"),
        ("qrels.tsv", ["q1\t3\t1\n", "q1\t3\t0\n"], ":2: grades '3' for 'q1' anew"),
        ("qrels.tsv", ["query-id\tcorpus-id\tscore\n"], ": is empty"),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(tmp_path: Path, file: str, rows: list[object], why: str) -> None:
    folder = write_beir(tmp_path / "news")
    write_lines(folder / file, rows)
    assert refused(folder).startswith(f"{folder / file}{why}")


@pytest.mark.parametrize("file", ["queries.jsonl", "qrels.tsv"])
def test_a_missing_file_is_named(tmp_path: Path, file: str) -> None:
    folder = write_beir(tmp_path / "news")
    (folder / file).unlink()
    assert file in refused(folder)


def test_bytes_that_are_no_text_are_named_by_line(tmp_path: Path) -> None:
    folder = write_beir(tmp_path / "news")
    with (folder / "queries.jsonl").open("ab") as file:
        file.write(b'{"_id": "q9", "text": "\xff"}\n')
    assert refused(folder) == f"{folder / 'queries.jsonl'}:6: is not UTF-8"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ('{"data": [\n{"title"}\n]}', ":2: is not JSON"),
        ("[]", ": is not in SQuAD's form"),
        ('{"data": []}', ": holds no question"),
        ('{"data": [{"paragraphs": [{"qas": []}]}]}', ": data 1, paragraphs 1, context: Field required"),
        (
            '{"data": [{"paragraphs": [{"context": "A.", "qas": [{"id": "a", "question": "b"},'
            ' {"id": "a", "question": "c"}]}]}]}',
            ": question 2: the id 'a' is taken by question 1",
        ),
    ],
)
def test_a_bad_file_in_squads_form_is_named_with_the_place(tmp_path: Path, content: str, why: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content, encoding="utf-8")
    assert refused(path).startswith(f"{path}{why}")
