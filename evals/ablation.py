"""What each part is worth: every first stage, without and with the reader, under each answerer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from evals.corpus import Corpus, Evidence
from evals.examples import Example
from evals.references import quoting
from evals.runner import Progress, Row, Run, run
from evals.scoring import score, score_failure
from qa import Settings, open_corpus
from qa.types import Answer, Turn

RETRIEVALS = ("dense", "bm25", "hybrid")
TOP_PASSAGE = "top passage"
COLUMNS = (
    "hit@1", "hit@5", "ndcg@5", "right_with_citation", "citation_precision", "abstention_recall", "over_abstention",
    "utility",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Variant:
    """One cell of the grid."""

    retrieval: str
    reranked: bool
    """The reader reads what was found, orders it, and has its say in the answer."""
    answerer: str
    """`top passage` (quotes it, never abstains), `extractive`, or the spec of a chat model."""
    run: Run


def variants(settings: Settings) -> list[Settings]:
    """The settings of the grid: each first stage without and with the reader, by each answerer that is configured."""
    answerers = dict.fromkeys(("", settings.chat_model))
    return [
        settings.model_copy(update={"retrieval": retrieval, "reader": reader, "chat_model": chat_model})
        for chat_model in answerers
        for reader in (False, True)
        for retrieval in RETRIEVALS
    ]


def ablate(
    settings: Settings, examples: Sequence[Example], corpus: Corpus, *, progress: Progress | None = None
) -> Iterator[Variant]:
    """Run the grid; an extractive run also gives the row of its top passage, which costs nothing more."""
    for chosen in variants(settings):
        with open_corpus(None, chosen) as footnote:
            footnote.sync()

            def answer(question: str, history: Sequence[Turn], ask: Callable[..., Answer] = footnote.ask) -> Answer:
                return ask(question, history=history)

            found = run(answer, examples, corpus, progress=progress)
        if not chosen.chat_model:
            yield Variant(chosen.retrieval, chosen.reader, TOP_PASSAGE, _top_passages(found, corpus))
        yield Variant(chosen.retrieval, chosen.reader, chosen.chat_model or "extractive", found)


def _top_passages(found: Run, corpus: Corpus) -> Run:
    return Run(tuple(_top_passage(row, corpus) for row in found.rows))


def _top_passage(row: Row, corpus: Corpus) -> Row:
    if row.answer is None or row.error:
        return replace(row, scores=score_failure(row.example))
    passages = row.answer.passages
    if not passages:
        return row
    first = passages[0].chunk
    quoted = quoting(row.answer.question, [Evidence(first.source, first.start, first.end)], corpus)
    answer = replace(quoted, passages=passages)
    return replace(row, answer=answer, scores=score(row.example, answer, corpus))
