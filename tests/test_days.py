"""Days as they are typed: a day, a month or a year, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from qa.commands.days import first_day, last_day
from vectorstore.errors import UserError


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025-11-30", date(2025, 11, 30), date(2025, 11, 30)),
        ("2025-11", date(2025, 11, 1), date(2025, 11, 30)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        (" 2025 ", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_a_month_or_a_year_means_its_first_or_its_last_day(text: str, first: date, last: date) -> None:
    assert first_day(text, option="--since") == first
    assert last_day(text, option="--until") == last


@pytest.mark.parametrize("text", ["", "yesterday", "30.11.2025", "2025-13", "2025-02-30", "0000", "2025-1", "２０２５"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"--since .* is no date; write it as 2025-11-30, 2025-11 or 2025"):
        first_day(text, option="--since")
    with pytest.raises(UserError, match="--until"):
        last_day(text, option="--until")
