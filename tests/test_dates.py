"""A date is read only where it means one day, month or year, however it is written."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore.facts.dated_paths import date_of_source, date_of_url
from vectorstore.facts.dates import Dated, parse_date, written_days
from vectorstore.facts.metadata import read_metadata

DAY = date(2025, 11, 30)


@pytest.mark.parametrize(
    "value",
    [
        "2025-11-30",
        "2025-11-30T17:00:00Z",
        "2025-11-30T23:59:59.123-08:00",
        "2025-11-30 17:00",
        "2025/11/30",
        "2025.11.30",
        "2025. 11. 30.",
        "20251130",
        "20251130T170000Z",
        "D:20251130170000+01'00'",
        "Sun, 30 Nov 2025 17:00:00 +0000",
        "Sun Nov 30 17:00:00 +0000 2025",
        "November 30, 2025",
        "NOVEMBER 30 2025",
        "Nov. 30th, 2025 5:00 PM EST",
        "30 Nov. 2025",
        "30 November, 2025",
        "30th of November 2025",
        "30-Nov-2025",
        "30nov2025",
        "2025 November 30",
        "30 de noviembre de 2025",
        "30. November 2025",
        "30 novembre 2025",
        "30 de novembro de 2025",
        "domenica 30 novembre 2025",
        "2025年11月30日",
        "2025년 11월 30일",
        "٣٠/١١/٢٠٢٥",
        "30/11/2025",
        "11/30/2025",
        "30.11.2025",
        "2025\u201011\u201030",
        "1764520000",
        "1764520000000",
        "Published: November 30, 2025 | 5 min read",
        "30 November 2025 (2025-11-30)",
    ],
)
def test_one_day_is_read_from_many_forms(value: str) -> None:
    assert parse_date(value) == Dated(DAY, "day")


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("1er décembre 2025", date(2025, 12, 1)),
        ("1º de março de 2025", date(2025, 3, 1)),
        ("3. März 2025", date(2025, 3, 3)),
        ("1 December 2025", date(2025, 12, 1)),
        ("15 août 2025", date(2025, 8, 15)),
        ("2 gennaio 2025", date(2025, 1, 2)),
        ("May 3, 2025", date(2025, 5, 3)),
        ("03.04.2025", date(2025, 4, 3)),
        ("05/05/2025", date(2025, 5, 5)),
        ("April 15, 1865", date(1865, 4, 15)),
    ],
)
def test_months_have_names_in_six_languages_and_a_dotted_date_begins_with_its_day(value: str, day: date) -> None:
    assert parse_date(value) == Dated(day, "day")


@pytest.mark.parametrize(
    "value", ["2025-11", "2025/11", "Nov 2025", "November 2025", "noviembre de 2025", "2025年11月"]
)
def test_a_month_is_its_first_day_with_the_precision_of_a_month(value: str) -> None:
    assert parse_date(value) == Dated(date(2025, 11, 1), "month")


def test_a_year_is_its_first_day_with_the_precision_of_a_year() -> None:
    assert parse_date(" 2025 ") == Dated(date(2025, 1, 1), "year")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "03/04/2025",
        "3-4-2025",
        "2025-02-30",
        "2025-13-40",
        "2025-00-00",
        "31 November 2025",
        "30/11/25",
        "11.30.2025",
        "2025-11-301",
        "12025-11-30",
        "Room 12, 2025",
        "2025-11-30/2025-12-02",
        "November 30, 2025 to December 2, 2025",
        "Nov 29 - Dec 2, 2025",
        "November 29-30, 2025",
        "29 Nov or 30 November 2025",
        "November 30, 2025 or 03/04/2025",
        "2024-2025",
        "Winter 2025",
        "1066",
        "12345678",
        "99999999999999",
        "true",
    ],
)
def test_what_could_mean_two_days_or_none_is_no_date(value: str) -> None:
    assert parse_date(value) == Dated()
    assert not parse_date(value)


@given(st.text(), st.dates(date(1400, 1, 1), date(2100, 12, 31)))
def test_no_value_breaks_it_and_every_day_comes_back(text: str, day: date) -> None:
    parse_date(text)
    assert parse_date(day.isoformat()) == parse_date(f"{day:%a}, {day.day} {day:%b} {day.year:04}") == Dated(day, "day")


@given(st.text("0123456789 .-/,年月日NovemberMay"))
def test_written_days_stand_in_order_and_apart(text: str) -> None:
    found = written_days(text)
    assert all(one.span.end <= two.span.start for one, two in pairwise(found))
    assert all(each.span.of(text) for each in found)


@pytest.mark.parametrize(
    ("source", "dated"),
    [
        ("2025-11-30.txt", Dated(DAY, "day")),
        ("news/2025-11-30-the-bridge.html", Dated(DAY, "day")),
        ("the_bridge_2025_11_30.md", Dated(DAY, "day")),
        ("20251130.txt.gz", Dated(DAY, "day")),
        ("reuters20251130T1700Z.json", Dated(DAY, "day")),
        ("2025/11/30/bridge.txt", Dated(DAY, "day")),
        ("2025/11/30.txt", Dated(DAY, "day")),
        ("2025-11-30/bridge.txt", Dated(DAY, "day")),
        ("2025-12-01/2025-11-30.txt", Dated(DAY, "day")),
        ("2025-11/bridge.txt", Dated(date(2025, 11, 1), "month")),
        ("2025/11/5 things to know.txt", Dated(date(2025, 11, 1), "month")),
        ("bridge_2025_11.txt", Dated(date(2025, 11, 1), "month")),
        ("2025-11-30.jsonl#row 7", Dated(DAY, "day")),
    ],
)
def test_a_file_s_name_or_its_folders_tell_a_day_or_a_month(source: str, dated: Dated) -> None:
    assert date_of_source(source) == dated


@pytest.mark.parametrize(
    "source",
    [
        "001.txt",
        "2025.txt",
        "2025/bridge.txt",
        "season-2011-12.txt",
        "000_404b99d73386c5ec.txt",
        "720251130.txt",
        "20251130170000.txt",
        "4a20251130b7.txt",
        "20251340.txt",
        "2025-02-30.txt",
        "1850-11-30.txt",
        "2190-11-30.txt",
        "2025-11-01_2025-11-30.txt",
        "03-04-2025.txt",
    ],
)
def test_a_number_in_a_name_is_not_always_a_date(source: str) -> None:
    assert date_of_source(source) == Dated()


@pytest.mark.parametrize(
    ("url", "dated"),
    [
        ("https://example.org/2025/11/30/bridge", Dated(DAY, "day")),
        ("https://example.org/news/2025-11-30-bridge-closed-since-2024-05-01", Dated(DAY, "day")),
        ("https://example.org/2025/11/bridge/", Dated(date(2025, 11, 1), "month")),
        ("https://example.org/article/20251130", Dated()),
        ("https://example.org/what-happened-on-2025-11-30", Dated()),
        ("https://example.org/?date=2025-11-30", Dated()),
        ("https://[broken/2025/11/30/", Dated()),
    ],
)
def test_an_address_tells_the_day_it_files_its_page_under(url: str, dated: Dated) -> None:
    assert date_of_url(url) == dated


def test_a_file_name_gives_a_date_only_where_nothing_else_does() -> None:
    body = "\nThe ministry said on Monday that the bridge would stay closed.\n"
    by_name = read_metadata(body, source="2025-11-30.txt")
    assert (by_name.published, by_name.precision, by_name.published_from) == (DAY, "day", "file name")
    by_line = read_metadata(f"Bridge closed\n1 December 2025\n{body}", source="2025-11-30.txt")
    assert (by_line.published, by_line.published_from) == (date(2025, 12, 1), "dateline")
