"""What an answer cost is told where the prices are set, and never guessed."""

from __future__ import annotations

import pytest

from qa.prices import cost
from qa.types import Usage


def test_tokens_times_their_prices_per_million() -> None:
    assert cost(Usage(3_000, 200), price_input=2.5, price_output=10.0) == pytest.approx(0.0095)


def test_a_model_of_ones_own_may_cost_nothing() -> None:
    assert cost(Usage(3_000, 200), price_input=0.0, price_output=0.0) == 0.0


@pytest.mark.parametrize(("price_input", "price_output"), [(None, None), (2.5, None), (None, 10.0)])
def test_without_both_prices_the_cost_is_unknown(price_input: float | None, price_output: float | None) -> None:
    assert cost(Usage(3_000, 200), price_input=price_input, price_output=price_output) is None


@pytest.mark.parametrize("usage", [Usage(), Usage(0, 20)])
def test_tokens_that_a_server_did_not_tell_are_not_free(usage: Usage) -> None:
    assert cost(usage, price_input=2.5, price_output=10.0) is None
