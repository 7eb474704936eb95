"""A sentence as words: what is a name, a verb, done to somebody; who stands beside a verb; where a clause ends."""

from __future__ import annotations

import pytest

from qa.verifying.alignment import Roles, Word, base_of, clause_of, is_passive, is_verb, roles, words_of


def place_of(words: tuple[Word, ...], text: str) -> int:
    return next(word.place for word in words if word.text == text)


def test_words_are_folded_in_order_with_their_punctuation() -> None:
    words = words_of("The U.S. team's coach, Zoë Håkan, won 3,400 euros.")
    assert [word.text for word in words] == [
        *("the", "us", "team", "coach", ",", "zoe", "hakan", ",", "won", "3,400", "euros", ".")
    ]
    assert [word.place for word in words] == list(range(len(words)))


def test_words_that_carry_no_meaning_have_no_term_and_forms_of_a_verb_have_one() -> None:
    words = words_of("She has written it, and he wrote; they penned.")
    assert [word.term for word in words if word.term] == ["write", "write", "write"]


def test_an_apostrophe_owns() -> None:
    words = words_of("Berg's team and the players’ union")
    assert [word.text for word in words if word.owns] == ["berg", "players"]


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("Okafor met Falk in Lund.", ["okafor", "falk", "lund"]),
        ("Residents met Falk.", ["falk"]),
        ("Tom Berg met them.", ["tom", "berg"]),
        ("Berg's wife met them.", ["berg"]),
        ("It ended. Voting began in Lund.", ["lund"]),
        ("The United States team won.", ["us"]),
        ("Then we met them.", []),
    ],
)
def test_names_are_told_from_words_that_open_a_sentence(sentence: str, named: list[str]) -> None:
    assert [word.text for word in words_of(sentence) if word.is_name] == named


@pytest.mark.parametrize(
    ("sentence", "text", "expected"),
    [
        ("Norway defeated Sweden.", "defeated", True),
        ("The dog bit the postman.", "bit", True),
        ("Norway beat Sweden.", "beat", True),
        ("The beat goes on.", "beat", False),
        ("They will visit Lund.", "visit", True),
        ("A visit followed.", "visit", False),
        ("Berg leads the council.", "leads", True),
        ("The leads were cold.", "leads", False),
        ("They met Mr Bunting.", "bunting", False),
    ],
)
def test_a_verb_is_known_by_its_form_and_the_word_before_it(sentence: str, text: str, expected: bool) -> None:
    words = words_of(sentence)
    assert is_verb(words, place_of(words, text)) is expected


@pytest.mark.parametrize(
    ("sentence", "text", "expected"),
    [
        ("The ball was kicked into the net.", "kicked", True),
        ("The ball was then quickly kicked away.", "kicked", True),
        ("The ball was not kicked.", "kicked", True),
        ("The ball wasn't kicked.", "kicked", True),
        ("The ball has been kicked.", "kicked", True),
        ("The ball kicked by Foden hit the bar.", "kicked", True),
        ("Foden kicked the ball.", "kicked", False),
        ("Foden has kicked the ball.", "kicked", False),
        ("Foden was kicking the ball.", "kicking", False),
        ("Foden is unlikely to kick the ball.", "kick", False),
        ("Rents increased by 9 percent.", "increased", False),
        ("Rents increased by nine percent.", "increased", False),
    ],
)
def test_a_passive_is_done_to_what_stands_before_it(sentence: str, text: str, expected: bool) -> None:
    words = words_of(sentence)
    assert is_passive(words, place_of(words, text)) is expected


@pytest.mark.parametrize(
    ("sentence", "text", "expected"),
    [
        ("Norway defeated Sweden.", "defeated", Roles("norway", "sweden")),
        ("Ada Roth has also thanked the Mayor Tom Berg.", "thanked", Roles("roth", "berg")),
        ("Roth met Falk and thanked Berg.", "thanked", Roles("roth", "berg")),
        ("Roth went to Lund before meeting Falk.", "meeting", Roles("roth", "falk")),
        ("The mayor of Lund praised Falk.", "praised", Roles("", "falk")),
        ("Falk waited for Berg.", "waited", Roles("falk", "")),
        ("Falk kicked the ball to Berg.", "kicked", Roles("falk", "")),
        ("Residents called.", "called", Roles("", "")),
    ],
)
def test_roles_are_the_names_right_beside_a_verb(sentence: str, text: str, expected: Roles) -> None:
    words = words_of(sentence)
    assert roles(words, place_of(words, text)) == expected


@pytest.mark.parametrize(
    ("sentence", "text", "clause"),
    [
        ("The lake froze; the boats stayed.", "lake", "the lake froze"),
        ("The lake froze; the boats stayed.", "boats", "the boats stayed ."),
        ("The lake froze, but the boats sailed.", "froze", "the lake froze"),
        ("The lake (in Lund) froze.", "lund", "in lund"),
        ("The lake, which froze, is deep.", "deep", "which froze , is deep ."),
        ("Boats, nets and oars were sold.", "oars", "boats , nets and oars were sold ."),
    ],
)
def test_a_clause_ends_where_another_begins(sentence: str, text: str, clause: str) -> None:
    words = words_of(sentence)
    assert " ".join(words[place].text for place in clause_of(words, place_of(words, text))) == clause


def test_the_base_of_an_irregular_form_is_known_and_other_words_stay() -> None:
    assert [base_of(word) for word in ("rose", "fell", "taught", "market")] == ["rise", "fall", "teach", "market"]
