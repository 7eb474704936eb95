"""The ablation: which variants there are, and the table that goes into a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.ablation import COLUMNS, TOP_PASSAGE, Variant, ablate, variants
from evals.commands.ablate import read_marked, to_markdown
from evals.corpus import Corpus
from evals.examples import Example, load_questions
from qa import Settings
from qa.settings import load_settings
from vectorstore.errors import UserError

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def examples() -> tuple[Example, ...]:
    every = [one for one in load_questions().examples if not one.turns]
    return (*[one for one in every if one.answerable][:4], *[one for one in every if not one.answerable][:2])


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Settings:
    index = tmp_path_factory.mktemp("index")
    return load_settings(corpus_dir=ROOT / "seeds", index_dir=index, cache_dir=model_cache)


@pytest.fixture(scope="module")
def found(settings: Settings, examples: tuple[Example, ...], seeds: Corpus) -> list[Variant]:
    return list(ablate(settings, examples, seeds))


def test_a_chat_model_gets_rows_of_its_own(settings: Settings) -> None:
    assert len(variants(settings)) == 6
    with_model = variants(settings.model_copy(update={"chat_model": "ollama:x"}))
    assert [one.chat_model for one in with_model] == [""] * 6 + ["ollama:x"] * 6


def test_every_first_stage_is_measured_without_and_with_the_reader(found: list[Variant]) -> None:
    names = {(one.retrieval, one.reranked, one.answerer) for one in found}
    stages = {(retrieval, reader) for retrieval in ("dense", "bm25", "hybrid") for reader in (False, True)}
    assert names == {(*stage, answerer) for stage in stages for answerer in (TOP_PASSAGE, "extractive")}
    assert len(found) == 12


def test_the_top_passage_is_quoted_and_never_left_out(found: list[Variant]) -> None:
    for one in found:
        summary = one.run.summary()
        hit, right, left = summary["hit@1"], summary["right_with_citation"], summary["abstention_recall"]
        assert hit and right and left
        if one.answerer == TOP_PASSAGE:
            assert (right.value <= hit.value, left.value) == (True, 0.0)


def test_the_table_goes_between_the_marks_of_a_file(found: list[Variant], tmp_path: Path) -> None:
    lines = to_markdown(found).splitlines()
    assert [line.split(" | ")[1] for line in lines[2:]] == ["dense", "bm25", "hybrid", "hybrid + reader"]
    assert {line.count("|") for line in lines} == {len(COLUMNS) + 3}
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- ablation -->\nold\n<!-- /ablation -->\nb\n")
    assert read_marked(page).startswith("a\n")
    page.write_text("a\n")
    with pytest.raises(UserError, match="has no place for the table"):
        read_marked(page)
    with pytest.raises(UserError, match="cannot be read"):
        read_marked(tmp_path / "none.md")
