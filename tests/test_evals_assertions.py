"""`assert_answer` and `assert_example`: what holds passes, what does not is told, and planted faults are caught."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from conftest import SEEDS

from evals.assertions import assert_answer, assert_example
from evals.examples import Example, Number, Quote, load_questions
from qa import Answer, Claim, Footnote, Settings, Turn, open_corpus
from qa.settings import load_settings

ROOT = Path(__file__).parent.parent
KILLED = "How many people have been killed in the strikes?"
CITED = "001_f190227d0a1a256d.txt"
FROM = "resulting in at least 83 deaths"
NOT_TOLD = "Which bank financed the operation?"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Settings:
    return load_settings(index_dir=tmp_path_factory.mktemp("index"), cache_dir=model_cache)


@pytest.fixture(autouse=True)
def _one_folder(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a team's tests have it; `ask` keeps its corpora open for each working folder."""
    monkeypatch.chdir(settings.index_dir)


@pytest.fixture(scope="module")
def footnote(settings: Settings) -> Iterator[Footnote]:
    with open_corpus(SEEDS, settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def killed(footnote: Footnote) -> Answer:
    return footnote.ask(KILLED)


@pytest.fixture(scope="module")
def abstention(footnote: Footnote) -> Answer:
    return footnote.ask(NOT_TOLD)


def example(name: str) -> Example:
    return next(one for one in load_questions().examples if one.id == name)


def failure(check: Callable[[], object]) -> str:
    with pytest.raises(AssertionError) as caught:
        check()
    return str(caught.value)


def lacks(answer: Answer, **expected: object) -> list[str]:
    """The lines of the message that tell what is wrong."""
    message = failure(lambda: assert_answer(answer, corpus=SEEDS, **expected))  # type: ignore[arg-type]
    told = message.split("question", 1)[0].splitlines()[1:]
    return [line.strip() for line in told]


def test_a_question_is_asked_and_its_answer_comes_back(settings: Settings, killed: Answer) -> None:
    found = assert_answer(KILLED, corpus=SEEDS, settings=settings, says=83, cites=CITED)
    assert (found.text, found.citations) == (killed.text, killed.citations)


def test_an_answer_already_had_is_not_asked_again(killed: Answer) -> None:
    assert assert_answer(killed, says=83) is killed
    with pytest.raises(ValueError, match="leave out history"):
        assert_answer(killed, history=[Turn("Who?", "Rubio.")])


@pytest.mark.parametrize(
    "says",
    [
        83,
        83.0,
        "83 deaths",
        "eighty-three",
        Number(value=80, tolerance=5),
        {"dozens", 83},
        [83, {"strikes", "attacks"}],
    ],
)
def test_what_is_said_may_be_words_numbers_alternatives_or_several(killed: Answer, says: object) -> None:
    assert_answer(killed, corpus=SEEDS, says=says)  # type: ignore[arg-type]


def test_a_day_is_found_however_it_is_written() -> None:
    told = Answer("When?", "When?", "On the 24th it was decided; on November 24, 2025 it was done.")
    assert_answer(told, says=date(2025, 11, 24), does_not_say=date(2025, 11, 25))


def test_footnotes_may_be_named_by_source_pattern_and_words(killed: Answer) -> None:
    assert_answer(
        killed, corpus=SEEDS, cites=["001_*.txt", {"000_*", "nowhere.txt"}], quotes=[FROM, "Caribbean waters"]
    )


def test_all_that_is_missing_is_told_and_not_only_the_first(killed: Answer) -> None:
    assert lacks(killed, says=[84, {"ships", "planes"}], does_not_say=83, cites="003_*", quotes="a yacht") == [
        "does not say 84",
        "does not say “planes” or “ships”",
        "says 83, which it must not",
        "does not cite “003_*”",
        "does not quote “a yacht”",
    ]


def test_the_message_shows_the_question_the_answer_and_the_footnotes(killed: Answer) -> None:
    message = failure(lambda: assert_answer(killed, corpus=SEEDS, says=84))
    for part in [KILLED, "At least 83", f"[1] {CITED}", FROM, "by extractive", "does not say 84"]:
        assert part in message


def test_an_abstention_is_right_where_it_is_expected_and_only_there(killed: Answer, abstention: Answer) -> None:
    assert_answer(abstention, abstains=True)
    assert lacks(killed, abstains=True) == ["answers, where it should abstain"]
    assert lacks(abstention) == [f"abstains ({abstention.reason}), where it should answer"]


def test_an_abstention_that_should_say_something_is_refused(abstention: Answer) -> None:
    with pytest.raises(ValueError, match="an abstention says, cites and quotes nothing"):
        assert_answer(abstention, abstains=True, says=83)


@pytest.mark.parametrize("nothing", ["", " … "])
def test_an_expectation_without_a_word_is_refused(killed: Answer, nothing: str) -> None:
    with pytest.raises(ValueError, match="has no word to look for"):
        assert_answer(killed, does_not_say=nothing)


def test_a_quote_that_stands_elsewhere_is_caught_where_the_folder_is_known(killed: Answer) -> None:
    first, *others = killed.citations
    moved = replace(first, start=first.start + 1, end=first.end + 1)
    shifted = replace(killed, citations=(moved, *others), claims=())
    (told,) = lacks(shifted, says=83)
    assert told.startswith(f"footnote [1]: {CITED} holds “ince September")
    assert assert_answer(shifted, says=83) is shifted


def test_a_quote_of_a_file_that_is_not_there_is_caught(killed: Answer, tmp_path: Path) -> None:
    message = failure(lambda: assert_answer(killed, corpus=tmp_path))
    assert f"footnote [1]: there is no file {CITED} in {tmp_path}" in message


def test_a_mark_without_footnote_and_a_footnote_without_mark_are_caught(killed: Answer) -> None:
    (told,) = lacks(replace(killed, text=killed.text + " [9]"))
    assert told == "has the mark [9] without a footnote"
    assert lacks(replace(killed, text="83."))[0] == "has footnote [1] without a mark"


def test_dropped_footnotes_are_caught(killed: Answer) -> None:
    bare = tuple(replace(claim, citations=()) for claim in killed.claims)
    told = lacks(replace(killed, text="At least 83.", citations=(), claims=bare))
    assert told[0] == "has no footnote"
    assert any(line.startswith("no footnote backs “At least 83") for line in told)


def test_a_claim_that_nothing_supports_is_caught_unless_it_is_allowed() -> None:
    flagged = Claim("Peace is near.", (), "unsupported", "no passage says it")
    answer = Answer("Is it?", "Is it?", "Peace is near.", claims=(flagged,))
    assert lacks(answer) == ["no footnote backs “Peace is near.”: no passage says it"]
    assert_answer(answer, allow_unsupported=True)
    unbacked = replace(answer, claims=(replace(flagged, verdict="supported"),))
    assert lacks(unbacked, allow_unsupported=True) == ["no footnote backs “Peace is near.”: no passage says it"]


def test_a_chat_model_that_failed_is_no_honest_abstention() -> None:
    failed = Answer("Who?", "Who?", "", abstained=True, reason="model_failed", notices=("it timed out",))
    assert lacks(failed, abstains=True) == ["the chat model failed: it timed out"]


def test_an_abstention_with_footnotes_is_caught(killed: Answer) -> None:
    both = replace(killed, abstained=True, reason="not_in_corpus")
    assert lacks(both, abstains=True) == ["abstains, and has claims or footnotes all the same"]


def test_an_answer_about_the_articles_themselves_needs_no_footnote(footnote: Footnote) -> None:
    assert_answer(footnote.ask("How many articles are there?"), corpus=SEEDS, says=len(list(SEEDS.glob("*.txt"))))


@pytest.mark.parametrize("name", ["deaths", "then-carrier-cost", "france-capital"])
def test_an_example_of_a_question_file_is_asked_with_its_earlier_turns(name: str, settings: Settings) -> None:
    answer = assert_example(example(name), corpus=SEEDS, settings=settings)
    assert answer.question == example(name).asked


def test_a_wrong_answer_to_an_example_tells_what_is_accepted_and_the_evidence(settings: Settings) -> None:
    elsewhere = ((Quote(source=CITED, quote="costs approximately 13 billion dollars"),),)
    wrong = example("deaths").model_copy(update={"numbers": (Number(value=84),), "evidence": elsewhere})
    message = failure(lambda: assert_example(wrong, corpus=SEEDS, settings=settings))
    assert "not as expected (deaths)" in message
    assert "is not what the example accepts: 84\n" in message
    assert f"has no footnote that holds the evidence: {CITED}: “costs approximately" in message


def test_an_example_for_other_articles_is_told_from_a_wrong_answer(settings: Settings) -> None:
    nowhere = ((Quote(source=CITED, quote="words of another newspaper"),),)
    foreign = example("deaths").model_copy(update={"evidence": nowhere})
    message = failure(lambda: assert_example(foreign, corpus=SEEDS, settings=settings))
    assert f"cannot be judged: {SEEDS} does not hold the evidence" in message


def test_an_answer_where_the_articles_do_not_tell_fails_its_example(settings: Settings) -> None:
    untold = example("france-capital").model_copy(update={"question": KILLED})
    message = failure(lambda: assert_example(untold, corpus=SEEDS, settings=settings))
    assert "answers, where it should abstain" in message


def test_pytest_shows_the_message_and_not_the_inside_of_the_assertion(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(
        "from evals.assertions import assert_answer\nfrom qa import Answer\n\n"
        "def test_mine():\n    assert_answer(Answer('Who?', 'Who?', 'Rubio.'), says='Cabello')\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    plain = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    shown = subprocess.run(command, cwd=ROOT, env=plain, capture_output=True, text=True, check=False).stdout
    assert "1 failed" in shown
    assert "does not say “Cabello”" in shown
    assert "raise AssertionError" not in shown
