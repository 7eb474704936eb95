"""The checker measured on pairs: over articles of the test with the real checker, and over the shipped ones."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import typer
from corpora import STORIES, write_corpus
from typer.testing import CliRunner

from evals.checking.checker import open_checker
from evals.checking.pairs import PAIRS_DIR, Pair, PlacedPair, load_pairs, load_rules, require_clean
from evals.checking.passages import Cutter, load_source
from evals.checking.report import check_pairs
from evals.checking.timing import measure_time
from evals.commands.check import check
from evals.corpus import Corpus
from qa.footnote import open_corpus
from qa.settings import Settings, load_settings
from vectorstore.errors import DatasetError, UserError

ROOT = Path(__file__).parent.parent
COMET = "The comet was found by student Mia Okafor."
ASHORE = "All 212 passengers were brought ashore by noon."
NOWHERE = "A zeppelin carried bananas to the moon."

Row = tuple[str, str, str, str, str]
"""Id, fault, claim, source, evidence."""
DEV: tuple[Row, ...] = (
    ("found", "", COMET, "comet.txt", COMET),
    ("not-told", "", NOWHERE, "comet.txt", COMET),
    ("another-number", "number", "All 213 passengers were brought ashore by noon.", "harbour.txt", ASHORE),
    ("told-after-all", "name", ASHORE, "harbour.txt", ASHORE),
)
TEST: tuple[Row, ...] = (
    ("test-told", "", "Mayor Tom Berg called it a sober plan.", "budget.txt", "Mayor Tom Berg called it"),
    ("test-not-told", "overreach", NOWHERE, "budget.txt", "a sober plan"),
    ("test-missed", "date", "Libraries will open on Sundays for the first time.", "budget.txt", "on Sundays"),
)

app = typer.Typer(pretty_exceptions_enable=False)
app.command()(check)


def write_pairs(folder: Path, *, dev: Sequence[Row] = DEV, test: Sequence[Row] = TEST, rules: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    names = ("id", "fault", "claim", "source")
    for split, rows in (("dev", dev), ("test", test)):
        tables = (
            "[[pair]]\n"
            + "".join(f"{name} = {json.dumps(value)}\n" for name, value in zip(names, row[:4], strict=True))
            + f"evidence = [{json.dumps(row[4])}]\n"
            for row in rows
        )
        (folder / f"{split}.toml").write_text("\n".join(tables), encoding="utf-8")
    if rules:
        (folder / "thresholds.toml").write_text(rules, encoding="utf-8")
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "articles")


def settings_over(corpus: Path) -> Settings:
    return load_settings(corpus_dir=corpus)


# Passages


def test_articles_are_cut_as_the_index_cuts_them(corpus: Path) -> None:
    settings = settings_over(corpus)
    cutter = Cutter(settings, open_checker(settings).embeddings)
    cut = [one.chunk for source in STORIES for one in cutter.article(load_source(settings, source))]
    with open_corpus(corpus) as footnote:
        indexed = [passage.chunk for passage in footnote.search("comet ferry budget", k=50)]
    assert sorted(cut, key=lambda chunk: chunk.id) == sorted(indexed, key=lambda chunk: chunk.id)


def test_a_long_text_becomes_several_exact_slices() -> None:
    text = " ".join(f"The council of Lund met for the {n}th time and passed a budget." for n in range(60))
    settings = load_settings()
    chunks = [one.chunk for one in Cutter(settings, open_checker(settings).embeddings).text(text, title="Lund")]
    assert len(chunks) > 3
    assert all(text[chunk.start : chunk.end] == chunk.text and chunk.title == "Lund" for chunk in chunks)


# Pairs


def test_what_is_caught_and_passed_is_counted_by_split_and_fault(corpus: Path, tmp_path: Path) -> None:
    report = check_pairs(settings_over(corpus), write_pairs(tmp_path / "pairs"))
    assert [(row.split, row.kind, row.rightly, row.n) for row in report.rows] == [
        ("dev", "caught", 1, 2),
        ("dev", "passed", 1, 2),
        ("dev", "number", 1, 1),
        ("dev", "name", 0, 1),
        ("test", "caught", 1, 2),
        ("test", "passed", 1, 1),
        ("test", "date", 0, 1),
        ("test", "overreach", 1, 1),
    ]


def test_mistakes_of_the_test_split_are_shown_only_in_a_run_of_it_alone(corpus: Path, tmp_path: Path) -> None:
    pairs, settings = write_pairs(tmp_path / "pairs"), settings_over(corpus)
    both = check_pairs(settings, pairs)
    assert [one.placed.pair.id for one in both.mistakes()] == ["not-told", "told-after-all"]
    assert "test-missed" not in json.dumps(both.to_dict())
    assert [one.placed.pair.id for one in check_pairs(settings, pairs, ["test"]).mistakes()] == ["test-missed"]


def test_claims_are_timed_in_fives_of_one_article(corpus: Path) -> None:
    settings = settings_over(corpus)
    pair = partial(Pair, fault="", source="comet.txt", evidence=[COMET])
    own = [PlacedPair(pair(id=f"n{n}", claim=f"{COMET} {n}"), "dev", corpus, 0) for n in range(11)]
    checker = open_checker(settings)
    cutter = Cutter(settings, checker.embeddings)
    timing = measure_time(own, checker, lambda source: cutter.article(load_source(settings, source)))
    assert timing.n == 2
    assert timing.first_milliseconds > 0 < timing.again_milliseconds


@pytest.mark.parametrize(
    ("dev", "why"),
    [
        ([DEV[0], ("another", "typo", *DEV[2][2:])], "dev.toml:8: fault: Input should be"),
        ([DEV[0], ("found", *DEV[2][1:])], "dev.toml:8: the id 'found' is taken by dev.toml:1"),
        ([*DEV, ("found-2", "date", "the comet was found by student Mia Okafor", "comet.txt", COMET)], "the claim"),
        ([DEV[0], (*DEV[2][:3], "storm.txt", ASHORE)], "dev.toml:8: another-number: there is no article storm.txt"),
        ([DEV[0], (*DEV[2][:4], "all 212")], "dev.toml:8: another-number: harbour.txt does not hold 'all 212'"),
        ([DEV[0], (*DEV[2][:4], "")], "does not hold ''"),
        (DEV[:2], "dev.toml: needs both kinds"),
        ([], "dev.toml: holds no pair"),
    ],
)
def test_a_faulty_set_is_refused_with_its_place(corpus: Path, tmp_path: Path, dev: Sequence[Row], why: str) -> None:
    pairs = write_pairs(tmp_path / "pairs", dev=dev)
    with pytest.raises(DatasetError) as raised:
        check_pairs(settings_over(corpus), pairs)
    assert why in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("[[pair]\n", "dev.toml:1: is not TOML"),
        ("[[question]]\n", "dev.toml:1: only [[pair]] tables belong here, not question"),
        ("pair = 3\n", "dev.toml:1: only [[pair]] tables belong here, not [pair]"),
        ('[[pair]]\nid = "a"\nclaims = "b"\n', "dev.toml:1: fault: Field required"),
    ],
)
def test_a_file_that_holds_no_pairs_is_refused_with_its_line(tmp_path: Path, content: str, why: str) -> None:
    pairs = write_pairs(tmp_path / "pairs")
    (pairs / "dev.toml").write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError, match="dev") as raised:
        load_pairs(pairs)
    assert why in str(raised.value)


def test_one_split_is_read_without_the_other(corpus: Path, tmp_path: Path) -> None:
    pairs = write_pairs(tmp_path / "pairs", rules="pairs = 7\n")
    (pairs / "test.toml").unlink()
    assert {row.split for row in check_pairs(settings_over(corpus), pairs, ["dev"]).rows} == {"dev"}
    with pytest.raises(DatasetError, match=r"test\.toml: cannot be read"):
        check_pairs(settings_over(corpus), pairs)


def test_a_set_that_is_smaller_than_promised_is_refused(corpus: Path, tmp_path: Path) -> None:
    pairs = write_pairs(tmp_path / "pairs", rules="pairs = 8\n")
    with pytest.raises(DatasetError, match="holds 7 pairs; at least 8 are promised"):
        check_pairs(settings_over(corpus), pairs)


# The command


def run(*words: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, list(map(str, words)), catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


def refused(*words: object) -> str:
    with pytest.raises(UserError) as raised:
        run(*words)
    return str(raised.value)


def test_the_command_passes_where_no_floor_is_missed(corpus: Path, tmp_path: Path) -> None:
    pairs = write_pairs(tmp_path / "pairs", rules="[test]\ncaught = 0.5\npassed = 1.0\n")
    told = run("--corpus", corpus, "--pairs", pairs, "--json", "figures.json")
    assert "below its floor" not in told and "milliseconds" not in told
    found: dict[str, Any] = json.loads(Path("figures.json").read_text(encoding="utf-8"))
    assert found["settings"] == load_settings(corpus_dir=corpus).fingerprint
    assert found["pairs"][0]["rate"]["value"] == 0.5
    assert [one["id"] for one in found["mistakes"]] == ["not-told", "told-after-all"]


def test_the_command_fails_below_a_floor_and_says_which(corpus: Path, tmp_path: Path) -> None:
    pairs = write_pairs(tmp_path / "pairs", rules="[test]\ncaught = 0.51\n")
    told = run("--corpus", corpus, "--pairs", pairs, code=1)
    assert "below its floor: test: caught is 0.500 (n = 2), must be ≥ 0.51" in told
    run("--corpus", corpus, "--pairs", pairs, "--split", "dev")


def test_verbose_lists_mistakes_with_the_reason(corpus: Path, tmp_path: Path) -> None:
    options = ["--corpus", corpus, "--pairs", write_pairs(tmp_path / "pairs"), "--verbose"]
    told = run(*options)
    assert f"dev.toml:8 not-told (right): {NOWHERE}\n  held unsupported: " in told
    assert f"told-after-all (name): {ASHORE}\n  held verbatim\n  quoted: {ASHORE[:-1]}" in told
    assert "test-missed" not in told
    assert "test-missed (date)" in run(*options, "--split", "test")


def test_options_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    assert "for the pairs" in refused(tmp_path, "--split", "dev")
    assert "--limit is for public sets" in refused("--limit", 3)
    assert "no such folder of pairs" in refused("--corpus", ROOT / "seeds", "--pairs", tmp_path / "nowhere")


# The shipped pairs


def test_the_shipped_pairs_are_clean_and_as_many_as_promised(seeds: Corpus) -> None:
    rules = load_rules(PAIRS_DIR)
    assert rules.pairs >= 150
    require_clean(load_pairs(PAIRS_DIR), seeds, least=rules.pairs)


def test_about_half_of_the_shipped_pairs_are_wrong_in_every_way(seeds: Corpus) -> None:
    for split in ("dev", "test"):
        own = [placed.pair for placed in load_pairs(PAIRS_DIR) if placed.split == split]
        assert 0.4 <= sum(pair.is_right for pair in own) / len(own) <= 0.6
    faults = {placed.pair.fault for placed in load_pairs(PAIRS_DIR)}
    assert faults >= {"number", "name", "date", "negation", "role_swap", "attribution", "overreach"}


def test_the_checker_reaches_the_floors_of_the_shipped_pairs() -> None:
    rules = load_rules(PAIRS_DIR)
    assert (rules.test.caught, rules.test.passed) >= (0.80, 0.85)
    assert check_pairs(settings_over(ROOT / "seeds"), PAIRS_DIR).below_floors == ()


def test_the_example_of_the_handbook_is_a_pair_over_seeds(seeds: Corpus) -> None:
    handbook = (ROOT / "evals" / "README.md").read_text(encoding="utf-8")
    block = handbook[handbook.index("```toml\n[[pair]]") :].split("```")[1].removeprefix("toml\n")
    rows = [Pair.model_validate(row) for row in tomllib.loads(block)["pair"]]
    assert {row.is_right for row in rows} == {True, False}
    require_clean([PlacedPair(row, "dev", Path("README.md"), 0) for row in rows], seeds)
