"""Questions asked by several processes at once, each with models of its own; one process asks while few are left."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from evals.benchmarks.articles import ArticleFiles, write_articles
from evals.benchmarks.asking import Asker, SettledFootnote
from evals.benchmarks.beir import Query, rows_of
from evals.benchmarks.results import Row
from qa.settings import Settings
from vectorstore.embedding.onnx_model import cores
from vectorstore.errors import UserError

MOST_WORKERS = 4
"""Each holds models and an index: about 600 MB."""
_FEWEST_EACH = 25
"""Questions that are worth the start of a process."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a process needs to ask: the set, the folder of its files and index, and the settings."""

    path: Path
    home: Path
    settings: Settings

    def files(self) -> ArticleFiles:
        """The articles of the set as files; written on the first call."""
        return write_articles(rows_of(self.path), self.home / "articles")

    def footnote(self, files: ArticleFiles) -> SettledFootnote:
        """Footnote over them, with its index beside them."""
        return SettledFootnote(
            self.settings.model_copy(update={"corpus_dir": files.folder, "index_dir": self.home}),
        )


def usual_workers(settings: Settings) -> int:
    """One a core, and one alone with a chat model, whose server may count or bill what is asked at once."""
    return 1 if settings.chat_model else min(cores(), MOST_WORKERS)


def ask_at_once(opening: Opening, asker: Asker, queries: Sequence[Query], *, workers: int) -> Iterator[Row]:
    """Rows as they are done; raises UserError."""
    workers = min(workers, len(queries) // _FEWEST_EACH)
    if workers < 2:
        yield from map(asker, queries)
        return
    waiting = iter(queries)
    with ProcessPoolExecutor(workers, get_context("spawn"), _leave_interrupts_to_the_parent) as pool:
        try:
            running = {pool.submit(_ask, opening, query) for query in islice(waiting, 2 * workers)}
            while running:
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                running |= {pool.submit(_ask, opening, query) for query in islice(waiting, len(finished))}
                yield from map(Future.result, finished)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _ask(opening: Opening, query: Query) -> Row:
    """A UserError becomes a plain one: its kinds take other arguments than their text, and do not travel."""
    try:
        return _asker(opening)(query)
    except UserError as error:
        raise UserError(str(error)) from None


@lru_cache(maxsize=1)
def _asker(opening: Opening) -> Asker:
    files = opening.files()
    footnote = opening.footnote(files)
    footnote.sync()
    return Asker(footnote, files)
