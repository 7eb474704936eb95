"""How many independent accounts stand behind an answer: an article and its copies are one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from qa.drafts import Draft, Piece
from qa.types import Citation
from vectorstore.duplicates import Accounts

NO_COPIES = Accounts({})
Said = TypeVar("Said", Piece, Draft)


@dataclass(frozen=True, slots=True)
class Standing:
    """The accounts that citations stand on, and the articles that these are, copies included."""

    accounts: int = 0
    articles: int = 0


def standing(citations: Sequence[Citation], accounts: Accounts) -> Standing:
    """What these citations stand on."""
    sources = {citation.source for citation in citations}
    articles = sources.union(*(accounts.copies_of(source) for source in sources))
    return Standing(accounts.count(sources), len(articles))


def with_copies(said: Said, accounts: Accounts) -> Said:
    """The same, each citation with the other articles of its account."""
    named = {one: replace(one, copies=accounts.copies_of(one.source)) for one in said.citations}
    claims = [replace(claim, citations=tuple(named[one] for one in claim.citations)) for claim in said.claims]
    return replace(said, claims=tuple(claims), citations=tuple(named.values()))
