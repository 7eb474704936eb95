"""A folder of many formats, seen from outside: rows, sidecars, packed files, copies, and what cannot be read."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from corpora import STORIES, open_index, write_corpus, write_story

from vectorstore.corpus import Corpus
from vectorstore.embedding import Embeddings, load_embeddings
from vectorstore.types import Article, IndexReport, Passage
from vectorstore.within import Within

ROWS = [
    {"id": "gale", "headline": "Gale warning", "body": "A gale named Zephyrine is expected over the bay on Friday."},
    {
        "id": "market",
        "headline": "Fish market moves",
        "body": "The fish market of Lund moves to the customs house.",
    },
]
WIRE = (
    "Bridge closed for repairs\n\nThe bridge over the Hul river was closed on Monday after inspectors found cracks in "
    "two of its eleven piers. Engineer Mona Rask said that the repairs would take until October and cost 9 million "
    "euros. Lorries are led over Tarn, a detour of 34 kilometres. The bridge was opened in 1961 by Queen Ingrid.\n\n"
    "Shops in the old town fear for their summer. The mayor promised a ferry for people on foot from next week.\n"
)
OTHER_ACCOUNT = (
    "Cracks in the Hul bridge\n\nThe Hul bridge will stay shut for months. Two piers are cracked, the county said, and "
    "no car may cross before October. Fishermen had seen the cracks in spring and told nobody, one of them says.\n"
)


@pytest.fixture(scope="module")
def embeddings(model_cache: Path) -> Embeddings:
    return load_embeddings("all-MiniLM-L6-v2", cache_dir=model_cache)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "articles")


@pytest.fixture
def corpus(folder: Path, tmp_path: Path, model_cache: Path, embeddings: Embeddings) -> Iterator[Corpus]:
    corpus = open_index(folder, tmp_path / "home", model_cache, chunk_tokens=160)
    corpus.embeddings = embeddings
    yield corpus
    corpus.close()


def articles(corpus: Corpus) -> dict[str, Article]:
    with corpus.reading() as index:
        return {article.source: index.article(article.source) for article in index.articles()}


def passages(corpus: Corpus, query: str, *, candidates: int = 8, within: Within | None = None) -> list[Passage]:
    """What both searches give for a query."""
    vector, wanted = corpus.embeddings.embed_query(query), within or Within()
    with corpus.reading() as index:
        fingerprint = corpus.embeddings.fingerprint
        dense = index.search_dense(vector, embedding=fingerprint, candidates=candidates, within=wanted)
        return [*dense, *index.search_lexical(query, candidates=candidates, within=wanted)]


def counts(report: IndexReport) -> tuple[int, int, int, int]:
    return report.added, report.replaced, report.removed, report.unchanged


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    write_story(path, "".join(json.dumps(row) + "\n" for row in rows))


def test_each_row_of_a_file_is_an_article_of_its_own(corpus: Corpus, folder: Path) -> None:
    write_rows(folder / "news.jsonl", ROWS)
    assert counts(corpus.sync()) == (5, 0, 0, 0)
    gale = articles(corpus)["news.jsonl#gale"]
    assert (gale.title, gale.text, gale.origins.title) == ("Gale warning", ROWS[0]["body"], "column")
    assert passages(corpus, "Zephyrine")[0].chunk.source == "news.jsonl#gale"
    with corpus.reading() as index:
        assert index.restrict(["news.jsonl"]).sources == ("news.jsonl#gale", "news.jsonl#market")
        assert index.restrict(["news.jsonl#gale"]).sources == ("news.jsonl#gale",)


def test_an_edit_of_one_row_leaves_the_others_as_they_are(corpus: Corpus, folder: Path) -> None:
    write_rows(folder / "news.jsonl", ROWS)
    corpus.sync()
    moved = ROWS[1] | {"body": ROWS[1]["body"].replace("customs house", "railway station")}
    write_rows(folder / "news.jsonl", [ROWS[0], moved])
    assert counts(corpus.sync()) == (0, 1, 0, 4)
    assert "railway" in passages(corpus, "fish market")[0].chunk.text
    write_rows(folder / "news.jsonl", [moved])
    assert counts(corpus.sync()) == (0, 0, 1, 4)
    (folder / "news.jsonl").unlink()
    assert counts(corpus.sync()) == (0, 0, 1, 3)


def test_a_row_without_text_is_told_and_the_others_are_read(corpus: Corpus, folder: Path) -> None:
    write_rows(folder / "news.jsonl", [ROWS[0], {"id": "none", "headline": "Nothing", "body": " "}])
    report = corpus.sync()
    assert counts(report) == (4, 0, 0, 0)
    assert [(skip.path, skip.why) for skip in report.skipped] == [("news.jsonl#none", "holds no text")]
    assert corpus.sync().skipped == report.skipped


def test_a_packed_text_is_read_as_its_content(corpus: Corpus, folder: Path) -> None:
    (folder / "gale.txt.gz").write_bytes(gzip.compress(b"Gale warning\n\nA gale named Zephyrine is expected.\n"))
    corpus.sync()
    assert articles(corpus)["gale.txt.gz"].title == "Gale warning"


def test_a_sidecar_tells_of_its_article_and_an_edit_of_it_is_seen(corpus: Corpus, folder: Path) -> None:
    for outlet in ("Holt Gazette", "Bay Observer"):
        write_story(folder / "comet.meta.json", json.dumps({"outlet": outlet, "published": "2025-11"}))
        corpus.sync()
        comet = articles(corpus)["comet.txt"]
        assert (comet.outlet, comet.origins.outlet) == (outlet, "sidecar")
        assert (comet.published, comet.precision) == (date(2025, 11, 1), "month")
        assert passages(corpus, "comet")[0].chunk.outlet == outlet
    (folder / "comet.meta.json").unlink()
    corpus.sync()
    assert articles(corpus)["comet.txt"].outlet == ""


def test_a_sidecar_that_cannot_be_read_is_told_and_its_article_is_read(corpus: Corpus, folder: Path) -> None:
    write_story(folder / "comet.txt.meta.json", "[1, 2")
    report = corpus.sync()
    assert counts(report) == (3, 0, 0, 0)
    assert [skip.path for skip in report.skipped] == ["comet.txt.meta.json"]


def test_a_file_that_no_format_understands_is_told_and_tried_again_when_it_changes(
    corpus: Corpus, folder: Path
) -> None:
    (folder / "report.pdf").write_bytes(b"%PDF-1.4 nothing more")
    (folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9)
    report = corpus.sync()
    assert sorted(skip.path for skip in report.skipped) == ["picture.txt", "report.pdf"]
    assert all(skip.why for skip in report.skipped)
    write_story(folder / "picture.txt", "A word on pictures\n\nThis one is worth a thousand of them.\n")
    assert counts(corpus.sync()) == (1, 0, 0, 3)


def test_copies_are_one_account_and_told_once(corpus: Corpus, folder: Path) -> None:
    for number in range(30):
        edited = WIRE.replace("Bridge closed", f"Hul bridge {number}: closed").replace("next week", "Monday week")
        write_story(folder / f"wire/{number:02}.txt", edited)
    write_story(folder / "own.txt", OTHER_ACCOUNT)
    corpus.sync()
    found = passages(corpus, "Why is the Hul bridge closed?", candidates=4)
    sources = [passage.chunk.source for passage in found]
    assert sum(source.startswith("wire/") for source in sources[:4]) == 1
    assert "own.txt" in sources
    assert len({passage.chunk.source for passage in found}) >= 3, "copies leave room for others"
    with corpus.reading() as index:
        assert len(index.accounts.copies_of("wire/07.txt")) == 29
        assert index.accounts.copies_of("own.txt") == ()
        assert index.accounts.count(["wire/01.txt", "wire/02.txt", "own.txt"]) == 2


def test_what_only_one_copy_tells_is_found_beside_the_account(corpus: Corpus, folder: Path) -> None:
    more = "Divers of the navy looked at the piers on Sunday and found an unexploded shell beside one of them.\n"
    for number in range(5):
        write_story(folder / f"wire/{number}.txt", WIRE)
    write_story(folder / "wire/longer.txt", f"{WIRE}\n{more}")
    corpus.sync()
    with corpus.reading() as index:
        assert "wire/longer.txt" in index.accounts.copies_of("wire/0.txt")
    assert any(
        "unexploded shell" in passage.chunk.text for passage in passages(corpus, "unexploded shell", candidates=3)
    )


def test_an_edited_copy_is_no_copy_any_more(corpus: Corpus, folder: Path) -> None:
    write_story(folder / "one.txt", WIRE)
    write_story(folder / "two.txt", WIRE)
    corpus.sync()
    with corpus.reading() as index:
        assert index.accounts.copies_of("one.txt") == ("two.txt",)
    write_story(folder / "two.txt", OTHER_ACCOUNT)
    corpus.sync()
    with corpus.reading() as index:
        assert index.accounts.copies_of("one.txt") == ()


def test_many_edits_one_by_one_leave_the_index_as_one_built_afresh(
    corpus: Corpus, folder: Path, tmp_path: Path, model_cache: Path
) -> None:
    for number in range(60):
        write_story(
            folder / f"{number}.txt", f"Report {number}\n\nShip {number} sailed with {number * 7} passengers.\n"
        )
    corpus.sync()
    for number in range(5):
        write_story(folder / f"{number}.txt", f"Report {number}\n\nThe ship {number} sank, said captain Ada Rem.\n")
        corpus.sync()
    with corpus.reading() as index:
        assert index.seal.base < index.seal.number, "the files of the first build are read on"
    afresh = open_index(folder, tmp_path / "afresh", model_cache, chunk_tokens=160)
    afresh.embeddings = corpus.embeddings
    afresh.sync()
    for query in ("Which ship sank?", "Ada Rem", "people of ship 41", "captain"):
        one, other = passages(corpus, query), passages(afresh, query)
        assert [passage.chunk for passage in one] == [passage.chunk for passage in other]
        assert [passage.score for passage in one] == pytest.approx([passage.score for passage in other], abs=1e-5)
    afresh.close()


def test_a_date_filter_takes_a_month_for_any_of_its_days_and_tells_of_the_undated(corpus: Corpus, folder: Path) -> None:
    write_story(folder / "comet.meta.json", '{"published": "2025-11"}')
    write_story(folder / "budget.meta.json", '{"published": "2025-12-02", "outlet": "The Lund Courier"}')
    corpus.sync()
    with corpus.reading() as index:
        november = index.restrict(since=date(2025, 11, 30), until=date(2025, 11, 30))
        assert november.sources == ("comet.txt",)
        assert november.notices == ("1 article carries no date and was left out by the date filter",)
        assert index.restrict(until=date(2025, 10, 31)).sources == ()
        assert index.restrict(outlet="the lund courier").sources == ("budget.txt",)


def test_stories_stay_where_they_were(corpus: Corpus) -> None:
    corpus.sync()
    for source, article in articles(corpus).items():
        assert article.text == STORIES[source]
        assert article.published_from == "unknown"


def test_a_hundred_edits_of_one_report_are_one_account(corpus: Corpus, folder: Path) -> None:
    words = "old small red long grey narrow famous wooden quiet iron".split()
    for number in range(100):
        edited = WIRE.replace("The bridge", f"The {words[number % 10]} bridge")
        edited = edited.replace("a ferry", f"a {words[number // 10]} ferry")
        write_story(folder / f"wire/{number:02}.txt", edited)
    corpus.sync()
    with corpus.reading() as index:
        assert len(index.accounts.copies_of("wire/50.txt")) >= 95
