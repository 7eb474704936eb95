"""Files that are no files, or hold what no article holds: each is told with its reason, and none is waited for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vectorstore.finding import find_files, open_regular
from vectorstore.loading import load_file

PIPES = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")


def write(folder: Path, name: str, content: str = "A headline\nA sentence of the body.\n") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def reasons(root: Path) -> dict[str, str]:
    return {row.path: row.why for row in find_files(root).skipped}


@PIPES
def test_sidecars_that_are_no_files_or_tell_of_none_are_told(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt", "UPPER.TXT"):
        write(tmp_path / "root", name)
    write(tmp_path, "secret.json", '{"outlet": "Secret"}')
    (tmp_path / "root/b.txt.meta.json").symlink_to(tmp_path / "secret.json")
    os.mkfifo(tmp_path / "root/c.meta.json")
    for name in ("gone.txt.meta.json", "UPPER.meta.json"):
        write(tmp_path / "root", name, "{}")
    listing = find_files(tmp_path / "root")
    assert {found.source: Path(found.beside).name for found in listing.files if found.beside} == {
        "UPPER.TXT": "UPPER.meta.json"
    }
    assert reasons(tmp_path / "root") == {
        "b.txt.meta.json": "link that leads out of the folder of articles",
        "c.meta.json": "not a regular file",
        "gone.txt.meta.json": "tells of no file that is read",
    }


def test_a_sidecar_that_is_too_large_is_told_and_not_read(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    write(tmp_path, "a.meta.json", "{" + " " * 3_000 + "}")
    (found,) = find_files(tmp_path).files
    loaded = load_file(tmp_path, found, max_file_mb=0.002)
    assert [problem.why for problem in loaded.problems] == [
        "larger than 0.002 MB (QA_MAX_FILE_MB); its article was read without it"
    ]
    assert len(loaded.articles) == 1


@PIPES
def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(OSError, match="not a regular file"):
        open_regular(str(tmp_path / "a.txt"))


def test_a_file_of_very_many_lines_is_no_article(tmp_path: Path) -> None:
    (found,) = find_files(write(tmp_path, "a.txt", "a\n" * 500_001).parent).files
    (problem,) = load_file(tmp_path, found, max_file_mb=20).problems
    assert problem.why == "holds more than 500,000 lines"


@pytest.mark.parametrize("suffix", ["txt", "json", "csv", "docx", "pdf", "html", "txt.gz"])
def test_an_empty_file_holds_no_text_whatever_its_format(tmp_path: Path, suffix: str) -> None:
    (found,) = find_files(write(tmp_path, f"a.{suffix}", "").parent).files
    (problem,) = load_file(tmp_path, found, max_file_mb=20).problems
    assert problem.why == "holds no text"


def test_an_odd_suffix_is_not_repeated(tmp_path: Path) -> None:
    for name in ("a.\u202etxt", "b.txt ", f"c.{'s' * 99}"):
        write(tmp_path, name)
    assert set(reasons(tmp_path).values()) == {"its name has no suffix that tells its format"}


def test_a_file_that_goes_by_the_name_of_a_row_takes_no_place_of_it(tmp_path: Path) -> None:
    for name in ("a.csv", "a.csv#1.txt", "b#1.txt", "c#d.csv"):
        write(tmp_path, name)
    assert [found.source for found in find_files(tmp_path).files] == ["a.csv", "b#1.txt", "c#d.csv"]
    assert reasons(tmp_path) == {"a.csv#1.txt": "its name is that of a row of a.csv"}


def test_an_index_among_the_articles_is_not_entered(tmp_path: Path) -> None:
    for name in ("a.txt", "idx/a/seal.json", "idx/a/library.db", "other/a/b.txt"):
        write(tmp_path, name)
    listing = find_files(tmp_path, ignoring=tmp_path / "idx/a")
    assert [found.source for found in listing.files] == ["a.txt", "other/a/b.txt"]
    assert listing.skipped == ()
    assert len(find_files(tmp_path, ignoring=tmp_path / "nowhere/a").files) == 3
