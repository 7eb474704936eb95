"""Numbers, owners and places beside a word, and the sides of a verb; each wrong claim with a twin that must pass."""

from __future__ import annotations

import pytest

from qa.verifying.alignment import words_of
from qa.verifying.slots import slot_fault

NUMBERS = [
    (
        "The orchestra has 40 violins and 12 cellos.",
        "The orchestra has 12 cellos and 40 violins.",
        "The orchestra has 12 violins and 40 cellos.",
    ),
    (
        "The fund bought 15 farms in Jutland and 60 in Scania.",
        "In Jutland the fund bought 15 farms.",
        "The fund bought 60 farms in Jutland.",
    ),
    (
        "Berg scored 3 goals in 11 games.",
        "In 11 games Berg scored 3 goals.",
        "Berg scored 11 goals in 3 games.",
    ),
    (
        "Eleven nurses and four doctors staff the clinic.",
        "The clinic is staffed by 11 nurses and 4 doctors.",
        "The clinic is staffed by 4 nurses and 11 doctors.",
    ),
    (
        "Rents rose 9 percent and wages climbed 2 percent.",
        "Rents rose by 9 percent.",
        "Rents rose by 2 percent.",
    ),
]
DATES = [
    ("The exhibition opened on June 3, 2019.", "The exhibition opened on 3 June 2019."),
    ("The trial began on 14 January and ended on 2 February.", "The trial ended on February 2."),
]
OWNERS = [
    (
        "The director of Nokia met the chairman of Ericsson.",
        "Nokia's director met Ericsson's chairman.",
        "Ericsson's director met Nokia's chairman.",
    ),
    (
        "Falk's brother and the sister of Okafor founded the club.",
        "Okafor's sister and the brother of Falk founded the club.",
        "Okafor's brother founded the club.",
    ),
    (
        "The mayor of Lund thanked the bishop of Turku.",
        "Lund's mayor thanked the bishop.",
        "The mayor of Turku thanked the bishop.",
    ),
]
PLACES = [
    (
        "The brewery in Aarhus supplies the pubs in Malmö.",
        "The pubs in Malmö are supplied by the brewery in Aarhus.",
        "The brewery in Malmö supplies the pubs.",
    ),
    (
        "Scientists at Uppsala repeated the tests from Bergen.",
        "The tests from Bergen were repeated by scientists at Uppsala.",
        "Scientists at Bergen repeated the tests.",
    ),
    (
        "The fire near Salem spared the farms near Eugene.",
        "The farms near Eugene were spared by the fire near Salem.",
        "The fire near Eugene spared the farms.",
    ),
]
SIDES = [
    (
        "The union sued the airline over unpaid wages.",
        "The airline was sued by the union over unpaid wages.",
        "The airline sued the union over unpaid wages.",
    ),
    (
        "Foxes killed the geese on the island.",
        "The geese were killed by foxes on the island.",
        "The geese killed the foxes on the island.",
    ),
    (
        "The insurer was bought by the bank for cash.",
        "The bank bought the insurer for cash.",
        "The insurer bought the bank for cash.",
    ),
    (
        "The students taught the pensioners chess.",
        "The pensioners were taught chess by the students.",
        "The pensioners taught the students chess.",
    ),
    (
        "The tenants have not paid the landlord since May.",
        "The landlord has not been paid by the tenants since May.",
        "The landlord has not paid the tenants since May.",
    ),
    (
        "The goalkeeper thanked the doctor after the match.",
        "After the match the goalkeeper thanked the doctor.",
        "The doctor thanked the goalkeeper after the match.",
    ),
]


def fault(claim: str, *quotes: str) -> str:
    return slot_fault(words_of(claim), [words_of(quote) for quote in quotes])


@pytest.mark.parametrize(("quote", "right", "wrong"), NUMBERS)
def test_a_number_stands_beside_its_own_word(quote: str, right: str, wrong: str) -> None:
    assert fault(right, quote) == ""
    assert fault(wrong, quote).startswith("the quoted sentences do not have the number ")


@pytest.mark.parametrize(("quote", "claim"), DATES)
def test_the_parts_of_a_date_may_stand_in_any_order(quote: str, claim: str) -> None:
    assert fault(claim, quote) == ""


@pytest.mark.parametrize(("quote", "right", "wrong"), OWNERS)
def test_an_owner_is_known_by_of_and_by_an_apostrophe(quote: str, right: str, wrong: str) -> None:
    assert fault(right, quote) == ""
    assert "do not have “" in fault(wrong, quote)


@pytest.mark.parametrize(("quote", "right", "wrong"), PLACES)
def test_a_place_belongs_to_the_word_before_it(quote: str, right: str, wrong: str) -> None:
    assert fault(right, quote) == ""
    assert "do not have “" in fault(wrong, quote)


@pytest.mark.parametrize(("quote", "right", "wrong"), SIDES)
def test_the_sides_of_a_verb_change_over_in_the_passive_only(quote: str, right: str, wrong: str) -> None:
    assert fault(right, quote) == ""
    assert fault(wrong, quote).startswith("in the quoted sentence it is the other way round")


def test_any_quote_may_have_the_number() -> None:
    first, second = "The ministry counted 83 dead.", "Rights groups counted 87 dead."
    assert fault("Some counted 87 dead.", first)
    assert fault("Some counted 87 dead.", first, second) == ""


def test_a_number_beside_words_that_no_quote_counts_is_left_to_other_checks() -> None:
    assert fault("The lake holds 70 islands.", "The lake has many islands.") == ""


def test_a_limit_two_words_that_both_stand_behind_the_verb_are_not_told_apart() -> None:
    assert fault("The shipyard leased the harbour to the city.", "The city leased the harbour to the shipyard.") == ""
