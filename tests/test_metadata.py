"""Metadata is what the text tells, and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore.metadata import Metadata, read_metadata

SEEDS = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))
BODY = "\nThe ministry said on Monday that the bridge would stay closed until the end of the year.\n"


def test_the_seeds_tell_their_titles() -> None:
    assert [read_metadata(path.read_text(encoding="utf-8")).title for path in SEEDS] == [
        "Trump Confirms Call With Maduro as US Airstrikes Kill 83 in Escalating Caribbean Standoff",
        "What did Trump and Maduro discuss in secret phone call?",
        "Trump confirms call with Maduro amid rising tensions with Venezuela",
        "US President Donald Trump has confirmed that he recently held a phone call…",
        "The call comes amid a backdrop of sharply rising U.S.-Venezuela tensions.",
    ]


def test_only_one_seed_names_author_and_outlet_and_none_a_date() -> None:
    found = [read_metadata(path.read_text(encoding="utf-8")) for path in SEEDS]
    assert [each.author for each in found] == ["", "Marcus Bell", "", "", ""]
    assert [each.outlet for each in found] == ["", "Wordwise Media", "", "", ""]
    assert {(each.published, each.published_from, each.language) for each in found} == {(None, "unknown", "en")}


def test_front_matter_is_believed() -> None:
    text = (
        '\ufeff---\r\ntitle: "Bridge: closed"\r\nauthors:\r\n  - Ana García\r\n  - Bo Li\r\n'
        "source: https://www.example.org/x\r\ndate: 2025-11-30T08:00:00Z\r\nlang: de-DE\r\n---\r\n# Another\r\n" + BODY
    )
    day = date(2025, 11, 30)
    assert read_metadata(text) == Metadata(
        "Bridge: closed", "example.org", "Ana García, Bo Li", day, "front matter", "de"
    )


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2025-11-30", date(2025, 11, 30)),
        ("2025/1/5", date(2025, 1, 5)),
        ("November 30, 2025", date(2025, 11, 30)),
        ("Sunday, Nov. 30, 2025 5:00 PM", date(2025, 11, 30)),
        ("1st December 2025", date(2025, 12, 1)),
        ("30 Sept 2025", date(2025, 9, 30)),
        ("03/04/2025", None),
        ("2025-13-40", None),
        ("yesterday", None),
    ],
)
def test_a_date_is_read_only_where_it_means_one_day(written: str, day: date | None) -> None:
    found = read_metadata(f"---\ndate: {written}\n---\n{BODY}")
    assert (found.published, found.published_from) == (day, "front matter" if day else "unknown")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# The bridge\n" + BODY, "The bridge"),
        ("By Ana García\n\n# **The bridge**\n" + BODY, "The bridge"),
        ("Who closed the bridge?\n" + BODY, "Who closed the bridge?"),
        ("Bridge closed!\n" + BODY, "Bridge closed!"),
        ("Politics\n\nMinistry closes the old bridge\n" + BODY, "Ministry closes the old bridge"),
        ("November 30, 2025\nMinistry closes the old bridge\n" + BODY, "Ministry closes the old bridge"),
        ("Advertisement\nMinistry closes bridge\n" + BODY, "Ministry closes bridge"),
        ("The bridge at dawn. (Photo: Reuters)\nMinistry closes bridge\n" + BODY, "Ministry closes bridge"),
        (
            BODY + "Later heading\n" + BODY,
            "The ministry said on Monday that the bridge would stay closed until the end of…",
        ),
        ("中" * 300 + "。", "中" * 79 + "…"),
    ],
)
def test_the_title_stands_above_the_body(text: str, title: str) -> None:
    assert read_metadata(text).title == title


def test_a_date_beside_a_picture_is_no_day_of_publication() -> None:
    assert read_metadata("The bridge at dawn. (November 30, 2025)\n" + BODY).published is None


@pytest.mark.parametrize(
    ("line", "outlet"),
    [
        ("Copyright © 2024–2025 The Daily Planet, Inc. All rights reserved.", "The Daily Planet, Inc"),
        ("(c) 2025 by Example News", "Example News"),
        ("© Getty Images", ""),
        ("Copyright law changed in 2025 for all.", ""),
    ],
)
def test_the_outlet_is_the_owner_of_the_page(line: str, outlet: str) -> None:
    assert read_metadata(f"Headline here\n{BODY}\n{line}\n").outlet == outlet


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("中国国家主席批评美国干涉事务。", "zh"),
        ("東京都は月曜日に新しい規制を発表した。", "ja"),
        ("미국 대통령은 월요일에 말했다.", "ko"),
        ("الرئيس الأمريكي قال يوم الاثنين", "ar"),
        ("Сегодня президент встретился с делегацией.", "ru"),
        ("The president met Си Цзиньпин in Beijing.", "en"),
    ],
)
def test_the_script_tells_the_language(text: str, language: str) -> None:
    assert read_metadata(text).language == language


@given(st.text())
def test_no_text_breaks_it_and_a_title_is_one_short_line(text: str) -> None:
    title = read_metadata(text).title
    assert len(title) <= 200
    assert title.isprintable()
    assert "\ufeff" not in title
