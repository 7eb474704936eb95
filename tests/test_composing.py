"""Who answers: the model, nobody where the articles are about other things, or the extractive answerer in reserve."""

from __future__ import annotations

import pytest
from bag_of_words import embed
from model_server import Fails, Line, ModelServer, Says

from qa.chat_model import open_chat_model
from qa.composing import by_model, extractive
from qa.drafts import Draft
from qa.extractive import Extraction
from qa.finding import Found
from qa.generative import GenerativeAnswerer
from qa.pipeline import Answering, Question
from vectorstore.terms import terms
from vectorstore.types import Chunk, Passage

FERRY = (
    "The ferry Aurora ran aground near Lund harbour on Monday. All 212 passengers were brought ashore by noon. "
    "Captain Ines Falk said that the engine had failed."
)
PASSENGERS = "How many passengers were brought ashore?"
ANSWERED = "By noon all 212 passengers were brought ashore [1]."


def found(query: str) -> Found:
    passage = Passage(Chunk("ferry", 0, FERRY, 0, len(FERRY), "ferry.txt", "Ferry runs aground"), 1.0)
    vector, known = embed([query])[0], set(terms(FERRY))
    cosine = float(embed([FERRY])[0] @ vector)
    extraction = Extraction(
        embed=embed,
        question=vector,
        similarities={passage.chunk.id: cosine},
        rarity=lambda term: 1.0 if term in known else 3.0,
        knows=known.__contains__,
        abstain_below=0.0,
    )
    return Found([passage], extraction)


def drained(answering: Answering) -> tuple[str, Draft]:
    text = ""
    while True:
        try:
            text += next(answering).text
        except StopIteration as end:
            return text, end.value


def composed(*said: Line, query: str = PASSENGERS, in_reserve: bool = False) -> tuple[str, Draft, int]:
    """What was streamed, the draft, and how often the model was asked."""
    with ModelServer(*said) as server:
        model = open_chat_model("openai:m", base_url=server.openai, timeout_seconds=5)
        compose = by_model(GenerativeAnswerer(model), extractive_in_reserve=in_reserve)
        text, draft = drained(compose(Question(query), query, found(query)))
        return text, draft, len(server.requests)


@pytest.mark.parametrize("in_reserve", [False, True])
def test_the_model_answers_where_it_can(in_reserve: bool) -> None:
    text, draft, asked = composed(Says(ANSWERED), in_reserve=in_reserve)
    assert text == draft.text == "By noon all 212 passengers were brought ashore. [1]"
    assert (draft.model, asked, draft.notices) == ("openai:m", 1, ())


def test_no_model_is_asked_about_what_no_article_speaks_of() -> None:
    text, draft, asked = composed(Says(ANSWERED), query="Who won the chess olympiad in Buenos Aires in 1978?")
    assert (text, asked, draft.abstained, draft.reason) == ("", 0, True, "not_in_corpus")


def test_a_question_in_another_language_is_left_to_the_model() -> None:
    _, draft, asked = composed(Says(ANSWERED), query="Wie viele Menschen haben die Schacholympiade gewonnen?")
    assert (asked, draft.model) == (1, "openai:m")


def test_without_a_reserve_a_failed_model_is_told() -> None:
    text, draft, _ = composed(Fails(401))
    assert (text, draft.abstained, draft.reason, draft.complete) == ("", True, "model_failed", False)


def test_the_extractive_answerer_steps_in_where_the_model_fails() -> None:
    text, draft, _ = composed(Fails(401), in_reserve=True)
    assert text == draft.text
    assert draft.claims[0].text == "All 212 passengers were brought ashore by noon."
    assert draft.complete and draft.model == ""
    assert "rejected" in draft.notices[0] and draft.notices[1] == "Answered without a language model."


@pytest.mark.parametrize("said", ["NO_ANSWER", "", "Nine bridges were closed in Berlin [1]."])
def test_a_model_that_answered_badly_is_not_replaced(said: str) -> None:
    _, draft, _ = composed(Says(said), in_reserve=True)
    assert draft.abstained and draft.reason in ("fact_missing", "unsupported") and draft.model == "openai:m"


def test_a_part_of_an_answer_is_kept_and_not_replaced() -> None:
    text, draft, _ = composed(Says(ANSWERED, then="reset"), in_reserve=True)
    assert text == draft.text == "By noon all 212 passengers were brought ashore. [1]" and not draft.complete


def test_the_extractive_answerer_needs_no_model() -> None:
    text, draft = drained(extractive(Question(PASSENGERS), PASSENGERS, found(PASSENGERS)))
    assert text == draft.text and "212" in text and draft.model == ""
