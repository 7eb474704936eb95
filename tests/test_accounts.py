"""How many independent accounts stand behind an answer: copies of one article are one voice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from corpora import write_story

from qa import Footnote, open_corpus
from qa.accounts import standing, with_copies
from qa.drafts import Piece
from qa.settings import load_settings
from qa.types import Answer, Citation, Claim
from vectorstore.duplicates import accounts

SOURCES = ("a.txt", "b.txt", "c.txt", "d.txt")
COPIED = accounts(SOURCES, [("a.txt", "b.txt"), ("a.txt", "c.txt")])
WIRE = (
    "The ferry Aurora ran aground near Lund harbour on Monday morning in heavy fog. All 212 passengers were brought "
    "ashore by noon, the coast guard said. Captain Ines Falk told reporters that the engine had failed. The port "
    "authority closed the harbour until divers had looked at the hull.\n"
)
OWN = (
    "Rescuers at Lund\n\nVolunteers of the lifeboat station worked through the morning. They counted 212 passengers of "
    "the ferry Aurora who were brought ashore. Hot soup was served in the old customs house.\n"
)


def citing(source: str) -> Citation:
    return Citation(1, source, "", "", None, "x", 0, 1)


def test_an_article_and_its_copies_are_one_account() -> None:
    stands = standing([citing("a.txt"), citing("b.txt"), citing("d.txt")], COPIED)
    assert (stands.accounts, stands.articles) == (2, 4)


def test_footnotes_and_the_claims_that_hold_them_name_the_copies() -> None:
    one, other = citing("b.txt"), citing("d.txt")
    piece = with_copies(Piece("x", (Claim("x", (one, other), "verbatim"),), (one, other)), COPIED)
    assert [citation.copies for citation in piece.citations] == [("a.txt", "c.txt"), ()]
    assert piece.claims[0].citations == piece.citations


@pytest.mark.parametrize(
    ("accounts", "articles", "told"),
    [
        (0, 0, ""),
        (1, 1, ""),
        (1, 3, "in one account (3 articles)"),
        (2, 2, "in 2 independent accounts"),
        (2, 5, "in 2 independent accounts (5 articles)"),
    ],
)
def test_what_an_answer_stands_on_is_told_in_words(accounts: int, articles: int, told: str) -> None:
    assert Answer("q", "q", "t", accounts=accounts, articles=articles).told_in == told
    assert Answer("q", "q", "t", accounts=accounts, articles=articles, abstained=True).told_in == ""


@pytest.fixture(scope="module")
def ferry(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[Footnote]:
    """Wire copy in three papers, and an account of its own."""
    folder = tmp_path_factory.mktemp("ferry")
    for paper in "abc":
        write_story(folder / f"{paper}.txt", f"Ferry aground, paper {paper}\n\n{WIRE}")
    write_story(folder / "own.txt", OWN)
    index = tmp_path_factory.mktemp("index")
    with open_corpus(folder, load_settings(index_dir=index, cache_dir=model_cache, abstain_below=0.0)) as opened:
        yield opened


def test_copies_are_cited_once_and_named_beside(ferry: Footnote) -> None:
    answer = ferry.ask("How many passengers of the ferry Aurora were brought ashore?")
    assert "212" in answer.text
    for claim in answer.claims:
        sources = {citation.source for citation in claim.citations}
        assert len(sources & {"a.txt", "b.txt", "c.txt"}) <= 1
    copied = [citation for citation in answer.citations if citation.source != "own.txt"]
    assert copied
    for citation in copied:
        assert {citation.source, *citation.copies} == {"a.txt", "b.txt", "c.txt"}
    own = any(citation.source == "own.txt" for citation in answer.citations)
    assert (answer.accounts, answer.articles) == ((2, 4) if own else (1, 3))
    assert answer.told_in
    fields = answer.to_dict()
    assert fields["schema_version"] == 1 and fields["citations"][0]["copies"] == list(answer.citations[0].copies)


def test_the_stream_names_the_copies_as_the_answer_does(ferry: Footnote) -> None:
    coming = ferry.stream("Why did the engine fail, and when was the harbour closed?")
    for _ in coming:
        pass
    assert coming.citations == coming.answer.citations
