"""Runs in files: written, read back, and refused when they are something else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.about import About, revision, versions
from evals.corpus import read_corpus
from evals.examples import load_questions
from evals.references import oracle
from evals.runner import run
from evals.saved import SavedRun, digest_of, load_run, save, write_run, write_text
from vectorstore.errors import DatasetError, UserError

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def kept() -> SavedRun:
    corpus, examples = read_corpus(ROOT / "seeds"), load_questions().examples[:6]
    return save(run(oracle(examples, corpus), examples, corpus), About("oracle", "s", corpus.fingerprint))


def test_a_run_comes_back_as_it_was_written(tmp_path: Path, kept: SavedRun) -> None:
    path = tmp_path / "deep" / "baseline.json"
    write_run(kept, path)
    assert load_run(path) == kept


def test_each_row_has_a_line_of_its_own_so_that_changes_can_be_read(tmp_path: Path, kept: SavedRun) -> None:
    path = tmp_path / "baseline.json"
    write_run(kept, path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert sum(line.startswith('{"id": ') for line in lines) == len(kept.rows)
    assert json.loads("\n".join(lines))["model"] == "oracle"


def test_a_digest_changes_with_the_example() -> None:
    one = load_questions().examples[0]
    assert digest_of(one) == digest_of(one.model_copy())
    assert digest_of(one) != digest_of(one.model_copy(update={"answers": ("something else",)}))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not JSON"),
        ('{"rows": [', r"baseline\.json:1: is not JSON"),
        ("[]", "is no report"),
        ('{"schema_version": 2}', "is no report"),
        ('{"schema_version": 1, "rows": []}', "has the schema version 1"),
        ('{"schema_version": 2, "rows": [{"id": "a"}]}', "baseline.json: "),
    ],
)
def test_a_file_that_is_no_run_is_refused_in_one_line(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text)
    with pytest.raises(DatasetError, match=why) as caught:
        load_run(path)
    assert "\n" not in str(caught.value)


def test_a_malformed_row_is_named_by_its_example(tmp_path: Path, kept: SavedRun) -> None:
    path = tmp_path / "report.json"
    content = kept.model_dump(mode="json")
    content["rows"][2]["outcome"] = "splendid"
    path.write_text(json.dumps(content))
    with pytest.raises(DatasetError, match=f"row {kept.rows[2].id}.outcome"):
        load_run(path)


def test_a_row_that_is_there_twice_is_refused(tmp_path: Path, kept: SavedRun) -> None:
    path = tmp_path / "report.json"
    write_run(kept.model_copy(update={"rows": (*kept.rows, kept.rows[0])}), path)
    with pytest.raises(DatasetError, match=f"holds the row {kept.rows[0].id} more than once"):
        load_run(path)


def test_a_missing_file_and_one_that_is_not_utf_8_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be read: No such file"):
        load_run(tmp_path / "none.json")
    (tmp_path / "latin.json").write_bytes(b'{"rows": "\xe9"}')
    with pytest.raises(DatasetError, match="not UTF-8"):
        load_run(tmp_path / "latin.json")


def test_a_file_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        write_text(tmp_path / "file" / "report.json", "{}")


def test_a_run_tells_what_it_was_made_with(tmp_path: Path) -> None:
    assert {"python", "numpy", "onnxruntime"} <= set(versions())
    assert revision(tmp_path) == ""
