"""The text tells its day of publication on a line of its own or in a news dateline, and nowhere else."""

from __future__ import annotations

from datetime import date

import pytest

from vectorstore.facts.datelines import day_of_line
from vectorstore.facts.metadata import read_metadata

DAY = date(2025, 11, 30)
BODY = "\nThe ministry said on Monday that the bridge would stay closed until the end of the year.\n"


@pytest.mark.parametrize(
    ("top", "day"),
    [
        ("November 30, 2025", 30),
        ("Sunday, 30 November 2025, 17:00 GMT", 30),
        ("*Published: 2025-11-30T08:00:00Z*", 30),
        ("By Ana García | Published November 30, 2025 5:00 PM EST | Updated December 1, 2025 9:12 AM EST", 30),
        ("By Ana García November 30, 2025", 30),
        ("By ANA GARCÍA and BO LI – Nov. 30, 2025 – 5 min read", 30),
        ("Posted on 30 Nov 2025 at 5 pm\nLast modified on 2 Dec 2025", 30),
        ("Updated\nDecember 2, 2025\nPublished\nNovember 30, 2025", 30),
        ("November 30, 2025 (UTC)", 30),
        ("Publicado el 30 de noviembre de 2025 a las 17:00", 30),
        ("Veröffentlicht am Sonntag, 30. November 2025, 17:00 Uhr", 30),
        ("Publié le 30 novembre 2025 à 17h00 - Mis à jour le 1er décembre 2025 à 9h12", 30),
        ("Updated December 2, 2025", None),
        ("Updated\nDecember 2, 2025", None),
        ("November 30, 2025\nDecember 2, 2025", None),
        ("(November 30, 2025)", None),
        ("The bridge at dawn on November 30, 2025", None),
        ("The bridge at dawn. (November 30, 2025)", None),
        ("By the end of the war, November 30, 2025", None),
        ("Sunday, November 30", None),
        ("03/04/2025", None),
        ("2025", None),
        ("November 2025", None),
        ("Event: November 30, 2025, room 12", None),
    ],
)
def test_a_line_of_its_own_tells_the_day_of_publication(top: str, day: int | None) -> None:
    found = read_metadata(f"Ministry closes the old bridge\n\n{top}\n{BODY}")
    assert found.published == (date(2025, 11, day) if day else None)
    assert found.published_from == ("dateline" if day else "unknown")


def test_a_date_line_stands_at_the_top_or_the_end() -> None:
    assert read_metadata(f"Bridge closed\n{BODY * 20}\nPublished 30 November 2025\n").published == DAY
    assert read_metadata(f"Bridge closed\n{BODY * 20}\nNovember 30, 2025\n{BODY * 20}").published is None


@pytest.mark.parametrize(
    ("start", "published"),
    [
        ("WASHINGTON, Nov. 30, 2025 (Reuters) - ", DAY),
        ("LONDON, 30 November 2025 — ", DAY),
        ("NEW YORK, N.Y., Nov. 30, 2025 /PRNewswire/ -- ", DAY),
        ("GENEVA (30 November 2025) – ", DAY),
        ("Paris, 30 novembre 2025 (AFP) - ", DAY),
        ("WASHINGTON, Nov. 30 (Reuters) - ", None),
        ("(CNN) -- ", None),
        ("On November 30, 2025 - ", None),
        ("On Friday, November 30, 2025 (it rained) - ", None),
        ("The ministry told us on November 30, 2025 - ", None),
    ],
)
def test_a_news_dateline_with_its_year_tells_the_day(start: str, published: date | None) -> None:
    found = read_metadata(f"Ministry closes the old bridge\n\n{start}{BODY.strip()}\n")
    assert (found.published, found.outlet) == (published, "")
    assert read_metadata(f"Bridge closed\n{BODY * 5}\n{start}{BODY.strip()}\n{BODY * 5}").published is None


def test_a_standfirst_and_a_caption_may_stand_before_a_news_dateline() -> None:
    before = "Bridge closed\n\nThe ferry is to run until spring.\n\nThe bridge at dawn on November 2, 2025.\n\n"
    assert read_metadata(f"{before}LONDON, Nov. 30, 2025 (Reuters) - {BODY.strip()}\n").published == DAY


def test_one_line_tells_its_day_by_itself() -> None:
    assert day_of_line("Published 30 November 2025 | Updated 2 December 2025") == DAY
    assert day_of_line("Closed since 30 November 2025") is None


@pytest.mark.parametrize("part", ["+01:00", "11:11", "published ", "5 min read ", "1.", "By Ana García "])
def test_a_line_that_could_be_read_in_many_ways_does_not_hold_up_the_reader(part: str) -> None:
    assert day_of_line(f"{(part * 40)[:180]} 2025-11-30 bridge") is None
