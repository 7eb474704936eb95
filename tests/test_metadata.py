"""Each fact comes from the place that is believed first, and names it; nothing is made up."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore.facts.metadata import Metadata, read_metadata
from vectorstore.types import Origins

SEEDS = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))
DAY = date(2025, 11, 30)
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
    front = "front matter"
    assert read_metadata(text) == Metadata(
        "Bridge: closed",
        outlet="example.org",
        author="Ana García, Bo Li",
        published=DAY,
        precision="day",
        language="de",
        url="https://www.example.org/x",
        origins=Origins(front, front, front, front, front, front),
    )


PAGE = """---
title: Front matter title
outlet: Front matter outlet
author: Front matter author
date: 2025-11-02
url: https://front.example/2025/11/07/bridge
---
Headline of the text

By Ana García
Published November 4, 2025
{body}
© 2025 The Daily Planet
"""
FIELDS = {
    "title": "Field title",
    "outlet": "Field outlet",
    "author": "Field author",
    "published": "2025-11-03",
    "url": "https://field.example/2025/11/08/bridge",
}
SIDECAR = {
    "headline": "Sidecar title",
    "source": "Sidecar outlet",
    "byline": "By Sidecar Author",
    "pubDate": "Sat, 01 Nov 2025 17:00:00 +0000",
    "link": "https://sidecar.example/bridge",
}


def test_a_sidecar_goes_before_front_matter_before_fields_before_the_text() -> None:
    page = PAGE.format(body=BODY)
    without = page[page.index("Headline") :]
    by_sidecar = read_metadata(page, fields=FIELDS, sidecar=SIDECAR, source="2025-11-09.txt")
    by_front_matter = read_metadata(page, fields=FIELDS, source="2025-11-09.txt")
    by_column = read_metadata(without, fields=FIELDS, fields_from="column", source="2025-11-09.txt")
    by_text = read_metadata(without, source="2025-11-09.txt")
    assert [
        (found.title, found.outlet, found.author, found.published and found.published.day, found.url)
        for found in (by_sidecar, by_front_matter, by_column, by_text)
    ] == [
        ("Sidecar title", "Sidecar outlet", "Sidecar Author", 1, "https://sidecar.example/bridge"),
        (
            "Front matter title",
            "Front matter outlet",
            "Front matter author",
            2,
            "https://front.example/2025/11/07/bridge",
        ),
        ("Field title", "Field outlet", "Field author", 3, "https://field.example/2025/11/08/bridge"),
        ("Headline of the text", "The Daily Planet", "Ana García", 4, ""),
    ]
    assert [each.origins for each in (by_sidecar, by_front_matter, by_column, by_text)] == [
        Origins(*["sidecar"] * 4, language="text", url="sidecar"),
        Origins(*["front matter"] * 4, language="text", url="front matter"),
        Origins(*["column"] * 4, language="text", url="column"),
        Origins("headline", "imprint", "byline", "dateline", language="text", url="unknown"),
    ]


def test_an_address_tells_outlet_and_day_where_the_text_does_not() -> None:
    found = read_metadata(BODY, fields={"url": "https://www.example.org/2025/11/30/bridge"}, source="2025-12-24.txt")
    assert (found.outlet, found.published, found.url) == (
        "example.org",
        DAY,
        "https://www.example.org/2025/11/30/bridge",
    )
    assert (found.origins.outlet, found.origins.published, found.origins.url) == ("URL", "URL", "metadata")


def test_what_is_not_understood_in_one_place_is_read_in_the_next() -> None:
    text = f"---\npublished: true\ndate: 30.11.2025\nurl: bridge.html\n---\n{BODY}"
    found = read_metadata(text, sidecar={"date": "03/04/2025", "title": "N/A"}, fields={"title": "Bridge closed"})
    assert (found.published, found.published_from) == (DAY, "front matter")
    assert (found.title, found.origins.title, found.url) == ("Bridge closed", "metadata", "")


@pytest.mark.parametrize(
    ("written", "published", "precision"),
    [("2025-11-30", DAY, "day"), ("November 2025", date(2025, 11, 1), "month"), ("2025", date(2025, 1, 1), "year")],
)
def test_a_date_is_known_as_exactly_as_it_is_written(written: str, published: date, precision: str) -> None:
    for found in (read_metadata(BODY, sidecar={"date": written}), read_metadata(BODY, fields={"published": written})):
        assert (found.published, found.precision) == (published, precision)
    assert read_metadata(f"---\ndate: {written}\n---\n{BODY}").precision == precision


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


@pytest.mark.parametrize(
    "title",
    [
        "Untitled",
        "untitled document (2)",
        "Microsoft Word - bridge.doc",
        "bridge-closed.pdf",
        "bridge_v2",
        "--",
        "null",
        "",
    ],
)
def test_a_title_that_nobody_gave_is_not_believed(title: str) -> None:
    found = read_metadata(f"Ministry closes the old bridge\n{BODY}", fields={"title": title})
    assert (found.title, found.origins.title) == ("Ministry closes the old bridge", "headline")


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("COVID-19", "COVID-19"),
        ("The old\n bridge", "The old bridge"),
        ("The old bridge | The Daily Planet", "The old bridge"),
        ("The Daily Planet", "Ministry closes bridge"),
    ],
)
def test_a_stated_title_is_one_line_without_the_outlet_s_name(stated: str, title: str) -> None:
    fields = {"title": stated, "outlet": "The Daily Planet"}
    assert read_metadata(f"Ministry closes bridge\n{BODY}", fields=fields).title == title


@pytest.mark.parametrize(
    ("stated", "author"),
    [
        ("By Ana García", "Ana García"),
        ("Ana García; Bo Li", "Ana García; Bo Li"),
        ("Ana García\nand Bo Li", "Ana García and Bo Li"),
        ("Ana García <ana@example.org>", "Ana García"),
        ("ana@example.org (Ana García)", "Ana García"),
        ("Ana García, https://example.org/ana, Bo Li", "Ana García, Bo Li"),
        ("ana@example.org", ""),
        ("https://www.facebook.com/example", ""),
        ("@ana", ""),
        ("admin", ""),
    ],
)
def test_an_author_is_a_name_not_an_address(stated: str, author: str) -> None:
    found = read_metadata(BODY, fields={"author": stated})
    assert (found.author, found.origins.author) == (author, "metadata" if author else "unknown")


@pytest.mark.parametrize(
    ("stated", "outlet"),
    [
        ("The Daily Planet", "The Daily Planet"),
        ("www.example.org", "example.org"),
        ("https://www.example.org/", "example.org"),
        ("@planet", ""),
        ("nan", ""),
    ],
)
def test_an_outlet_is_a_name_or_a_host(stated: str, outlet: str) -> None:
    assert read_metadata(BODY, sidecar={"publisher": stated}).outlet == outlet


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


@given(st.text())
def test_no_text_breaks_it_and_a_title_is_one_short_line(text: str) -> None:
    title = read_metadata(text).title
    assert len(title) <= 200
    assert title.isprintable()
    assert "\ufeff" not in title


@given(st.text(), st.sampled_from(["title", "outlet", "author", "published", "language", "url"]))
def test_no_stated_value_breaks_it_or_takes_more_than_one_line(value: str, fact: str) -> None:
    found = read_metadata(BODY, fields={fact: value}, sidecar={fact: value[::-1]}, source=value)
    assert all(line.isprintable() for line in (found.title, found.outlet, found.author, found.url))
    assert bool(found.published) == bool(found.precision)
