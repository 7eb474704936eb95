"""What a scan takes for changed, and what it does not even open."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from corpora import write_corpus, write_story

from vectorstore.errors import CorpusMissing
from vectorstore.records import FileRecord
from vectorstore.scanning import Changes, recipe_of_problem, scan
from vectorstore.types import Skipped


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = write_corpus(tmp_path / "articles")
    for path in folder.iterdir():
        _settle(path)
    return folder


def _settle(path: Path) -> None:
    """Wait until a file is old enough to be known by its time stamps; only its ctime cannot be set."""
    import time

    remaining = 2.1 - (time.time() - path.stat().st_ctime)
    if remaining > 0:
        time.sleep(remaining)


def look(folder: Path, known: dict[str, FileRecord], *, recipe: str = "r", max_file_mb: float = 1.0) -> Changes:
    return scan(folder, known, recipe=recipe, max_file_mb=max_file_mb)


def remembered(changes: Changes, *, recipe: str = "r") -> dict[str, FileRecord]:
    """What a sync would remember of fresh files that became an article each."""
    return {seen.found.source: replace(seen.record, recipe=recipe, articles=1) for seen in changes.fresh}


def test_a_first_look_finds_everything_new_and_a_second_nothing(folder: Path) -> None:
    first = look(folder, {})
    assert sorted(remembered(first)) == ["budget.txt", "comet.txt", "harbour.txt"]
    second = look(folder, remembered(first))
    assert second.empty
    assert (second.unchanged, second.touched) == (3, ())


def test_edited_touched_and_missing_files_are_told_apart(folder: Path) -> None:
    known = remembered(look(folder, {}))
    write_story(folder / "comet.txt", "Comet\n\nIt is gone.\n")
    os.utime(folder / "budget.txt")
    (folder / "harbour.txt").unlink()
    changes = look(folder, known)
    assert [seen.found.source for seen in changes.fresh] == ["comet.txt"]
    assert [seen.found.source for seen in changes.touched] == ["budget.txt"]
    assert changes.gone == ("harbour.txt",)
    assert not changes.empty


def test_another_recipe_makes_every_article_fresh(folder: Path) -> None:
    known = remembered(look(folder, {}))
    assert len(look(folder, known, recipe="other").fresh) == 3


def test_a_file_that_was_no_article_is_skipped_with_its_reason_until_it_changes(folder: Path) -> None:
    known = remembered(look(folder, {}))
    problem = Skipped("comet.txt", "holds no text")
    known["comet.txt"] = replace(known["comet.txt"], articles=0, problems=(problem,))
    changes = look(folder, known)
    assert changes.skipped == (problem,)
    assert changes.unchanged == 2
    write_story(folder / "comet.txt", "Comet\n\nNow it holds some.\n")
    assert [seen.found.source for seen in look(folder, known).fresh] == ["comet.txt"]


def test_a_larger_limit_brings_in_a_file_that_was_too_large(folder: Path) -> None:
    known = remembered(look(folder, {}, max_file_mb=0.0001), recipe=recipe_of_problem("r", 0.0001))
    assert look(folder, known, max_file_mb=0.0001).empty
    assert len(look(folder, known, max_file_mb=1).fresh) == 3


def test_a_smaller_limit_takes_out_a_file_that_is_too_large_now(folder: Path) -> None:
    known = remembered(look(folder, {}))
    assert len(look(folder, known, max_file_mb=0.0001).fresh) == 3


def test_a_sidecar_that_comes_changes_or_goes_makes_its_file_fresh(folder: Path) -> None:
    known = remembered(look(folder, {}))
    sidecar = folder / "comet.meta.json"
    for content in ('{"outlet": "Holt Gazette"}', '{"outlet": "Lund Courier"}'):
        write_story(sidecar, content)
        changes = look(folder, known)
        assert [(seen.found.source, seen.found.sidecar) for seen in changes.fresh] == [("comet.txt", sidecar)]
        known |= remembered(changes)
        assert look(folder, known).empty
    sidecar.unlink()
    assert [seen.found.source for seen in look(folder, known).fresh] == ["comet.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_sidecar_that_may_not_be_read_hides_no_edit(folder: Path) -> None:
    write_story(folder / "comet.meta.json", "{}")
    (folder / "comet.meta.json").chmod(0)
    known = remembered(look(folder, {}))
    write_story(folder / "comet.txt", "Comet\n\nIt is gone.\n")
    assert [seen.found.source for seen in look(folder, known).fresh] == ["comet.txt"]


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusMissing):
        look(tmp_path / "nowhere", {})
