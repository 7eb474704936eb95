"""What `qa show` prints is the text that offsets count in, and what it tells is all that is known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from corpora import STORIES, open_index, write_corpus, write_story

from qa.commands.showing import show_article, sources_named
from vectorstore.errors import CorpusMissing, UserError
from vectorstore.index import Index
from vectorstore.types import Skipped

WINDOWS = (
    "Bridge closed\r\n\r\nThe old bridge of Lund closed on Monday.\r\n"
    "It is 140 years old \u202e\x07and 98 metres long.\r\n"
)
ROWS = (
    "title,text,date\nRain,The rain flooded nine cellars in Lund on Monday.,2025-11-30\n"
    "Snow,The snow closed the road to Holt.,2025-12\n"
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[Index]:
    base = tmp_path_factory.mktemp("showing")
    folder = write_corpus(base / "articles", {**STORIES, "copies/ferry.txt": STORIES["harbour.txt"]})
    (folder / "bridge.txt").write_bytes(WINDOWS.encode())
    write_story(folder / "news.csv", ROWS)
    corpus = open_index(folder, base / "home", model_cache)
    corpus.sync()
    with corpus.reading() as index:
        yield index
    corpus.close()


def test_the_text_is_the_files_own_with_its_line_ends(index: Index) -> None:
    assert show_article(index, "bridge.txt").text == WINDOWS


def test_a_range_is_cut_out_of_it(index: Index) -> None:
    shown = show_article(index, "bridge.txt", start=7, end=13)
    assert (shown.text, shown.start, shown.end) == ("closed", 7, 13)
    assert show_article(index, "bridge.txt", start=100, end=99_999).text == WINDOWS[100:]


@pytest.mark.parametrize(("start", "end"), [(5, 5), (9, 2), (99_999, None)])
def test_a_range_without_a_character_is_refused(index: Index, start: int, end: int | None) -> None:
    with pytest.raises(UserError, match=f"has {len(WINDOWS)} characters"):
        show_article(index, "bridge.txt", start=start, end=end)


def test_all_that_is_known_comes_with_where_it_was_read(index: Index) -> None:
    (rain,) = (source for source in sources_named(index, "news.csv") if index.article(source).title == "Rain")
    shown = show_article(index, rain)
    assert (shown.published, shown.precision) == (date(2025, 11, 30), "day")
    assert (shown.origins.published, shown.origins.outlet) == ("column", "unknown")
    assert shown.chunks == 1
    assert shown.pages is None


def test_copies_are_named(index: Index) -> None:
    assert show_article(index, "harbour.txt").copies == ("copies/ferry.txt",)
    assert show_article(index, "comet.txt").copies == ()


def test_a_file_of_many_articles_names_them_all(index: Index) -> None:
    names = sources_named(index, "news.csv")
    assert len(names) == 2
    assert all(name.startswith("news.csv#") for name in names)
    assert sources_named(index, names[0]) == (names[0],)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("harbor.txt", "harbour.txt"), ("ferry.txt", "copies/ferry.txt"), ("articles/comet.txt", "comet.txt")],
)
def test_an_unknown_article_is_refused_with_the_nearest_one(index: Index, name: str, nearest: str) -> None:
    with pytest.raises(CorpusMissing, match=f"no article '{name}' in the index; did you mean {nearest}?"):
        sources_named(index, name)


def test_a_skipped_file_is_refused_with_the_reason(index: Index) -> None:
    with pytest.raises(CorpusMissing, match="was skipped: no text layer"):
        sources_named(index, "scan.pdf", skipped=[Skipped("scan.pdf", "no text layer (scanned?)")])
    with pytest.raises(CorpusMissing, match="`qa status` lists them"):
        sources_named(index, "?")
