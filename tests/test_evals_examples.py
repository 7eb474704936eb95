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

ARTICLE = Corpus({"a.txt": "There were at least 83 deaths."}, "f")


def _load(folder: Path, rows: str, *, about: str = "") -> QuestionSet:
    (folder / "set.toml").write_text(f'corpus_fingerprint = "f"\n{about}')
    (folder / "rows.toml").write_text(rows, encoding="utf-8")
    return load_questions(folder)


def _problems(folder: Path, rows: str, *, article: str = "There were at least 83 deaths.") -> str:
    """The linter's findings about single examples of a small set, joined."""
    corpus = Corpus({"a.txt": article}, "f")
    return "\n".join(one.why for one in lint(_load(folder, rows), corpus) if one.place.startswith("rows.toml"))


def _whys(questions: QuestionSet, corpus: Corpus) -> list[str]:
    return [problem.why for problem in lint(questions, corpus)]


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
        ("numbers = [{ value = 83 }]", 'numbers = [{ value = "83" }]', "numbers.0.value"),
        ("numbers = [{ value = 83 }]", "numbers = [{ value = nan }]", "numbers.0.value"),
        ("numbers = [{ value = 83 }]", "numbers = 83", "numbers"),
        ("numbers =", "figures =", "figures: no such field"),
        ("numbers =", "number =", "did you mean numbers"),
        ('split = "dev"', 'split = "dev"\nsplit = "test"', "is not TOML"),
        ('split = "dev"', 'split = "dev"\ndraft = "yes"', "draft"),
        ('split = "dev"', 'split = "dev"\nderived = 1', "derived"),
        ('question = "How many died?"', "question = 7", "question"),
        ('quote = "at least 83 deaths"', 'text = "at least 83 deaths"', "evidence.0.0.quote"),
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


@pytest.mark.parametrize("rows", ["[[question]]\n", "example = 5\n", "[example]\nid = 'a'\n"])
def test_a_file_of_other_tables_is_refused(tmp_path: Path, rows: str) -> None:
    with pytest.raises(DatasetError, match=r"rows\.toml:1: only \[\[example\]\] tables"):
        _load(tmp_path, rows)


def test_a_row_that_is_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"rows\.toml") as refused:
        _load(tmp_path, "example = [1, 2]\n")
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_utf_8_is_refused_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "set.toml").write_text('corpus_fingerprint = "f"\n')
    (tmp_path / "rows.toml").write_bytes(GOOD.replace("died", "starben — früh").encode("cp1252"))
    with pytest.raises(DatasetError, match="is not UTF-8") as refused:
        load_questions(tmp_path)
    assert refused.value.line == 6


def test_a_file_that_an_editor_of_windows_saved_is_read(tmp_path: Path) -> None:
    (tmp_path / "set.toml").write_bytes(b'\xef\xbb\xbfcorpus_fingerprint = "f"\r\n')
    (tmp_path / "rows.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load_questions(tmp_path).placed[0].line == 2


@pytest.mark.parametrize(
    ("about", "why"),
    [
        ("[quotas]\nper_type = -1\n", "quotas.per_type"),
        ("[quotas]\nper_type = 1.5\n", "quotas.per_type"),
        ("[quotas]\nunanswerable = 33\n", "quotas.unanswerable"),
        ('[quotas]\nboth_splits = "yes"\n', "quotas.both_splits"),
        ("[quotas]\nper_kind = 6\n", "no such field"),
        ("[quota]\nper_type = 6\n", "quota: no such field; did you mean quotas"),
        ("quotas = 6\n", "quotas"),
    ],
)
def test_quotas_that_make_no_sense_are_refused(tmp_path: Path, about: str, why: str) -> None:
    with pytest.raises(DatasetError, match=why) as refused:
        _load(tmp_path, GOOD, about=about)
    assert refused.value.path.endswith("set.toml")
    assert "\n" not in str(refused.value)


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


def test_articles_of_every_format_can_be_asked_about(tmp_path: Path) -> None:
    (tmp_path / "news.jsonl").write_text('{"id": "gale", "text": "A gale is expected."}\n')
    (tmp_path / "page.html").write_text("<html><body><article><p>The ferry sank at dawn.</p></article></body></html>")
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    texts = read_corpus(tmp_path).texts
    assert texts["news.jsonl#gale"] == "A gale is expected."
    assert "The ferry sank at dawn." in texts["page.html"]
    assert len(texts) == 2


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


def test_a_draft_is_read_and_told_of_until_somebody_has_edited_it(tmp_path: Path) -> None:
    row = GOOD.replace('split = "dev"', 'split = "dev"\ndraft = true')
    assert _load(tmp_path, row).examples[0].draft
    assert _problems(tmp_path, row) == "deaths: a draft: put it into your own words and remove `draft`"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('types = ["number"]', 'types = ["number", "number"]', "type number is named twice"),
        ('types = ["number"]', 'types = ["near_miss"]', "type near_miss is for questions with that abstain_reason"),
        ('types = ["number"]', 'types = ["number", "follow_up"]', "follow_up and turns belong together"),
        ('question = "How many died?"', 'turns = ["Were there strikes?", "How many died?"]', "belong together"),
        ("value = 83 }", "value = 83, tolerance = 60 }", "accepts too much beside 83"),
        ('split = "dev"', 'split = "dev"\nmust_include = [["of hunger", "of thirst"]]', "'of hunger', 'of thirst'"),
        ("numbers = [{ value = 83 }]", 'answers = ["the"]', "so common that any answer holds it: 'the'"),
        ("numbers = [{ value = 83 }]", 'answers = ["a"]', "so common that any answer holds it: 'a'"),
        ("numbers = [{ value = 83 }]", 'answers = ["–"]', "no word that could be found"),
        ("at least 83 deaths", "deaths", "stands 4 times in a.txt"),
    ],
)
def test_the_linter_finds_what_cannot_be_meant(tmp_path: Path, old: str, new: str, why: str) -> None:
    article = "There were at least 83 deaths. The deaths, all deaths, go on: deaths."
    assert why in _problems(tmp_path, GOOD.replace(old, new), article=article)


def test_must_include_stands_in_the_evidence_of_a_derived_answer_too(tmp_path: Path) -> None:
    row = GOOD.replace('split = "dev"', 'split = "dev"\nderived = true\nmust_include = ["famine"]')
    assert "must_include is in no evidence: 'famine'" in _problems(tmp_path, row)


def test_a_conversation_of_five_turns_is_too_long(tmp_path: Path) -> None:
    row = GOOD.replace('question = "How many died?"', 'turns = ["a?", "b?", "c?", "d?", "How many?"]')
    assert "5 turns" in _problems(tmp_path, row.replace('["number"]', '["number", "follow_up"]'))


def test_the_evidence_of_a_restricted_question_is_of_one_source(tmp_path: Path) -> None:
    other = '[{ source = "b.txt", quote = "at least 83 deaths" }]'
    row = GOOD.replace("evidence = [[", f"evidence = [{other}, [").replace(
        '["number"]', '["number", "source_restricted"]'
    )
    corpus = Corpus({"a.txt": "at least 83 deaths", "b.txt": "at least 83 deaths"}, "f")
    assert _whys(_load(tmp_path, row), corpus) == ["deaths: restricted to one source, but the evidence is of 2"]


def test_every_article_that_holds_the_quote_is_named(tmp_path: Path) -> None:
    corpus = Corpus({"a.txt": "at least 83 deaths", "b.txt": "There were at least 83 deaths."}, "f")
    assert "stands in b.txt too; add a group for it" in "\n".join(_whys(_load(tmp_path, GOOD), corpus))


def test_a_question_is_the_same_whatever_its_case_and_punctuation(tmp_path: Path) -> None:
    again = GOOD.replace('"deaths"', '"again"').replace("How many died?", "how many DIED")
    assert "asked twice: 'how many DIED', by deaths and again" in _whys(_load(tmp_path, GOOD + again), ARTICLE)


def test_no_example_is_its_own_twin(tmp_path: Path) -> None:
    row = GOOD.replace('["number"]', '["number", "twin"]').replace('split = "dev"', 'split = "dev"\ntwin = "deaths"')
    assert "deaths: is its own twin" in _whys(_load(tmp_path, row), ARTICLE)


def test_a_set_that_promises_nothing_may_be_small(tmp_path: Path) -> None:
    assert _whys(_load(tmp_path, GOOD), ARTICLE) == []


def test_the_linter_holds_a_set_to_what_it_promises(tmp_path: Path) -> None:
    about = "[quotas]\nper_type = 2\nunanswerable = 0.33\nboth_splits = true\n"
    found = _whys(_load(tmp_path, GOOD, about=about), ARTICLE)
    assert "0 of 1 examples are unanswerable; at least 33% must be" in found
    assert "type number has 1 examples; at least 2 are needed" in found
    assert "type number has no example in the test split" in found


def test_the_linter_tells_of_repeats_twins_and_another_corpus(tmp_path: Path) -> None:
    twin = GOOD.replace('"deaths"', '"deaths-again"').replace('split = "dev"', 'split = "dev"\ntwin = "nobody"')
    found = "\n".join(_whys(_load(tmp_path, GOOD + twin), Corpus({"a.txt": "83"}, "other")))
    for why in ["fingerprint other", "its twin 'nobody' does not exist", "asked twice: 'How many died?'"]:
        assert why in found
