"""The Python API: ask, stream and open_corpus, over the seeds and over a folder that changes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from conftest import SEEDS
from corpora import write_corpus, write_story

import qa
from qa import Answer, Footnote, Settings, Turn, UserError, ask, open_corpus, stream
from qa.settings import load_settings

KILLED = "How many people have been killed in the strikes?"
PASSENGERS = "How many passengers were brought ashore?"


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One index for all tests of this file, as one project folder has it."""
    return tmp_path_factory.mktemp("index")


@pytest.fixture
def settings(index_dir: Path) -> Settings:
    """Settings that always answer, so that no test waits on the taste of the abstention."""
    return load_settings(index_dir=index_dir, abstain_below=0.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "articles")


@pytest.fixture
def footnote(folder: Path, tmp_path: Path) -> Iterator[Footnote]:
    with open_corpus(folder, load_settings(index_dir=tmp_path / "index", abstain_below=0.0)) as opened:
        yield opened


def assert_exact(answer: Answer, folder: Path) -> None:
    """Every quote is what Python reads from the file at these offsets; every mark has its footnote."""
    assert answer.citations
    for citation in answer.citations:
        with (folder / citation.source).open(encoding="utf-8", newline="") as file:
            assert file.read()[citation.start : citation.end] == citation.quote
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert all(f"[{citation.number}]" in answer.text for citation in answer.citations)


def test_the_public_names_are_these_and_no_others() -> None:
    verbs = {"ask", "stream", "aask", "astream", "open_corpus"}
    nouns = {"Answer", "AnswerStream", "AsyncAnswerStream", "Citation", "Claim", "Footnote", "Turn"}
    assert set(qa.__all__) == verbs | nouns | {"Settings", "UserError"}
    assert all(getattr(qa, name) for name in qa.__all__)
    with pytest.raises(AttributeError, match="no attribute 'llm'"):
        qa.llm  # noqa: B018


def test_a_question_with_nothing_else_is_asked_of_the_seeds_from_any_folder() -> None:
    answer = ask(KILLED)
    assert Path(".footnote").is_dir(), "the index is made in the working folder"
    assert {one.chunk.source for one in answer.passages} <= {path.name for path in SEEDS.iterdir()}


def test_another_working_folder_has_its_own_articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, boats in (("one", "Twelve"), ("two", "Thirty")):
        write_story(tmp_path / place / "seeds" / "boats.txt", f"Boats\n\n{boats} boats lay in the harbour of Lund.\n")
    monkeypatch.setenv("QA_ABSTAIN_BELOW", "0")
    for place, boats in (("one", "Twelve"), ("two", "Thirty"), ("one", "Twelve")):
        monkeypatch.chdir(tmp_path / place)
        assert boats in ask("How many boats lay in the harbour of Lund?").text


def test_an_answer_is_complete(settings: Settings) -> None:
    answer = ask(KILLED, settings=settings)
    assert_exact(answer, SEEDS)
    assert (answer.question, answer.query) == (KILLED, KILLED)
    assert "83" in answer.text
    assert answer.claims
    assert {claim.verdict for claim in answer.claims} == {"verbatim"}
    assert {citation for claim in answer.claims for citation in claim.citations} == set(answer.citations)
    assert not answer.abstained
    assert answer.complete
    assert answer.passages
    assert answer.model == "extractive"
    assert 0 <= answer.confidence <= 1
    assert answer.seconds > 0
    assert answer.settings_fingerprint == settings.fingerprint
    assert answer.corpus_fingerprint


def test_the_same_question_gets_the_same_answer(settings: Settings) -> None:
    one, other = ask(KILLED, settings=settings), ask(KILLED, settings=settings)
    assert (one.text, one.citations, one.confidence) == (other.text, other.citations, other.confidence)


@pytest.mark.parametrize(
    "question",
    ["Where was the call confirmed?", "Who is Maduro?", "What happened to the airspace?", "what", "83", "Маdurо?"],
)
def test_every_citation_of_every_answer_is_exact(question: str, settings: Settings) -> None:
    assert_exact(ask(question, settings=settings), SEEDS)


def test_what_the_articles_do_not_tell_is_not_answered(index_dir: Path) -> None:
    answer = ask("Which team won the football championship in Norway?", settings=load_settings(index_dir=index_dir))
    assert answer.abstained
    assert answer.reason in ("not_in_corpus", "fact_missing")
    assert answer.text
    assert (answer.claims, answer.citations) == ((), ())
    assert answer.nearest


def test_an_answer_becomes_json_with_a_schema_version(settings: Settings) -> None:
    answer = ask(KILLED, settings=settings)
    fields = json.loads(json.dumps(answer.to_dict()))
    assert fields["schema_version"] == 1
    assert fields["text"] == answer.text
    assert fields["citations"][0]["quote"] == answer.citations[0].quote
    assert fields["passages"][0]["chunk"]["source"] == answer.passages[0].chunk.source


def test_the_pieces_of_a_stream_are_the_text(settings: Settings) -> None:
    answering = stream(KILLED, settings=settings)
    pieces = list(answering)
    assert len(pieces) > 1
    assert "".join(pieces) == answering.answer.text
    assert list(answering) == []


def test_the_answer_of_a_stream_can_be_read_without_iterating(settings: Settings) -> None:
    assert_exact(stream(KILLED, settings=settings).answer, SEEDS)


def test_a_stream_that_is_closed_early_has_no_answer_and_blocks_nobody(settings: Settings) -> None:
    answering = stream(KILLED, settings=settings)
    next(answering)
    answering.close()
    with pytest.raises(RuntimeError, match="closed before its answer was complete"):
        answering.answer  # noqa: B018
    assert_exact(ask(KILLED, settings=settings), SEEDS)


def test_a_follow_up_is_understood_from_the_history(footnote: Footnote) -> None:
    history = [Turn("Where did the ferry Aurora run aground?", "The ferry Aurora ran aground near Lund harbour [1].")]
    answer = footnote.ask("How many passengers did it carry?", history=history)
    assert answer.question == "How many passengers did it carry?"
    assert "Aurora" in answer.query
    assert {citation.source for citation in answer.citations} == {"harbour.txt"}


def test_sources_restrict_an_answer_to_some_articles(footnote: Footnote) -> None:
    answer = footnote.ask(PASSENGERS, sources=["budget.txt"])
    assert {one.chunk.source for one in answer.passages} == {"budget.txt"}
    assert {citation.source for citation in answer.citations} <= {"budget.txt"}


def test_a_source_that_is_not_there_is_named(footnote: Footnote) -> None:
    with pytest.raises(UserError, match=r"no article 'nowhere\.txt' in the index"):
        footnote.ask(PASSENGERS, sources=["nowhere.txt"])


def test_dates_restrict_an_answer_and_say_how_many_articles_carry_none(footnote: Footnote, folder: Path) -> None:
    dated = "---\ntitle: Ferry returns\ndate: {}\n---\n\nThe ferry Aurora was repaired for {} euros in Lund harbour.\n"
    write_story(folder / "may.md", dated.format("2024-05-10", 5000))
    write_story(folder / "june.md", dated.format("2024-06-10", 6000))
    answer = footnote.ask("How much did the repair cost?", since=date(2024, 6, 1), until=date(2024, 6, 30))
    assert {one.chunk.source for one in answer.passages} == {"june.md"}
    assert answer.notices == ("3 articles carry no date and were left out by the date filter",)
    assert answer.citations[0].published == date(2024, 6, 10)


@pytest.mark.parametrize("nothing", [{"since": date(2030, 1, 1)}, {"sources": []}])
def test_a_filter_that_leaves_nothing_abstains(nothing: dict[str, object], folder: Path, tmp_path: Path) -> None:
    with open_corpus(folder, load_settings(index_dir=tmp_path / "index")) as footnote:
        answer = footnote.ask(PASSENGERS, **nothing)  # type: ignore[arg-type]
    assert answer.abstained
    assert answer.passages == ()


def test_an_article_edited_in_place_answers_with_its_new_words(footnote: Footnote, folder: Path) -> None:
    assert "212" in footnote.ask(PASSENGERS).text
    path = folder / "harbour.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("212", "313"), encoding="utf-8")
    answer = footnote.ask(PASSENGERS)
    assert "313" in answer.text
    assert_exact(answer, folder)


def test_a_new_article_is_found_and_a_deleted_one_forgotten(footnote: Footnote, folder: Path) -> None:
    write_story(folder / "bees.txt", "Bees\n\nBeekeeper Olga Renn counted 4000 hives on the island of Tuva.\n")
    assert "4000" in footnote.ask("How many hives were counted?").text
    (folder / "bees.txt").unlink()
    assert "4000" not in footnote.ask("How many hives were counted?").text


def test_line_ends_and_byte_order_marks_move_no_offset(footnote: Footnote, folder: Path) -> None:
    text = "\ufeffWhales\r\n\r\nSome 77 whales passed Cape Holm.\r\nBiologist Ada Lunde counted them.\r\n"
    (folder / "whales.txt").write_bytes(text.encode("utf-8"))
    answer = footnote.ask("How many whales passed?")
    assert "77" in answer.text
    assert_exact(answer, folder)


def test_the_same_articles_are_answered_by_another_model(settings: Settings) -> None:
    configured = settings.model_copy(update={"chat_model": "openai:any", "fallback_model": "extractive"})
    with Footnote(configured) as footnote:
        other, back = footnote.answered_by("extractive"), footnote.answered_by("openai:any")
        assert (footnote.model, other.model, back.model) == ("openai:any", "extractive", "openai:any")
        assert other.corpus is footnote.corpus
        assert (other.settings.fallback_model, back.settings.fallback_model) == ("", "extractive")
        assert other.ask(KILLED).citations == ask(KILLED, settings=settings).citations


def test_two_threads_may_ask_at_once(settings: Settings) -> None:
    answers: list[Answer] = []

    def ask_often() -> None:
        answers.extend(ask(KILLED, settings=settings) for _ in range(3))

    threads = [threading.Thread(target=ask_often) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert len({(answer.text, answer.citations) for answer in answers}) == 1


def test_search_gives_passages_without_an_answer(footnote: Footnote) -> None:
    passages = footnote.search("comet observatory", k=2)
    assert len(passages) == 2
    assert passages[0].chunk.source == "comet.txt"


def test_articles_and_their_text_can_be_read(footnote: Footnote, folder: Path) -> None:
    footnote.sync()
    assert [article.source for article in footnote.articles()] == ["budget.txt", "comet.txt", "harbour.txt"]
    assert footnote.article("comet.txt").text == (folder / "comet.txt").read_text(encoding="utf-8")
    with pytest.raises(UserError, match=r"no article 'nowhere\.txt'"):
        footnote.article("nowhere.txt")


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("", "the question is empty"),
        ("  \n\t ", "the question is empty"),
        ("\x00\x07\x1b", "the question is empty"),
        ("?!…", "the question is empty"),
        ("why " * 262_144, "the question is too long"),
        ("Who is \udcff?", "bytes that are no text"),
    ],
)
def test_a_question_that_cannot_be_looked_up_is_refused(question: str, why: str, footnote: Footnote) -> None:
    with pytest.raises(UserError, match=why):
        footnote.ask(question)
    with pytest.raises(UserError, match=why):
        footnote.search(question)


@pytest.mark.parametrize(
    "question", ["Who\x00 is\x1b[31m Maduro?", "🙂 who is Maduro", "誰 マドゥロ", "' OR 1=1; -- who", "{x} $y %s who"]
)
def test_odd_characters_in_a_question_do_no_harm(question: str, settings: Settings) -> None:
    assert ask(question, settings=settings).question == question


def test_a_folder_that_is_missing_or_empty_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no folder"):
        ask(KILLED, corpus=tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="holds no article that can be read"):
        ask(KILLED, corpus=tmp_path / "empty")


def test_an_unknown_provider_is_told_before_anything_is_sent(settings: Settings) -> None:
    with pytest.raises(UserError, match="there is no provider 'olama'; did you mean ollama"):
        ask(KILLED, chat_model="olama:llama3.2", settings=settings)


def test_the_arguments_of_ask_beat_the_settings(folder: Path, settings: Settings) -> None:
    answer = ask(PASSENGERS, corpus=folder, settings=settings)
    assert "212" in answer.text
    assert_exact(answer, folder)
