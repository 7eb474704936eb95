from __future__ import annotations

import json
from pathlib import Path

import pytest
from corpora import write_corpus

from evals.speed import copy_files, index_with_footnote, main, measure_later, require_packages, text_files
from evals.speed_report import BENCHMARK_PACKAGES, Later, Round, SpeedReport, Work, to_text
from vectorstore.errors import CorpusMissing, UserError

FAST = Work(articles=4, chunks=30, tokens=4500, seconds=2.0)
SLOW = Work(articles=4, chunks=20, tokens=4000, seconds=4.0)


def _report() -> SpeedReport:
    later = Later(first_sync=0.5, next_syncs=(0.01, 0.03, 0.02), edits=(2.0, 1.0, 3.0), answers=(0.05,) * 19 + (0.4,))
    return SpeedReport((Round(SLOW, FAST), Round(SLOW, SLOW)), Work(8, 50, 8500, 5.0), later)


def test_a_ratio_says_how_many_times_as_much_footnote_does_in_a_second() -> None:
    one = Round(plain=SLOW, footnote=FAST)
    assert (one.ratio("articles"), one.ratio("chunks"), one.ratio("tokens")) == (2.0, 3.0, 2.25)


def test_the_overall_ratio_is_of_the_sums_and_not_a_mean_of_ratios() -> None:
    overall = _report().overall
    assert overall == Round(Work(8, 40, 8000, 8.0), Work(8, 50, 8500, 6.0))
    assert overall.ratio("chunks") == pytest.approx(50 / 6 / 5)


def test_the_text_shows_each_round_and_the_medians() -> None:
    text = to_text(_report())
    assert [line.split()[:2] for line in text.splitlines()[1:4]] == [
        ["round", "1"],
        ["round", "2"],
        ["overall", "8.00"],
    ]
    assert "then 0.020 s" in text
    assert "one file edited: 2.00 s" in text
    assert "p50 50 ms" in text


def test_a_part_of_the_files_is_spread_over_the_folder(tmp_path: Path) -> None:
    write_corpus(tmp_path, {f"{group}/{n}.txt": "A word." for group in "abcd" for n in range(3)} | {"a/no.md": "No."})
    assert [path.parent.name for path in text_files(tmp_path, 4)] == ["a", "b", "c", "d"]
    assert len(text_files(tmp_path)) == len(text_files(tmp_path, 99)) == 12


def test_a_folder_without_text_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusMissing, match=r"no \.txt article"):
        text_files(tmp_path)


def test_a_missing_package_is_named_with_its_pip_line() -> None:
    with pytest.raises(UserError, match='pip install "no-such-package>=1,<2"'):
        require_packages({"json": "json", "no_such_package": "no-such-package>=1,<2"})


def test_a_missing_folder_is_one_line_and_exit_status_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nowhere")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.slow
def test_footnotes_part_is_measured_on_a_copy(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "given")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    copy = copy_files(text_files(folder), root=folder, target=tmp_path / "copy")
    work = index_with_footnote(copy, tmp_path / "home")
    assert work.articles == 3
    assert work.chunks >= 3
    assert work.tokens > 100
    later = measure_later(copy, tmp_path / "home", ["Who is the captain of the ferry?"])
    assert min(later.first_sync, *later.next_syncs, *later.edits, *later.answers) > 0
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.slow
def test_both_pipelines_are_compared_in_one_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for module in BENCHMARK_PACKAGES:
        pytest.importorskip(module)
    folder = write_corpus(tmp_path / "given")
    assert main([str(folder), "--rounds", "1", "--json", str(tmp_path / "speed.json")]) == 0
    assert "overall" in capsys.readouterr().out
    report = json.loads((tmp_path / "speed.json").read_text(encoding="utf-8"))
    assert report["rounds"][0]["plain"]["articles"] == report["rounds"][0]["footnote"]["articles"] == 3
    assert report["ratios"]["chunks"] > 0
