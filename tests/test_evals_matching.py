"""Whether a text holds an answer, a number or a date, however it is written; every value worked out by hand."""

from __future__ import annotations

import pytest

from evals.matching import contains, contains_date, contains_number, dates, numbers, parse_partial_date, tokens


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a $50m bounty", 50_000_000),
        ("a bounty of US$50M.", 50_000_000),
        ("$ 50 m in all", 50_000_000),
        ("USD 50m", 50_000_000),
        ("50M US dollars", 50_000_000),
        ("$50mn", 50_000_000),
        ("$13bn", 13_000_000_000),
        ("$13B", 13_000_000_000),
        ("13bn dollars", 13_000_000_000),
        ("€1.5bn", 1_500_000_000),
        ("13,000 million dollars", 13_000_000_000),
        ("15k troops", 15_000),
        ("about 1.5k", 1_500),
        ("15 000 troops", 15_000),
        ("15\u202f000 troops", 15_000),
        ("1 000 000 barrels", 1_000_000),
        ("a hundred thousand tons", 100_000),
        ("half a million people", 500_000),
        ("one hundred and five ships", 105),
        ("six hundred and eleven ships", 611),
    ],
)
def test_short_forms_and_spaced_digits_are_numbers(text: str, value: float) -> None:
    assert numbers(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("seis aerolíneas", 6),
        ("ochenta y tres muertos", 83),
        ("cincuenta millones de dólares", 50_000_000),
        ("50 millones de dólares", 50_000_000),
        ("quince mil soldados", 15_000),
        ("cien mil toneladas", 100_000),
        ("trece mil millones de dólares", 13_000_000_000),
        ("trece mil quinientos millones", 13_500_000_000),
        ("treinta y un barcos", 31),
        ("veintitrés barcos", 23),
        ("ciento cinco", 105),
        ("doscientas cuarenta y dos personas", 242),
        ("dos mil veinticinco", 2025),
    ],
)
def test_spanish_number_words_are_numbers(text: str, value: float) -> None:
    assert numbers(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("50 m of rope", 50_000_000),
        ("a runway of 50m", 50_000_000),
        ("a 13 b type", 13_000_000_000),
        ("an F-35B jet", 35_000_000_000),
        ("1.5k troops", 15_000),
        ("1.5k troops", 1.5),
        ("15 0000", 15_000),
        ("2025 000", 2_025_000),
        ("in 2024 300 ships sailed", 2_024_300),
        ("the 83rd boat", 83),
        ("15 [1] 000", 15_000),
        ("fifteen thousandths", 15_000),
        ("it happened once", 11),
        ("the UN said so", 1),
        ("a thousandth part", 1_000),
        ("dos y tres", 5),
    ],
)
def test_what_only_looks_like_a_number_is_none(text: str, value: float) -> None:
    assert not contains_number(text, value)


def test_two_numbers_joined_by_and_are_two() -> None:
    assert numbers("between one hundred and two hundred ships") == [100, 200]
    assert numbers("eighty and three") == [80, 3]
    assert numbers("entre veinte y treinta") == [20, 30]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("the F‑35B", "F-35B"),
        ("Maduro letters", "Maduro's letters"),
        ("the Navy’s largest carrier", "Navy largest carrier"),
        ("the U.N.'s charter", "UN charter"),
        ("$50m", "50 million"),
    ],
)
def test_words_are_the_same_with_and_without_a_possessive(text: str, wanted: str) -> None:
    assert contains(text, wanted)


@pytest.mark.parametrize(("text", "wanted"), [("his aide", "aides"), ("the forces", "force"), ("the news", "new")])
def test_singular_and_plural_are_two_words(text: str, wanted: str) -> None:
    assert not contains(text, wanted)


def test_a_jet_keeps_its_letter() -> None:
    assert tokens("F-35B, MQ-9 and 50 m") == ["f", "35b", "mq", "9", "and", "50", "m"]


@pytest.mark.parametrize(
    "text",
    [
        "on Nov. 24",
        "Nov 24, 2025",
        "24 Nov 2025",
        "on November 24th",
        "the 24th of November",
        "the 24th of November, 2025",
        "24/11/2025",
        "11/24/2025",
        "24.11.2025",
        "24-11-2025",
        "2025-11-24",
        "2025/11/24",
        "2025‑11‑24",
        "el 24 de nov. de 2025",
    ],
)
def test_a_day_is_found_however_it_is_written(text: str) -> None:
    assert contains_date(text, parse_partial_date("2025-11-24"))


@pytest.mark.parametrize(
    "text", ["Sept. 2025", "since Sept.", "Sep 2025", "2025-09", "5 Sept.", "9/5/2025", "5/9/2025"]
)
def test_a_month_is_found_however_it_is_written(text: str) -> None:
    assert contains_date(text, parse_partial_date("2025-09"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Nov. 25", "2025-11-24"),
        ("Nov 24, 2024", "2025-11-24"),
        ("the 24th of December", "2025-11-24"),
        ("the 24th boat", "2025-11-24"),
        ("24/12/2025", "2025-11-24"),
        ("24/24/2025", "2025-11-24"),
        ("1.24.11.2025", "2025-11-24"),
        ("the 2024-25 season", "2024-12"),
        ("2025-090", "2025-09"),
        ("November 31st", "2025-11-30"),
    ],
)
def test_another_day_is_not_found(text: str, wanted: str) -> None:
    assert not contains_date(text, parse_partial_date(wanted))


def test_a_day_and_month_in_digits_may_stand_in_either_order() -> None:
    either = "4/11/2025"
    assert contains_date(either, parse_partial_date("2025-11-04"))
    assert contains_date(either, parse_partial_date("2025-04-11"))
    assert len(dates("24/11/2025")) == 1


@pytest.mark.parametrize("text", ["in May", "since May", "May 5", "5th of May", "on 5 May", "May 2025", "5 de mayo"])
def test_may_is_a_month_beside_a_number_or_a_word_of_time(text: str) -> None:
    assert contains_date(text, parse_partial_date("2025-05"))


@pytest.mark.parametrize("text", ["Venezuela may respond", "some 20 may have died", "May I ask?", "it may be so"])
def test_may_is_a_verb_elsewhere(text: str) -> None:
    assert dates(text) == []


@pytest.mark.parametrize("text", ["the troops march", "remarks at Mar-a-Lago", "in Mar-a-Lago", "two days ago"])
def test_march_and_a_palace_are_no_months_without_a_day(text: str) -> None:
    assert dates(text) == []
    assert contains_date("on Mar. 5", parse_partial_date("2025-03-05"))
