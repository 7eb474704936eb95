"""The language of a question, told by its small words."""

from __future__ import annotations

import pytest

from evals.examples import Example, load_questions
from qa.languages import language_of

QUESTIONS = load_questions().examples
ENGLISH = [
    "How many people have been killed in the strikes so far?",
    "Who is Maduro's wife?",
    "Why?",
    "How many dead?",
    "Is Die Hard a film about Las Vegas?",
    "what hapened to the boat",
    "Wher is teh USS Gerald Ford",
    "hw mny people were kiled",
    "venezuela boat strike death toll",
    "boats hit as of Monday",
    "What is the Cartel de los Soles?",
    "WHO SAID THAT THE ENGINE HAD FAILED?",
]
NAMES = [
    "Maduro reward",
    "Maduro",
    "Nicolás Maduro",
    "Marco Rubio Caracas",
    "Ünal Müller",
    "USS Gerald R. Ford location",
    "Zoë Müller Łódź",
    "Volodymyr Zelenskyy Pokrovsk",
]
FOREIGN = {
    "Spanish": [
        "¿Cuántas personas murieron en los ataques?",
        "¿Qué dijo Trump sobre Maduro?",
        "¿Quién ganó?",
        "¿Dónde?",
        "donde esta el barco",
    ],
    "German": [
        "Wie viele Menschen starben bei den Angriffen?",
        "Wer ist die Frau von Maduro?",
        "Warum griff Trump die Boote an?",
        "Wo liegt das Schiff?",
        "Welche Belohnung hat Washington für Maduro ausgesetzt?",
    ],
    "French": [
        "Combien de personnes sont mortes dans les frappes ?",
        "Où est le porte-avions USS Gerald R. Ford ?",
        "Qui a tué les pêcheurs ?",
        "Pourquoi ?",
        "Qu'est-ce que le Cartel des Soleils ?",
    ],
    "Italian": [
        "Quante persone sono state uccise negli attacchi?",
        "Chi è la moglie di Maduro?",
        "Perché Trump ha attaccato le barche?",
        "Cosa ha detto Trump?",
        "Dov'è la nave?",
    ],
    "Portuguese": [
        "Quantas pessoas morreram nos ataques?",
        "Quem é o presidente da Venezuela?",
        "O que disse Trump em Washington?",
        "Onde fica o navio?",
        "Qual é a recompensa pela captura de Maduro?",
    ],
}
OTHER_SCRIPTS = [
    "委内瑞拉发生了什么?",
    "有多少人死亡?",
    "多少",
    "من هو مادورو؟",
    "كم عدد القتلى في الغارات؟",
    "Кто такой Мадуро?",
    "Сколько людей погибло?",
    "Где авианосец USS Gerald R. Ford сейчас находится?",
    "미사일은 어디에 있습니까?",
    "Πόσοι σκοτώθηκαν;",
]


@pytest.mark.parametrize("question", ENGLISH)
def test_english_is_told_also_when_it_is_short_or_misspelt(question: str) -> None:
    assert language_of(question) == "English"


@pytest.mark.parametrize("question", NAMES)
def test_names_alone_are_taken_for_english(question: str) -> None:
    assert language_of(question) == "English"


@pytest.mark.parametrize(
    "question", ["Who leads Cartel de los Soles?", "Tren de Aragua", "Los Angeles fire", "Le Monde reward", "São Paulo"]
)
def test_foreign_names_do_not_make_a_question_foreign(question: str) -> None:
    assert language_of(question) == "English"


@pytest.mark.parametrize("question", ["Was sagte Trump über Venezuela?", "USS Ford 在哪里?"])
def test_an_english_looking_word_does_not_make_a_foreign_question_english(question: str) -> None:
    assert language_of(question) != "English"


@pytest.mark.parametrize("question", ["", " ", "?", "2025", "$50 million", "🌊", "…"])
def test_what_has_no_small_words_is_taken_for_english(question: str) -> None:
    assert language_of(question) == "English"


@pytest.mark.parametrize(
    ("language", "question"), [(language, question) for language, asked in FOREIGN.items() for question in asked]
)
def test_questions_in_other_languages_are_told_by_their_small_words(language: str, question: str) -> None:
    assert language_of(question) == language
    assert language_of(question.upper()) == language


@pytest.mark.parametrize("question", OTHER_SCRIPTS)
def test_other_scripts_are_another_language(question: str) -> None:
    assert language_of(question) == "another language"


@pytest.mark.parametrize(
    "example",
    [example for example in QUESTIONS if "other_language" not in example.types],
    ids=lambda example: example.id,
)
def test_the_eval_questions_are_english_where_they_should_be(example: Example) -> None:
    assert {language_of(question) for question in (*example.earlier, example.asked)} == {"English"}


@pytest.mark.parametrize(
    "example", [example for example in QUESTIONS if "other_language" in example.types], ids=lambda example: example.id
)
def test_the_eval_questions_in_other_languages_are_not_english(example: Example) -> None:
    assert language_of(example.asked) != "English"
