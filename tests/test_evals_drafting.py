"""Drafted question sets: sound, readable, deterministic, and plainly marked as drafts."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import typer
from page_stand_ins import KILLED, STRIKES, StandIn
from typer.testing import CliRunner, Result

from evals.commands.new import new
from evals.corpus import Corpus, read_corpus
from evals.drafting import draft_rated, draft_set
from evals.drafting.choosing import candidates
from evals.drafting.reading import read
from evals.drafting.verbs import past_base
from evals.drafting.writing import set_files, write_set
from evals.examples import Example, QuestionSet, load_questions
from evals.lint import lint
from evals.matching import contains
from qa.history.conversation import Conversation, Exchange, Scope, Vote
from qa.history.feedback import Feedback, Rated
from qa.types import Answer
from vectorstore.errors import CorpusMissing, UserError

SEEDS = Path(__file__).parent.parent / "seeds"
ARTICLE = """\
Acme Motors opened a plant in Lyon in 2004. The plant employs nobody yet, according to the city of Lyon.

Acme Motors sold 1,200 cars to Norway in March 2003. At least 83 people were hired by Acme Motors in Lyon.
Acme Motors paid £5m for the site near Lyon. Shares in Acme Motors fell 3% on Monday.

Acme Motors has closed its office in Oslo because of rising rents. The plan was approved by Mayor Anne Martin in June.
"We are proud of what the people of Lyon have built here," said Acme chairman Peter Nyström. Mr Nyström was there.

The first World Motor Forum was held in Paris in 1999. It is run by the World Motor Federation (WMF).

Acme Motors plans to build three more plants in Norway by 2010.
"""
QUOTED = """\
The plant was opened for the people of Lyon on Friday by Peter Nyström and the mayor.
"We are proud of what the people of Lyon have built here," said engineer Peter Nyström.
"""


def _drafts(text: str, **texts: str) -> dict[str, Example]:
    """The answerable drafts of a small corpus, by question."""
    corpus = Corpus({"a.txt": text} | {f"{name}.txt": other for name, other in texts.items()}, "f")
    drafted = draft_set(corpus, per_article=60)
    return {one.example.question: one.example for one in drafted if one.example.answerable}


def _written(folder: Path, corpus: Corpus, *, per_article: int = 6) -> QuestionSet:
    drafted = draft_set(corpus, per_article=per_article)
    write_set(folder, set_files(drafted, corpus_name="seeds", corpus_fingerprint=corpus.fingerprint))
    return load_questions(folder)


def test_the_linter_has_nothing_against_the_drafts_but_that_they_are_drafts(tmp_path: Path) -> None:
    corpus = read_corpus(SEEDS)
    questions = _written(tmp_path / "new", corpus)
    problems = lint(questions, corpus)
    assert len(problems) == len(questions.examples) >= 12
    assert all("a draft: " in problem.why for problem in problems)


def test_at_least_a_third_is_unanswerable_and_the_splits_are_even() -> None:
    examples = [one.example for one in draft_set(read_corpus(SEEDS), per_article=6)]
    assert sum(not example.answerable for example in examples) * 3 >= len(examples)
    splits = Counter(example.split for example in examples)
    assert abs(splits["dev"] - splits["test"]) <= 1


def test_the_same_seed_drafts_the_same_and_another_one_others() -> None:
    corpus = read_corpus(SEEDS)
    assert draft_set(corpus, per_article=4, seed=1) == draft_set(corpus, per_article=4, seed=1)
    assert draft_set(corpus, per_article=4, seed=1) != draft_set(corpus, per_article=4, seed=2)


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_no_more_is_drafted_than_is_asked_for(limit: int) -> None:
    examples = [one.example for one in draft_set(read_corpus(SEEDS), per_article=6, limit=limit)]
    assert len(examples) <= limit
    assert any(example.answerable for example in examples)
    assert limit == 1 or sum(not example.answerable for example in examples) * 3 >= len(examples)


def test_what_is_written_is_read_back_as_it_was(tmp_path: Path) -> None:
    text = ARTICLE.replace("proud of what", "«proud» \\ of 'what").replace("site near", "site\nnear")
    corpus = Corpus({"näher “dran”.txt": text}, "f")
    drafted = draft_set(corpus, per_article=60)
    read = {example.id: example for example in _written(tmp_path / "new", corpus, per_article=60).examples}
    assert read == {one.example.id: one.example for one in drafted}


def test_files_are_written_as_by_hand(tmp_path: Path) -> None:
    _written(tmp_path / "new", Corpus({"a.txt": QUOTED}, "f"))
    lines = (tmp_path / "new" / "quote.toml").read_text(encoding="utf-8").splitlines()
    assert lines[3:] == [
        "[[example]]",
        'id = "proud-people-lyon-built"',
        'types = ["quote", "person"]',
        'split = "dev"',
        'question = "Who said “We are proud of what the people of Lyon have built here”?"',
        'answers = ["Peter Nyström", "Nyström"]',
        'evidence = [[{ source = "a.txt", quote = \'\'\'"We are proud of what the people of Lyon have built here," '
        "said engineer Peter Nyström''' }]]",
        "draft = true",
    ]


def test_the_set_file_names_the_corpus_and_promises_nothing(tmp_path: Path) -> None:
    _written(tmp_path / "new", read_corpus(SEEDS))
    about = tomllib.loads((tmp_path / "new" / "set.toml").read_text(encoding="utf-8"))
    assert about == {"corpus": "seeds", "corpus_fingerprint": read_corpus(SEEDS).fingerprint}


@pytest.mark.parametrize("name", ["number.toml", "notes.txt"])
def test_nothing_that_is_there_is_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(UserError, match="is there already"):
        write_set(tmp_path, {"number.toml": "theirs"})
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_a_file_is_no_folder_to_write_into(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("mine")
    with pytest.raises(UserError, match="is there already"):
        write_set(tmp_path / "new", {})


@pytest.mark.parametrize(
    ("question", "accepted"),
    [
        ("When did Acme Motors open a plant in Lyon?", "2004"),
        ("How many cars did Acme Motors sell to Norway in March 2003?", "1200"),
        ("How many people were hired by Acme Motors in Lyon?", "83"),
        ("How much did Acme Motors pay for the site near Lyon?", "5e+06"),
        ("By what percentage did shares in Acme Motors fall?", "3"),
        ("Why has Acme Motors closed its office in Oslo?", "rising rents"),
        ("Who is the Acme chairman?", "Peter Nyström"),
        ("What does WMF stand for?", "World Motor Federation"),
        ("Where was the first World Motor Forum held in 1999?", "Paris"),
    ],
)
def test_a_sentence_becomes_a_question_with_its_answer(question: str, accepted: str) -> None:
    corpus = Corpus({"a.txt": ARTICLE}, "f")
    drafts = {draft.question: draft for draft in candidates([read("a.txt", ARTICLE)], corpus)}
    assert question in drafts
    draft = drafts[question]
    assert accepted in (*draft.answers, *(f"{one.value:g}" for one in draft.numbers), *draft.dates)


def test_the_evidence_is_the_clause_and_not_the_page() -> None:
    quotes = [quote.quote for example in _drafts(ARTICLE).values() for quote in example.quotes]
    assert quotes
    assert max(map(len, quotes)) < 130
    assert all(quote in ARTICLE for quote in quotes)


def test_no_question_tells_its_own_answer() -> None:
    for question, example in _drafts(ARTICLE).items():
        assert not any(contains(question, answer) for answer in example.answers), question


@pytest.mark.parametrize(
    "text",
    [
        "He sold 1,200 cars to Norway in March 2003. They opened it in 2004, and it was hers.",
        "The company sold 1,200 cars in 2003. The firm was fined because of the smoke it made.",
        "Ohne Zweifel hat die Firma Acme im Jahr 2004 in Lyon ein neues Werk eröffnet und 1.200 Wagen verkauft.",
        "Lyon",
        "",
    ],
)
def test_what_cannot_be_understood_alone_is_not_asked(text: str) -> None:
    with pytest.raises(UserError, match="no question could be drafted"):
        draft_set(Corpus({"a.txt": text}, "f"), per_article=6)


def test_a_question_with_two_answers_in_the_corpus_is_left_out() -> None:
    asked = _drafts(
        ARTICLE, b="It was Prime Minister Anne Martin who came.", c="Prime Minister Olaf Berg was in the city."
    )
    assert "Who is the Prime Minister?" not in asked


def test_evidence_names_every_article_that_tells_the_same() -> None:
    same = "Prime Minister Anne Martin spoke to the voters of Lyon, and she was there for an hour."
    example = _drafts(same, b=f"It was said that {same}")["Who is the Prime Minister?"]
    assert [group[0].source for group in example.evidence] == ["a.txt", "b.txt"]


def test_no_attribute_is_asked_that_an_article_might_tell() -> None:
    told = (
        ARTICLE
        + "\nPeter Nyström was born in Uppsala, studied at a college, is tall and has a wife and two children.\n"
    )
    drafted = draft_set(Corpus({"a.txt": told}, "f"), per_article=90)
    asked = " ".join(one.example.question for one in drafted if "near_miss" in one.example.types)
    assert not any(word in asked for word in ("Nyström born", "Nyström study", "tall is", "wife or husband"))


def test_questions_about_other_times_name_a_year_that_no_article_names() -> None:
    years = " ".join(map(str, range(1951, 1979)))
    drafted = draft_set(Corpus({"a.txt": f"{ARTICLE} It began in {years}."}, "f"), per_article=90)
    asked = [one.example.question for one in drafted if "outside_dates" in one.example.types]
    assert asked
    assert all("1979" in question for question in asked)


@pytest.mark.parametrize(
    ("past", "base"),
    [
        ("sold", "sell"), ("opened", "open"), ("planned", "plan"), ("produced", "produce"), ("denied", "deny"),
        ("closed", "close"), ("passed", "pass"), ("called", "call"), ("controlled", "control"), ("added", "add"),
        ("created", "create"), ("repeated", "repeat"), ("settled", "settle"), ("died", "die"), ("agreed", "agree"),
        ("visited", "visit"), ("invited", "invite"), ("hundred", ""), ("unexpected", ""), ("indeed", ""),
    ],
)  # fmt: skip
def test_a_past_form_has_its_base(past: str, base: str) -> None:
    assert past_base(past) == base


def test_an_age_that_the_articles_tell_is_no_near_miss() -> None:
    drafted = draft_set(Corpus({"a.txt": f"{ARTICLE}\nPeter Nyström, 61, was there.\n"}, "f"), per_article=90)
    assert not [
        one for one in drafted if one.example.question == "How old is Peter Nyström?" and not one.example.answerable
    ]


def _run(*options: str) -> Result:
    app = typer.Typer()
    app.command()(new)
    return CliRunner().invoke(app, options)


def test_the_command_writes_a_set_that_can_be_read_and_linted(tmp_path: Path) -> None:
    found = _run("--corpus", str(SEEDS), "--output", str(tmp_path / "new"), "--limit", "9")
    assert found.exit_code == 0
    assert "9 drafts in" in found.output
    assert len(load_questions(tmp_path / "new").examples) == 9


def test_the_command_refuses_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("mine")
    found = _run("--corpus", str(SEEDS), "--output", str(tmp_path))
    assert isinstance(found.exception, UserError)
    assert "\n" not in str(found.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]


def test_the_command_refuses_a_folder_without_articles(tmp_path: Path) -> None:
    found = _run("--corpus", str(tmp_path), "--output", str(tmp_path / "new"))
    assert isinstance(found.exception, CorpusMissing)
    assert not (tmp_path / "new").exists()


def test_at_least_one_draft_per_article_must_be_asked_for(tmp_path: Path) -> None:
    assert _run("--corpus", str(SEEDS), "--output", str(tmp_path / "new"), "--per-article", "0").exit_code == 2


NOON = datetime(2025, 11, 30, 12, tzinfo=UTC)
READ = Corpus({"strikes.txt": STRIKES.text, "other.txt": "Nothing of it is told here."}, "f")
GOOD = StandIn().ask("How many were killed?")
NONE = StandIn().ask("What is unknown?")


def _rated(answer: Answer, vote: Vote = "up", *earlier: str, comment: str = "", scope: Scope | None = None) -> Rated:
    question = answer.question
    return Rated(NOON, "c" * 32, 1, vote, comment, question, question, earlier, scope or Scope(), answer)


def _problems(folder: Path, rated: Sequence[Rated], corpus: Corpus = READ) -> tuple[dict[str, Example], list[str]]:
    """The examples of the written files by what they ask, and what the linter has against them beside being drafts."""
    drafted = draft_rated(rated, corpus)
    write_set(folder, set_files(drafted, corpus_name="seeds", corpus_fingerprint=corpus.fingerprint))
    questions = load_questions(folder)
    assert {example.id: example for example in questions.examples} == {one.example.id: one.example for one in drafted}
    told = [problem.why for problem in lint(questions, corpus) if "a draft: " not in problem.why]
    return {example.asked: example for example in questions.examples}, told


def test_a_good_answer_becomes_a_draft_with_the_evidence_it_stood_on(tmp_path: Path) -> None:
    examples, problems = _problems(tmp_path / "new", [_rated(GOOD)])
    example = examples["How many were killed?"]
    assert problems == []
    assert (example.draft, example.answerable, example.derived) == (True, True, False)
    assert example.answers == ("At least 83 people have been killed.",)
    assert [(quote.source, quote.quote) for quote in example.quotes] == [("strikes.txt", KILLED)]
    assert (tmp_path / "new" / "rated_up.toml").read_text(encoding="utf-8").startswith("# Answers that readers found")


@pytest.mark.parametrize(("text", "derived"), [(KILLED, False), ("No fewer than eighty-three died.", True)])
def test_an_answer_in_other_words_is_derived_and_copies_are_evidence_too(
    tmp_path: Path, text: str, derived: bool
) -> None:
    said = replace(GOOD, claims=(replace(GOOD.claims[0], text=text),))
    corpus = Corpus({**READ.texts, "copy.txt": f"It was said again. {KILLED}"}, "f")
    examples, problems = _problems(tmp_path / "new", [_rated(said)], corpus)
    (example,) = examples.values()
    assert problems == []
    assert example.derived == derived
    assert [group[0].source for group in example.evidence] == ["strikes.txt", "copy.txt"]


def test_an_answer_of_several_statements_needs_all_its_quotes(tmp_path: Path) -> None:
    start = STRIKES.text.index("Congress has asked")
    asked = STRIKES.text[start : start + 40]
    (citation,), (claim,) = GOOD.citations, GOOD.claims
    other = replace(citation, number=2, quote=asked, start=start, end=start + 40)
    more = replace(
        GOOD,
        text="At least 83 people have been killed [1]. Congress asks [2].",
        claims=(claim, replace(claim, text="Congress asks.", citations=(other,))),
        citations=(citation, other),
    )
    examples, problems = _problems(tmp_path / "new", [_rated(more)])
    (example,) = examples.values()
    assert problems == []
    assert [[quote.quote for quote in group] for group in example.evidence] == [[KILLED, asked]]
    assert "# it said more: At least 83" in (tmp_path / "new" / "rated_up.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("texts", "word"),
    [
        ({"strikes.txt": "All of it was rewritten."}, "the article strikes.txt has changed"),
        ({"other.txt": "Another article."}, "the article strikes.txt is not there any more"),
        ({"strikes.txt": KILLED * 5}, "it stands 5 times in strikes.txt"),
    ],
)
def test_a_quote_that_is_not_there_any_more_is_left_out_with_a_word(
    tmp_path: Path, texts: dict[str, str], word: str
) -> None:
    examples, problems = _problems(tmp_path / "new", [_rated(GOOD)], Corpus(texts, "f"))
    assert examples["How many were killed?"].evidence == ()
    assert any("has no evidence" in problem for problem in problems)
    assert f"# a quote is left out: {word}" in (tmp_path / "new" / "rated_up.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("reason", "drafted"), [("not_in_corpus", "out_of_domain"), ("fact_missing", "near_miss")])
def test_a_good_abstention_becomes_a_question_without_an_answer(tmp_path: Path, reason: str, drafted: str) -> None:
    abstained = replace(NONE, reason=reason)  # type: ignore[arg-type]
    examples, problems = _problems(tmp_path / "new", [_rated(abstained)])
    example = examples["What is unknown?"]
    assert problems == []
    assert (example.answerable, example.abstain_reason, example.types) == (False, drafted, (drafted,))


def test_a_bad_answer_keeps_what_was_said_against_it_and_waits_for_the_right_one(tmp_path: Path) -> None:
    comment = "It was 84,\nnot 83.\x1b\n[[example]]\u2028id = 'x'"
    rated = [_rated(GOOD, "down", comment=comment), _rated(NONE, "down")]
    examples, problems = _problems(tmp_path / "new", rated)
    assert {example.draft for example in examples.values()} == {True}
    assert {problem.partition(": ")[2] for problem in problems} == {
        "answerable, but has no evidence or an empty group",
        "answerable, but accepts no answer",
    }
    lines = (tmp_path / "new" / "rated_down.toml").read_text(encoding="utf-8").splitlines()
    assert "# down: It was 84, not 83. [[example]] id = 'x'" in lines
    assert "# it said: At least 83 people have been killed. [1]" in lines
    assert "# it abstained (not_in_corpus)" in lines


def test_a_conversation_gives_the_turns_before_as_many_as_people_check(tmp_path: Path) -> None:
    rated = [_rated(GOOD, "up", "One?", "Two?"), _rated(NONE, "up", *(f"Number {n}?" for n in range(6)))]
    examples, problems = _problems(tmp_path / "new", rated)
    assert problems == []
    assert examples["How many were killed?"].turns == ("One?", "Two?", "How many were killed?")
    assert examples["What is unknown?"].turns == ("Number 3?", "Number 4?", "Number 5?", "What is unknown?")
    assert all("follow_up" in example.types for example in examples.values())
    written = (tmp_path / "new" / "unanswerable.toml").read_text(encoding="utf-8")
    assert "# begins in the middle of a conversation" in written


def test_a_question_that_many_rated_is_drafted_once_and_the_last_rating_counts(tmp_path: Path) -> None:
    loud = replace(GOOD, question="how many were KILLED")
    rated = [_rated(GOOD, "down", comment="no"), _rated(NONE), _rated(GOOD), _rated(loud, comment="fine")]
    examples, problems = _problems(tmp_path / "new", rated)
    assert problems == []
    assert list(examples) == ["how many were KILLED", "What is unknown?"]
    lines = (tmp_path / "new" / "rated_up.toml").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith(("# rated", "# down", "# up"))] == [
        "# rated up 2 times and down once",
        "# down: no",
        "# up: fine",
    ]


def test_what_a_question_was_restricted_to_is_told(tmp_path: Path) -> None:
    scope = Scope(("strikes.txt",), "The Record", since=date(2025, 1, 2))
    _problems(tmp_path / "new", [_rated(NONE, scope=scope)])
    written = (tmp_path / "new" / "unanswerable.toml").read_text(encoding="utf-8")
    assert "# was asked only of strikes.txt, The Record, since 2025-01-02; other articles" in written


def _feedback(path: Path, *answers: Answer) -> Path:
    exchanges = tuple(Exchange(one.question, NOON, one, "answered", vote="up") for one in answers)
    for turn in range(1, len(exchanges) + 1):
        Feedback(path).give(Conversation("c" * 32, NOON, NOON, exchanges), turn)
    return path


def test_the_command_drafts_from_a_file_of_ratings(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "strikes.txt").write_text(STRIKES.text, encoding="utf-8")
    path = _feedback(tmp_path / "feedback.jsonl", GOOD, NONE)
    with path.open("a") as file:
        file.write("half a li")
    options = ("--corpus", str(tmp_path / "articles"), "--from-feedback", str(path))
    found = _run(*options, "--output", str(tmp_path / "new"))
    assert found.exit_code == 0, found.output
    assert "left out: 1" in found.output
    assert "2 drafts in" in found.output
    assert len(load_questions(tmp_path / "new").examples) == 2
    assert _run(*options, "--output", str(tmp_path / "last"), "--limit", "1").exit_code == 0
    assert [one.asked for one in load_questions(tmp_path / "last").examples] == ["What is unknown?"]


@pytest.mark.parametrize("content", ["", "{}\n"])
def test_the_command_refuses_a_file_without_ratings(tmp_path: Path, content: str) -> None:
    (tmp_path / "feedback.jsonl").write_text(content)
    options = ("--corpus", str(SEEDS), "--output", str(tmp_path / "new"), "--from-feedback")
    for name, why in (("feedback.jsonl", "holds no rated answer"), ("nowhere.jsonl", "cannot be read")):
        found = _run(*options, str(tmp_path / name))
        assert isinstance(found.exception, UserError)
        assert why in str(found.exception)
        assert not (tmp_path / "new").exists()
