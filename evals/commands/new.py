"""`python -m evals new`: draft a folder of questions from the user's own articles."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from evals.commands.options import CorpusOption, console, settings_for
from evals.corpus import read_corpus
from evals.drafting import Drafted, draft_set
from evals.drafting.writing import refuse_what_is_there, set_files, write_set


def new(
    *,
    corpus: CorpusOption = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="New folder for the questions.")],
    per_article: Annotated[int, typer.Option(min=1, help="Drafts per article, at most.")] = 6,
    limit: Annotated[int | None, typer.Option(min=1, help="Drafts in all, at most.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed chooses other drafts.")] = 0,
) -> None:
    """Draft questions from articles, to be edited by hand; a third of them have no answer there."""
    refuse_what_is_there(output)
    folder = settings_for(corpus).corpus_dir
    articles = read_corpus(folder)
    drafted = draft_set(articles, per_article=per_article, limit=limit, seed=seed)
    files = set_files(drafted, corpus_name=folder.name, corpus_fingerprint=articles.fingerprint)
    write_set(output, files)
    _tell(drafted, folder, output=output)


def _tell(drafted: tuple[Drafted, ...], folder: Path, *, output: Path) -> None:
    kinds = Counter(one.example.types[0] if one.example.answerable else "unanswerable" for one in drafted)
    page = console()
    page.print(f"{len(drafted)} drafts in {output}: {', '.join(f'{n} {kind}' for kind, n in kinds.items())}")
    page.print(f"Put each into your own words, then: python -m evals lint --corpus {folder} --questions {output}")
