"""`python -m evals new`: draft a folder of questions from the user's own articles, or from what readers rated."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from evals.commands.options import CorpusOption, console, settings_for
from evals.corpus import Corpus, read_corpus
from evals.drafting import Drafted, draft_rated, draft_set
from evals.drafting.writing import refuse_what_is_there, set_files, write_set
from qa.history.feedback import read_feedback
from vectorstore.errors import UserError


def new(
    *,
    corpus: CorpusOption = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="New folder for the questions.")],
    per_article: Annotated[int, typer.Option(min=1, help="Drafts per article, at most.")] = 6,
    limit: Annotated[int | None, typer.Option(min=1, help="Drafts in all, at most.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed chooses other drafts.")] = 0,
    from_feedback: Annotated[
        Path | None,
        typer.Option(help="Draft from the answers that readers rated: the feedback.jsonl of the index folder."),
    ] = None,
) -> None:
    """Draft questions from articles, to be edited by hand; a third of them have no answer there."""
    refuse_what_is_there(output)
    folder = settings_for(corpus).corpus_dir
    articles = read_corpus(folder)
    if from_feedback:
        drafted = _of_feedback(from_feedback, articles, limit=limit)
    else:
        drafted = draft_set(articles, per_article=per_article, limit=limit, seed=seed)
    files = set_files(drafted, corpus_name=folder.name, corpus_fingerprint=articles.fingerprint)
    write_set(output, files)
    _tell(drafted, folder, output=output)


def _of_feedback(path: Path, articles: Corpus, *, limit: int | None) -> tuple[Drafted, ...]:
    """Drafts of the answers that were rated last; raises UserError where none is."""
    read = read_feedback(path)
    if not read.rated:
        raise UserError(f"{path} holds no rated answer; readers rate them with the thumbs of the page")
    if read.damaged:
        console().print(f"Damaged lines of {path}, left out: {read.damaged}")
    return draft_rated(read.rated, articles)[-limit if limit else 0 :]


def _tell(drafted: tuple[Drafted, ...], folder: Path, *, output: Path) -> None:
    kinds = Counter(one.kind for one in drafted)
    page = console()
    page.print(f"{len(drafted)} drafts in {output}: {', '.join(f'{n} {kind}' for kind, n in kinds.items())}")
    page.print(f"Put each into your own words, then: python -m evals lint --corpus {folder} --questions {output}")
