from __future__ import annotations

import pytest
from model_server import Fails, Line, ModelServer, Says

from qa.chat_model import open_chat_model
from qa.drafts import ABSTENTION
from qa.rewriting import needs_history, rewrite
from qa.types import Turn

KILLED = [Turn("How many people have been killed in the strikes?", "At least 83 people. [1]")]
CALL = [Turn("What did Trump say to Maduro?", "“I wouldn’t say it went well or badly.” [1]")]
TROOPS = [Turn("How many troops does Venezuela have?", ABSTENTION)]
WHO = [Turn("Who confirmed the proposal?", "Republican Senator Markwayne Mullin confirmed it. [1]")]
SHIPS = [Turn("Which ships were deployed?", "Eleven warships. [1]")]


@pytest.mark.parametrize(
    ("history", "question", "query"),
    [
        (KILLED, "and who confirmed that?", "Who confirmed that (people have been killed in the strikes)?"),
        (KILLED, "why?", "Why (people have been killed in the strikes)?"),
        (KILLED, "When?", "When (people have been killed in the strikes)?"),
        (KILLED, "Who else?", "Who else (people have been killed in the strikes)?"),
        (KILLED, "tell me more", "Tell me more (people have been killed in the strikes)?"),
        (KILLED, "the other one?", "The other one (people have been killed in the strikes)?"),
        (KILLED, "What happened there?", "What happened there (people have been killed in the strikes)?"),
        (KILLED, "Did Trump confirm it?", "Did Trump confirm it (people have been killed in the strikes)?"),
        (CALL, "Why did he call him?", "Why did Trump call Maduro?"),
        (CALL, "What is his party?", "What is Trump's party?"),
        (WHO, "What is his party?", "What is Republican Senator Markwayne Mullin's party?"),
        (TROOPS, "what about China?", "How many troops does China have?"),
        (CALL, "and Rubio?", "What did Trump say to Maduro: Rubio?"),
        (SHIPS, "How big are they?", "How big are they (ships were deployed)?"),
    ],
)
def test_a_follow_up_carries_over_its_subject(history: list[Turn], question: str, query: str) -> None:
    assert rewrite(question, history) == query


@pytest.mark.parametrize(
    "question",
    [
        "Who is Markwayne Mullin?",
        "How many troops are there in the Caribbean?",
        "Did Maduro say he would leave?",
        "Is it true that Trump called Maduro last week?",
        "What is the weather in Paris?",
        "What is the Cartel of the Suns?",
        "Who said that the airspace is closed?",
        "Which airlines suspended their flights to Caracas?",
        "What did China say about US interference?",
        "When was the aircraft carrier deployed?",
        "What happened this week in Caracas?",
    ],
)
def test_a_question_that_stands_alone_is_not_polluted_by_history(question: str) -> None:
    assert rewrite(question, KILLED) == question
    assert not needs_history(question)


def test_without_history_nothing_changes() -> None:
    assert rewrite("  and who   confirmed that? ", []) == "and who confirmed that?"


def test_a_chain_of_follow_ups_keeps_the_first_subject() -> None:
    query = rewrite("And who said so?", [*KILLED, Turn("why?", "Because of drugs.")])
    assert "people have been killed in the strikes" in query and query.startswith("Who said so")


def test_an_abstention_gives_no_name() -> None:
    history = [Turn("how many live there", f"{ABSTENTION} Nearest: Caracas Times")]
    assert "Caracas" not in rewrite("what is his name?", history)


@pytest.mark.parametrize("question", ["?", "…", "why" * 500, "[1] [2]", "и кто это сказал?", "\x00 that?"])
def test_odd_questions_do_no_harm(question: str) -> None:
    assert rewrite(question, KILLED)


def with_model(line: Line, question: str = "and who confirmed that?") -> tuple[str, int]:
    """The query, and how often the model was asked."""
    with ModelServer(line) as server:
        model = open_chat_model("openai:m", base_url=server.openai, timeout_seconds=2)
        return rewrite(question, KILLED, chat_model=model), len(server.requests)


def test_a_model_rewrites_when_there_is_one() -> None:
    assert with_model(Says('"Who confirmed the 83 deaths?"')) == ("Who confirmed the 83 deaths?", 1)


def test_a_model_is_not_asked_about_a_question_that_stands_alone() -> None:
    assert with_model(Says("nonsense"), "Who is Markwayne Mullin?") == ("Who is Markwayne Mullin?", 0)


def test_a_model_is_asked_about_another_language() -> None:
    assert with_model(Says("Wer bestätigte die Angriffe?"), "Wer bestätigte?")[0] == "Wer bestätigte die Angriffe?"


@pytest.mark.parametrize(
    "line",
    [
        Fails(401),
        Says(""),
        Says("Who"[:1] * 900),
        Says("Two\nlines"),
        Says("Mullin did [1]."),
        Says("Who?", ending=None),
        Says("..."),
    ],
)
def test_the_rules_stand_in_when_the_model_fails(line: Line) -> None:
    assert with_model(line)[0] == "Who confirmed that (people have been killed in the strikes)?"


def test_he_is_who_the_last_answer_named_alone() -> None:
    told = Turn("Who is the captain of the ferry Aurora?", "Jane Doe [1]\n\nCaptain Jane Doe steered the Aurora. [1]")
    assert rewrite("How old is she?", [told]) == "How old is Jane Doe?"
    spoken = Turn("What did Trump say about Maduro?", "It went well [1]\n\nMaduro, said Trump, called. [1]")
    assert rewrite("How old is he?", [spoken]) == "How old is Trump?"
