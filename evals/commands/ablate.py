"""`python -m evals ablate`: what each part of retrieval and answering is worth, in one table."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from evals.commands.options import CorpusOption, QuestionsOption, console, progress_bar, settings_for
from evals.examples import QUESTIONS_DIR
from vectorstore.errors import UserError

if TYPE_CHECKING:
    from evals.ablation import Variant

_HEAD = ("answer", "passages", "hit@1", "hit@5", "nDCG@5", "right, cited", "citation precision", "left rightly",
         "left wrongly", "+1/0/−1")  # fmt: skip
_MARKED = re.compile(r"(?<=<!-- ablation -->\n).*?(?=<!-- /ablation -->)", re.DOTALL)


def ablate_parts(
    corpus: CorpusOption = None,
    questions: QuestionsOption = QUESTIONS_DIR,
    *,
    json_: Annotated[Path | None, typer.Option("--json", help="Write the figures as JSON.")] = None,
    into: Annotated[
        Path | None, typer.Option("--into", help="Put the table into this file, between its ablation marks.")
    ] = None,
) -> None:
    """Measure dense, BM25 and hybrid retrieval, without and with the reader, under each answerer."""
    from evals.ablation import ablate
    from evals.saved import write_text
    from evals.suite import prepare

    job = prepare(settings_for(corpus), questions)
    if into:
        read_marked(into)  # a file without a place is told before minutes of asking
    with progress_bar("asking") as progress:
        found = list(ablate(job.settings, job.examples, job.corpus, progress=progress))
    table = Table(*_HEAD, title=f"{len(job.examples)} examples")
    for variant in found:
        table.add_row(*_cells(variant))
    console().print(table)
    if json_:
        write_text(json_, json.dumps([_row(variant) for variant in found], ensure_ascii=False, indent=1) + "\n")
    if into:
        write_text(into, _MARKED.sub(lambda _: to_markdown(found), read_marked(into)))


def to_markdown(found: Sequence[Variant]) -> str:
    """The table as Markdown, a part more in each row: the first stages, then both of them, then the reader."""
    from evals.ablation import TOP_PASSAGE
    from evals.report.markdown import table

    chosen = [one for one in found if one.answerer != TOP_PASSAGE and (not one.reranked or one.retrieval == "hybrid")]
    return "\n".join(table(_HEAD, [_cells(variant) for variant in chosen], text_columns=2)) + "\n"


def read_marked(path: Path) -> str:
    """A file with a place for the table; raises UserError when it has none."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}") from error
    if not _MARKED.search(text):
        raise UserError(f"{path} has no place for the table; write <!-- ablation --> and <!-- /ablation --> into it")
    return text


def _cells(variant: Variant) -> list[str]:
    from evals.ablation import COLUMNS

    summary = variant.run.summary()
    figures = [f"{found.value:.2f}" if (found := summary[name]) else "–" for name in COLUMNS]
    return [variant.answerer, variant.retrieval + " + reader" * variant.reranked, *figures]


def _row(variant: Variant) -> dict[str, Any]:
    scores = {name: found.value if found else None for name, found in variant.run.summary().items()}
    milliseconds = round(variant.run.latency(50) * 1000, 1)
    names = {"retrieval": variant.retrieval, "reader": variant.reranked, "answerer": variant.answerer}
    return {**names, "p50_milliseconds": milliseconds, "scores": scores}
