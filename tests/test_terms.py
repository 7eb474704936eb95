"""One folding of words for all who search, count or compare them."""

from __future__ import annotations

import pytest

from vectorstore.terms import fold, stem, terms, words


@pytest.mark.parametrize(
    ("text", "folded"), [("Nicolás", "nicolas"), ("ＦＵＬＬ", "full"), ("Straße", "strasse"), ("ﬁne", "fine")]
)
def test_spellings_of_one_word_are_one_word(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The U.S. and the E.U.", ["the", "us", "and", "the", "eu"]),
        ("15,000 people, 3 dogs", ["15000", "people", "3", "dogs"]),
        ("Mayor's plan isn’t new", ["mayor", "plan", "isn", "new"]),
        ("well-known", ["well", "known"]),
        ("snake_case", ["snake", "case"]),
        ("", []),
        ("… — !", []),
    ],
)
def test_words_are_folded_and_in_order(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_inflections_share_a_stem_and_numbers_stay_whole() -> None:
    assert terms("ferries ferry") == [stem("ferry")] * 2
    assert terms("2026 b2b") == ["2026", "b2b"]


def test_scripts_without_blanks_give_pairs_of_characters() -> None:
    assert terms("東京都") == ["東京", "京都"]
    assert terms("東") == ["東"]
    assert words("2011年3月11日の東京 café") == ["2011", "年", "3", "月", "11", "日の", "の東", "東京", "cafe"]
