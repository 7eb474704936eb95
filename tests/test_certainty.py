"""Claims that are surer than their quotes, or have it from another; each with a twin that must pass."""

from __future__ import annotations

import pytest

from qa.verifying.certainty import certainty_fault

SPEAKERS = [
    (
        "Coach Lena Vogt said that the striker would miss the derby.",
        "Vogt said that the striker would miss the derby.",
        "Coach Hans Meier said that the striker would miss the derby.",
    ),
    (
        "According to the biologist Ada Roth, the otters are back in the river.",
        "The biologist Ada Roth says that the otters are back in the river.",
        "According to the fisherman Karl Lund, the otters are back in the river.",
    ),
    (
        "“The tunnel is safe,” engineer Paul Dietz said on Friday.",
        "“The tunnel is safe,” Dietz said.",
        "“The tunnel is safe,” inspector Eva Brandt said.",
    ),
    (
        "The World Health Organization said that measles is spreading.",
        "The WHO said that measles is spreading.",
        "UNICEF said that measles is spreading.",
    ),
]
REPORTED = [
    (
        "The brewer reportedly paid 30 million for the hop farm.",
        "The brewer is reported to have paid 30 million for the hop farm.",
        "The brewer paid 30 million for the hop farm.",
    ),
    (
        "Residents claim that the plant polluted the stream.",
        "Residents say that the plant polluted the stream.",
        "The plant polluted the stream.",
    ),
    (
        "Critics argued that the new stadium ruined the view of the lake.",
        "According to critics, the new stadium ruined the view of the lake.",
        "The new stadium ruined the view of the lake.",
    ),
    (
        "The start-up allegedly copied the software of its rival.",
        "The start-up is alleged to have copied the software of its rival.",
        "The start-up copied the software of its rival.",
    ),
    (
        "The minister said that the dam is full to the brim.",
        "The dam is full to the brim, the minister said.",
        "The dam is full to the brim.",
    ),
    (
        "The airline denied the claim that its scanners were broken.",
        "The airline denied that its scanners were broken.",
        "The scanners of the airline were broken.",
    ),
]
POSSIBLE = [
    (
        "The comet may be visible to the naked eye.",
        "The comet might be visible to the naked eye.",
        "The comet is visible to the naked eye.",
    ),
    (
        "The merger could cost the town 200 jobs.",
        "The merger might cost the town 200 jobs.",
        "The merger will cost the town 200 jobs.",
    ),
    (
        "The study suggests that walnuts lower blood pressure.",
        "Walnuts may lower blood pressure.",
        "Walnuts lower blood pressure.",
    ),
    (
        "The club is considering the sale of its ground.",
        "The club considers the sale of its ground.",
        "The sale of its ground is settled.",
    ),
]
ALLEGED = [
    (
        "Police arrested the alleged thief at the station.",
        "The alleged thief was arrested at the station.",
        "Police arrested the thief at the station.",
    ),
    (
        "The court heard the suspected forger of the paintings.",
        "The court heard the man suspected of forging the paintings.",
        "The court heard the forger of the paintings.",
    ),
    (
        "The council discussed the proposed tram line.",
        "The council discussed a possible tram line.",
        "The council discussed the tram line.",
    ),
]
UNIVERSAL = [
    ("Some farmers lost their harvest.", "Farmers lost their harvest.", "All farmers lost their harvest."),
    ("The jury approved the rule by nine to two.", "The jury approved the rule.", "The jury unanimously approved it."),
    ("The lake was cleaned in the north.", "The lake was cleaned.", "The lake was fully cleaned."),
    ("The shop opens at weekends.", "The shop opens at weekends.", "The shop is always open at weekends."),
    ("Every player passed the test.", "All players passed the test.", ""),
]
STRONG = [
    (
        "The minister hinted that the toll would end.",
        "The minister hinted at an end of the toll.",
        "The minister announced that the toll would end.",
    ),
    (
        "The owners expect to sell the ground.",
        "The owners expect that they can sell the ground.",
        "The owners vowed to sell the ground.",
    ),
    (
        "The fossils possibly belong to a new species.",
        "The fossils are possibly of a new species.",
        "The fossils undoubtedly belong, it would seem, to a new species.",
    ),
]


@pytest.mark.parametrize(("quote", "right", "wrong"), SPEAKERS)
def test_who_says_so_is_who_says_so_in_the_quote(quote: str, right: str, wrong: str) -> None:
    assert certainty_fault(right, [quote]) == ""
    assert certainty_fault(wrong, [quote]).startswith("the quoted sentences do not have it from “")


@pytest.mark.parametrize(("quote", "right", "wrong"), REPORTED)
def test_what_is_only_reported_is_no_fact(quote: str, right: str, wrong: str) -> None:
    assert certainty_fault(right, [quote]) == ""
    assert certainty_fault(wrong, [quote]).startswith("the article only reports it (“")


@pytest.mark.parametrize(("quote", "right", "wrong"), POSSIBLE)
def test_what_is_possible_is_no_fact(quote: str, right: str, wrong: str) -> None:
    assert certainty_fault(right, [quote]) == ""
    assert certainty_fault(wrong, [quote]).startswith("the article is not sure of it (“")


@pytest.mark.parametrize(("quote", "right", "wrong"), ALLEGED)
def test_what_is_alleged_stays_alleged(quote: str, right: str, wrong: str) -> None:
    assert certainty_fault(right, [quote]) == ""
    assert certainty_fault(wrong, [quote]).startswith("the article says “")


@pytest.mark.parametrize(("quote", "right", "wrong"), UNIVERSAL)
def test_some_are_not_all(quote: str, right: str, wrong: str) -> None:
    assert certainty_fault(right, [quote]) == ""
    if wrong:
        assert certainty_fault(wrong, [quote]).startswith("the quoted sentences do not say “")


@pytest.mark.parametrize(("quote", "right", "wrong"), STRONG)
def test_a_strong_word_needs_more_than_a_hint(quote: str, right: str, wrong: str) -> None:
    assert certainty_fault(right, [quote]) == ""
    assert certainty_fault(wrong, [quote]).endswith("is more than the quoted sentences say")


def test_a_strong_word_that_the_quote_has_itself_passes() -> None:
    quote = "The owners may sell the ground, as they announced."
    assert certainty_fault("The owners announced that they may sell the ground.", [quote]) == ""


def test_will_is_more_than_could_wherever_it_stands() -> None:
    quote = "Snow will fall, and the pass could stay closed."
    assert certainty_fault("The pass could stay closed.", [quote]) == ""
    assert certainty_fault("The pass will stay closed.", ["The pass could stay closed."])


def test_an_outlet_may_be_named_as_the_one_who_tells_it() -> None:
    quote, claim = "The tunnel is flooded.", "The Harbour Post reports that the tunnel is flooded."
    assert certainty_fault(claim, [quote])
    assert certainty_fault(claim, [quote], tellers="Harbour Post") == ""
    assert certainty_fault("HP reports that the tunnel is flooded.", [quote], tellers="Harbour Post") == ""
    assert certainty_fault("Reports say that the tunnel is flooded.", [quote]) == ""


def test_a_pronoun_in_the_quote_may_stand_for_any_speaker() -> None:
    claim = "Lena Vogt said the striker was fit."
    assert certainty_fault(claim, ["She said that the striker was fit."]) == ""
    assert certainty_fault(claim, ["Hans Meier said that the striker was fit."])


def test_a_word_of_doubt_counts_only_for_what_stands_behind_it() -> None:
    quote = "The museum opened a new wing with forty rooms, although some say it is too large."
    assert certainty_fault("The museum opened a new wing with forty rooms.", [quote]) == ""


def test_without_quotes_there_is_nothing_to_be_surer_than() -> None:
    assert certainty_fault("The tunnel is flooded.", []) == ""
