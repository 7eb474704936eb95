"""The suite over a small corpus of its own, asked twice, compared, accepted: through Python and the command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evals.commands.options import settings_for
from evals.corpus import read_corpus
from evals.examples import load_questions
from evals.references import oracle
from evals.runner import run
from evals.saved import load_run, save, write_run
from evals.second_pass import SecondPass, differing
from evals.suite import measure, prepare
from qa import Settings
from vectorstore.errors import DatasetError, UserError

ROOT = Path(__file__).parent.parent
LIBRARY = """New library opens in Northam

By Ann Lee

The council opened a new library in Northam on March 3, 2024. The building cost 12 million dollars and holds 40,000
books.
Mayor Ruth Ives said the library would stay open until midnight. Every child of the town got a library card.
"""
BRIDGE = """Bridge closed for repairs

By Tom Hall

The old bridge over the Wend was closed on Monday. Engineers found cracks in two of its pillars. The repairs will take
six months, said the engineer Paul Dorn. Buses use the road through Eastley until then.
"""
QUESTIONS = """
[[example]]
id = "library-cost"
types = ["number"]
split = "dev"
question = "How much did the new library cost?"
numbers = [{ value = 12_000_000 }]
evidence = [[{ source = "library.txt", quote = "The building cost 12 million dollars" }]]

[[example]]
id = "repairs"
types = ["number"]
split = "test"
question = "How long will the repairs of the bridge take?"
answers = ["six months"]
evidence = [[{ source = "bridge.txt", quote = "The repairs will take\\nsix months" }]]

[[example]]
id = "then-who"
types = ["follow_up", "person"]
split = "dev"
turns = ["When was the library opened?", "Who is the mayor?"]
answers = ["Ruth Ives"]
evidence = [[{ source = "library.txt", quote = "Mayor Ruth Ives said" }]]

[[example]]
id = "moon"
types = ["out_of_domain"]
split = "dev"
question = "How far away is the moon?"
answerable = false
abstain_reason = "out_of_domain"
answers = ["384,400"]
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "library.txt").write_text(LIBRARY)
    (folder / "bridge.txt").write_text(BRIDGE)
    return folder


@pytest.fixture
def questions(tmp_path: Path, corpus: Path) -> Path:
    folder = tmp_path / "questions"
    folder.mkdir()
    (folder / "all.toml").write_text(QUESTIONS)
    (folder / "set.toml").write_text(f'corpus_fingerprint = "{read_corpus(corpus).fingerprint}"\n')
    return folder


@pytest.fixture
def settings(corpus: Path, tmp_path: Path) -> Settings:
    return settings_for(corpus).model_copy(update={"index_dir": tmp_path / "index"})


def evals(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "evals", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd or ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_a_second_process_gives_the_same_answers(settings: Settings, questions: Path) -> None:
    report = measure(prepare(settings, questions))
    alike = report.own.measures["repeated_alike"]
    assert alike
    assert (alike.value, alike.n) == (1.0, 4)
    assert report.passed, report.breaches
    assert len(report.attempts) == 4
    assert [row.outcome for row in report.run.rows] == ["right"] * 4


def test_the_second_pass_says_what_abstaining_hid(settings: Settings, questions: Path) -> None:
    everything_left = settings.model_copy(update={"abstain_below": 1.0})
    report = measure(prepare(everything_left, questions))
    assert {row.outcome for row in report.run.rows} == {"left", "right"}
    right = {attempt.confidence for attempt in report.attempts if attempt.right}
    wrong = {attempt.confidence for attempt in report.attempts if not attempt.right}
    assert len(right) == 3
    assert min(right) > max(wrong)
    area = report.own.measures["aurc"]
    assert area
    assert area.value == pytest.approx(1 / 16)


def test_a_different_answer_is_noticed(settings: Settings, questions: Path, corpus: Path) -> None:
    examples = load_questions(questions).examples
    other = run(oracle(examples, read_corpus(corpus)), examples, read_corpus(corpus))
    second = SecondPass(settings, questions, examples)
    assert set(differing(other, second.finish())) == {example.id for example in examples}


def test_a_second_pass_that_fails_is_one_line(settings: Settings, questions: Path) -> None:
    examples = load_questions(questions).examples
    broken = settings.model_copy(update={"corpus_dir": questions / "none"})
    with pytest.raises(UserError, match=r"the second pass failed: .*; leave it out with --once") as caught:
        SecondPass(broken, questions, examples).finish()
    assert "\n" not in str(caught.value)


def test_a_second_pass_can_be_stopped(settings: Settings, questions: Path) -> None:
    second = SecondPass(settings, questions, load_questions(questions).examples)
    second.stop()
    second.stop()


def test_asked_once_nothing_is_said_of_repeating(settings: Settings, questions: Path) -> None:
    report = measure(prepare(settings, questions, once=True))
    assert report.own.measures["repeated_alike"] is None
    assert len(report.attempts) == 3


def test_problems_of_the_question_set_turn_the_gate_red(settings: Settings, questions: Path) -> None:
    path = questions / "all.toml"
    path.write_text(path.read_text().replace("The building cost 12", "The building had cost 12"))
    report = measure(prepare(settings, questions, once=True))
    assert ("promise", "questions") in {(breach.kind, breach.rule) for breach in report.breaches}


def test_the_command_reports_accepts_and_compares(tmp_path: Path, corpus: Path, questions: Path) -> None:
    place = ("--corpus", corpus, "--questions", questions)
    out = tmp_path / "out"
    forms = [part for name in ("json", "junit", "markdown", "html") for part in (f"--{name}", out / f"r.{name}")]
    first = evals(*place, *forms, cwd=tmp_path)
    assert (first.returncode, first.stderr) == (0, "")
    assert "There is no baseline" in first.stdout
    assert all((out / f"r.{name}").stat().st_size > 500 for name in ("json", "junit", "markdown", "html"))

    accepted = evals("accept", *place, cwd=tmp_path)
    assert accepted.returncode == 0
    assert "now holds 4 examples" in accepted.stdout
    assert [row.outcome for row in load_run(questions / "baseline.json").rows] == ["right"] * 4

    compared = evals("compare", questions / "baseline.json", out / "r.json", cwd=tmp_path)
    assert (compared.returncode, compared.stderr) == (0, "")
    assert "4 examples compared: 0 won, 0 lost, 0 otherwise changed." in compared.stdout


def test_a_red_gate_is_exit_status_1_and_nothing_is_accepted_with_a_broken_promise(
    corpus: Path, questions: Path, tmp_path: Path
) -> None:
    place = ("--corpus", corpus, "--questions", questions)
    (questions / "thresholds.toml").write_text('[[threshold]]\nmetric = "over_abstention"\nat_least = 0.5\n')
    red = evals(*place, "--once", cwd=tmp_path)
    assert red.returncode == 1
    assert "The gate is red:\nfloor: over_abstention is 0.000" in red.stdout
    assert evals("accept", *place, "--dry-run", cwd=tmp_path).returncode == 0
    assert not (questions / "baseline.json").exists()

    path = questions / "all.toml"
    path.write_text(path.read_text().replace('answers = ["six months"]', 'answers = ["nine months"]'))
    refused = evals("accept", *place, cwd=tmp_path)
    assert refused.returncode == 1
    assert "A promise is broken, so the baseline stays as it is." in refused.stdout
    assert not (questions / "baseline.json").exists()


def test_answers_that_got_worse_than_the_baseline_turn_the_command_red(
    corpus: Path, questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = ("--corpus", corpus, "--questions", questions)
    (questions / "thresholds.toml").write_text("chance = 0.2\n")
    assert evals("accept", *place, cwd=tmp_path).returncode == 0
    monkeypatch.setenv("QA_ABSTAIN_BELOW", "1.0")
    worse = evals(*place, cwd=tmp_path)
    assert worse.returncode == 1
    assert "baseline: right fell behind the baseline, 1.000 to 0.000: 3 examples lost, 0 gained" in worse.stdout
    assert "Right before, not now: 3" in worse.stdout


def test_a_baseline_of_another_model_is_not_compared_and_says_so(
    corpus: Path, questions: Path, settings: Settings
) -> None:
    path = questions / "baseline.json"
    report = measure(prepare(settings, questions, once=True))
    other = save(report.run, report.about).model_copy(update={"model": "ollama:x"})
    write_run(other, path)
    assert prepare(settings, questions).baseline is None
    assert "which is of another model" in prepare(settings, questions).baseline_note
    assert prepare(settings, questions, baseline=path).baseline == other


def test_a_baseline_of_other_articles_is_refused_in_one_line(corpus: Path, questions: Path, settings: Settings) -> None:
    shipped = {"schema_version": 2, "model": "extractive", "revision": "", "settings_fingerprint": "",
               "corpus_fingerprint": "other", "versions": {}, "rows": []}  # fmt: skip
    (questions / "baseline.json").write_text(json.dumps(shipped))
    with pytest.raises(DatasetError, match=r"baseline\.json: is a baseline of other articles"):
        prepare(settings, questions)
    with pytest.raises(DatasetError, match="cannot be read"):
        prepare(settings, questions, baseline=questions / "none.json")


@pytest.mark.parametrize("damage", ["{", '{"schema_version": 1, "rows": []}'])
def test_a_baseline_that_cannot_be_compared_with_can_be_renewed(
    questions: Path, settings: Settings, damage: str
) -> None:
    (questions / "baseline.json").write_text(damage)
    with pytest.raises(DatasetError):
        prepare(settings, questions)
    job = prepare(settings, questions, renewing=True)
    assert (job.baseline, "baseline.json" in job.baseline_note) == (None, True)


def test_a_baseline_of_another_model_is_not_overwritten_by_the_way(questions: Path, settings: Settings) -> None:
    report = measure(prepare(settings, questions, once=True))
    path = questions / "baseline.json"
    write_run(save(report.run, report.about).model_copy(update={"model": "ollama:x"}), path)
    with pytest.raises(UserError, match="is not of extractive; name another file with --baseline"):
        prepare(settings, questions, renewing=True)
    assert prepare(settings, questions, renewing=True, baseline=path).baseline


def test_the_linter_command_exits_with_0_for_the_shipped_set() -> None:
    done = evals("lint", "--corpus", "seeds")
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 problems" in done.stdout


def test_a_user_error_is_one_line_and_exit_status_2(tmp_path: Path, corpus: Path, questions: Path) -> None:
    notes = tmp_path / "notes.json"
    notes.write_text("{}")
    for arguments in (
        ["--questions", str(tmp_path)],
        ["--only", "colour"],
        ["--corpus", str(corpus)],
        ["--corpus", str(tmp_path / "none")],
        ["compare", str(notes), str(notes)],
        ["--baseline", str(notes)],
        ["ablate", "--into", str(notes)],
    ):
        done = evals(*arguments)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), (arguments, done.stderr)
        assert done.stderr.startswith("evals: ")


def test_questions_for_other_articles_are_refused(corpus: Path) -> None:
    done = evals("--corpus", corpus)
    assert done.returncode == 2
    assert "written for other articles" in done.stderr


def test_runs_over_other_articles_are_not_compared(questions: Path, settings: Settings, tmp_path: Path) -> None:
    report = measure(prepare(settings, questions, once=True))
    one = save(report.run, report.about)
    write_run(one, tmp_path / "one.json")
    write_run(one.model_copy(update={"corpus_fingerprint": "other"}), tmp_path / "other.json")
    done = evals("compare", tmp_path / "one.json", tmp_path / "other.json")
    assert done.returncode == 2
    assert "is of other articles" in done.stderr
