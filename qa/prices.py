"""What an answer cost, where the user has told the prices; Footnote knows none by itself."""

from __future__ import annotations

from qa.types import Usage

_MILLION = 1_000_000


def cost(usage: Usage, *, price_input: float | None, price_output: float | None) -> float | None:
    """The cost of a call in the currency of the prices, which are per million tokens.

    None when a price is not set, or when the server did not tell its tokens: unknown is not free.
    """
    if price_input is None or price_output is None or not usage.input_tokens:
        return None
    return (usage.input_tokens * price_input + usage.output_tokens * price_output) / _MILLION
