"""The question set: read, refused when malformed, and checked against the articles."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from evals.corpus import Corpus, read_corpus
from evals.examples import QUESTION_TYPES, QuestionSet, load_questions
from evals.lint import lint
from vectorstore.errors import CorpusMissing, DatasetError

SEEDS = Path(__file__).parent.parent / "seeds"
GOOD = """
[[example]]
id = "deaths"
types = ["number"]
split = "dev"
question = "How many died?"
numbers = [{ value = 83 }]
evidence = [[{ source = "a.txt", quote = "at least 83 deaths" }]]
"""
UNANSWERABLE = """
[[example]]
id = "capital"
types = ["out_of_domain"]
split = "dev"
question = "What is the capital of France?"
answerable = false
abstain_reason = "out_of_domain"
answers = ["Paris"]
"""


def _load(folder: Path, rows: str, *, fingerprint: str = "f") -> QuestionSet:
    (folder / "set.toml").write_text(f'corpus_fingerprint = "{fingerprint}"\n')
    (folder / "rows.toml").write_text(rows, encoding="utf-8")
    return load_questions(folder)


def _problems(folder: Path, rows: str, *, article: str = "There were at least 83 deaths.") -> str:
    """The linter's findings about single examples of a small set, joined."""
    corpus = Corpus({"a.txt": article}, "f")
    return "\n".join(one.why for one in lint(_load(folder, rows), corpus) if one.place.startswith("rows.toml"))


def test_the_shipped_set_has_no_problem() -> None:
    assert lint(load_questions(), read_corpus(SEEDS)) == ()


def test_the_shipped_set_is_large_and_a_third_of_it_is_unanswerable() -> None:
    examples = load_questions().examples
    assert len(examples) >= 160
    assert sum(not example.answerable for example in examples) * 3 >= len(examples)


def test_each_type_of_the_shipped_set_is_in_both_splits() -> None:
    examples = load_questions().examples
    for kind in QUESTION_TYPES:
        splits = Counter(example.split for example in examples if kind in example.types)
        assert min(splits["dev"], splits["test"]) >= 2, kind


def test_the_splits_of_the_shipped_set_are_about_equal() -> None:
    splits = Counter(example.split for example in load_questions().examples)
    assert abs(splits["dev"] - splits["test"]) <= 0.1 * splits.total()


def test_a_row_is_read_with_its_line(tmp_path: Path) -> None:
    placed = _load(tmp_path, GOOD + UNANSWERABLE).placed
    assert [one.line for one in placed] == [2, 10]
    assert placed[0].example.numbers[0].value == 83
    assert placed[1].example.abstain_reason == "out_of_domain"


def test_a_conversation_has_earlier_turns_and_a_scored_one(tmp_path: Path) -> None:
    row = GOOD.replace('question = "How many died?"', 'turns = ["Were there strikes?", "How many died?"]')
    example = _load(tmp_path, row).examples[0]
    assert (example.earlier, example.asked) == (("Were there strikes?",), "How many died?")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"number"]', '"colour"]', "types"),
        ('split = "dev"', 'split = "train"', "split"),
        ('question = "How many died?"', "", "question or turns"),
        ('question = "How many died?"', 'turns = ["one"]', "at least two"),
        ("numbers = [{ value = 83 }]", "numbers = [{ value = true_ }]", "is not TOML"),
        ("numbers = [{ value = 83 }]", 'dates = ["2025-13"]', "is no date"),
        ("numbers =", "figures =", "figures"),
        ('split = "dev"', 'split = "dev"\nanswerable = false', "abstain_reason"),
        ('id = "deaths"', 'id = "The Deaths"', "id"),
    ],
)
def test_a_malformed_row_is_named_with_file_and_line(tmp_path: Path, old: str, new: str, why: str) -> None:
    with pytest.raises(DatasetError, match=why) as refused:
        _load(tmp_path, GOOD.replace(old, new))
    assert refused.value.path.endswith("rows.toml")
    assert refused.value.line > 0
    assert "\n" not in str(refused.value)


def test_an_id_taken_twice_is_refused_at_its_second_place(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"'deaths' is taken by rows\.toml:2") as refused:
        _load(tmp_path, GOOD + GOOD)
    assert refused.value.line == 10


@pytest.mark.parametrize("rows", ["", "# nothing yet\n"])
def test_an_empty_set_is_refused(tmp_path: Path, rows: str) -> None:
    with pytest.raises(DatasetError, match="holds no question"):
        _load(tmp_path, rows)


def test_a_missing_folder_of_questions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no such folder"):
        load_questions(tmp_path / "nowhere")


def test_a_set_that_does_not_name_its_corpus_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.toml").write_text(GOOD)
    with pytest.raises(DatasetError, match="does not name the corpus"):
        load_questions(tmp_path)


def test_a_folder_without_articles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusMissing):
        read_corpus(tmp_path)


def test_a_corpus_keeps_line_ends_and_offsets(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\r\ntwo two\r\n")
    assert read_corpus(tmp_path).texts == {"a.txt": "one\r\ntwo two\r\n"}


def test_the_fingerprint_changes_with_names_and_contents(tmp_path: Path) -> None:
    article = tmp_path / "a.txt"
    article.write_text("one")
    first = read_corpus(tmp_path).fingerprint
    article.write_text("two")
    second = read_corpus(tmp_path).fingerprint
    article.rename(tmp_path / "b.txt")
    assert len({first, second, read_corpus(tmp_path).fingerprint}) == 3


def test_a_sound_example_has_no_problem(tmp_path: Path) -> None:
    assert _problems(tmp_path, GOOD + UNANSWERABLE) == ""


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("at least 83 deaths", "at least 84 deaths", "not in a.txt"),
        ("a.txt", "b.txt", "no article b.txt"),
        ("value = 83", "value = 84", "does not hold an accepted answer"),
        ("value = 83 }", "value = 83 }, { value = 7 }", "in no evidence: number 7"),
        ("numbers = [{ value = 83 }]", 'answers = ["deaths", "victims"]', "in no evidence: answer 'victims'"),
        ("numbers = [{ value = 83 }]", "", "accepts no answer"),
        ('evidence = [[{ source = "a.txt", quote = "at least 83 deaths" }]]', "", "no evidence"),
        ('split = "dev"', 'split = "dev"\nmust_not_include = ["dragons"]', "'dragons'"),
        ('split = "dev"', 'split = "dev"\nconflict = [{ source = "a.txt", value = "83" }]', "belong together"),
    ],
)
def test_the_linter_finds_what_is_wrong_with_an_answerable_example(
    tmp_path: Path, old: str, new: str, why: str
) -> None:
    assert why in _problems(tmp_path, GOOD.replace(old, new))


def test_an_answer_that_is_derived_need_not_stand_in_the_evidence(tmp_path: Path) -> None:
    row = GOOD.replace("numbers = [{ value = 83 }]", 'answers = ["yes"]\nderived = true')
    assert _problems(tmp_path, row) == ""


def test_an_answer_in_words_is_proven_by_digits(tmp_path: Path) -> None:
    row = GOOD.replace("numbers = [{ value = 83 }]", 'answers = ["eighty-three"]')
    assert _problems(tmp_path, row) == ""


def test_an_unanswerable_example_must_carry_no_evidence(tmp_path: Path) -> None:
    row = UNANSWERABLE + 'evidence = [[{ source = "a.txt", quote = "83" }]]\n'
    assert "carries evidence" in _problems(tmp_path, row)


def test_what_must_not_be_answered_occurs_in_no_article(tmp_path: Path) -> None:
    assert "'Paris' occurs in a.txt" in _problems(tmp_path, UNANSWERABLE, article="He lives in Paris.")


def test_the_linter_tells_of_quotas_repeats_twins_and_another_corpus(tmp_path: Path) -> None:
    twin = GOOD.replace('"deaths"', '"deaths-again"').replace('split = "dev"', 'split = "dev"\ntwin = "nobody"')
    found = "\n".join(one.why for one in lint(_load(tmp_path, GOOD + twin), Corpus({"a.txt": "83"}, "other")))
    for why in [
        "fingerprint other",
        "0 of 2 examples are unanswerable",
        "type date has 0 examples",
        "type number has no example in the test split",
        "its twin 'nobody' does not exist",
        "asked twice: 'How many died?'",
    ]:
        assert why in found
