"""The product's checker, as the evals use it: the claims of an answer and its passages in, statements out."""

from __future__ import annotations

from collections.abc import Sequence

from qa.drafts import Statement
from qa.evidence import Voice
from qa.marks import DraftSentence
from qa.places import corpus_options
from qa.reading import load_entailment
from qa.settings import Settings
from qa.vector_cache import VectorCache
from qa.verifying.checker import Checker
from vectorstore.embedding import Embeddings, load_embeddings
from vectorstore.types import Passage


class ClaimChecker:
    """Checks claims as a chat model's answer is checked, each marked with all passages that are given."""

    def __init__(self, embeddings: Embeddings, entailment: Voice | None = None) -> None:
        self.embeddings = embeddings
        self._entailment = entailment
        self._checker = Checker(embed=VectorCache(embeddings).embed, entailment=entailment)

    def check(self, claims: Sequence[str], passages: Sequence[Passage]) -> tuple[Statement, ...]:
        """A statement for each claim of one answer, with verdict, support and the reason where it has none."""
        check = self._checker.against(passages)
        marks = tuple(range(1, len(passages) + 1))
        return tuple(check(DraftSentence(claim, marks, before=" ", is_heading=False)) for claim in claims)

    def anew(self) -> ClaimChecker:
        """The same models, with no vector remembered."""
        return ClaimChecker(self.embeddings, self._entailment)


def open_checker(settings: Settings) -> ClaimChecker:
    """The checker under these settings; raises ModelUnavailable."""
    options = corpus_options(settings)
    embeddings = load_embeddings(options.embedding_model, cache_dir=options.cache_dir)
    named = settings.entailment_model
    return ClaimChecker(embeddings, load_entailment(named) if named else None)
