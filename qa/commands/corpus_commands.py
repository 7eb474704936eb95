"""The commands that look after the articles: index, show, status, coverage, doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa.commands.console import CorpusOption, JsonOption, fields, opened, say, synced, write, write_exactly

if TYPE_CHECKING:
    from qa.footnote import Footnote
    from vectorstore.types import IndexReport


def index(
    corpus: CorpusOption = None,
    *,
    json_: JsonOption = False,
    purge: Annotated[bool, typer.Option("--purge", help="Erase all traces of removed articles at once.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Then follow the folder until Ctrl-C.")] = False,
) -> None:
    """Bring the index in line with the folder of articles."""
    from qa.terminal import as_json, report_lines
    from vectorstore.errors import UserError

    if watch and (json_ or purge):
        raise UserError("--watch goes with neither --json nor --purge; leave one of them out")
    with opened(corpus) as footnote:
        if watch:
            _follow(footnote)
            return
        report = _purged(footnote) if purge else synced(footnote)
        write(as_json(fields(report)) if json_ else "\n".join(report_lines(report)))


def _purged(footnote: Footnote) -> IndexReport:
    """Also of what was removed on the page, and could have been brought back."""
    from shutil import rmtree

    from qa.places import removed_files

    rmtree(removed_files(footnote.settings), ignore_errors=True)
    return footnote.corpus.purge()


def show(
    source: Annotated[str, typer.Argument(help="The article, as `qa status` names it.")],
    corpus: CorpusOption = None,
    *,
    start: Annotated[int, typer.Option("--start", help="First character, counted from 0.", min=0)] = 0,
    end: Annotated[int | None, typer.Option("--end", help="The character after the last one.", min=0)] = None,
    json_: JsonOption = False,
) -> None:
    """Print the exact text of an article, in which the offsets of footnotes count."""
    from qa.commands.showing import show_article, sources_named
    from qa.terminal import as_json, plain

    with opened(corpus) as footnote:
        report = synced(footnote)
        with footnote.corpus.reading() as open_index:
            names = sources_named(open_index, source, skipped=report.skipped)
            if names != (source,):
                write(as_json({"source": source, "articles": names}) if json_ else plain("\n".join(names)))
                return
            shown = show_article(open_index, source, start=start, end=end)
        if json_:
            write(as_json(fields(shown)))
        else:
            write_exactly(shown.text)


def status(corpus: CorpusOption = None, *, json_: JsonOption = False) -> None:
    """Tell what is indexed and how, after bringing the index in line with the folder."""
    from qa.terminal import as_json

    with opened(corpus) as footnote:
        report = synced(footnote)
        facts = _status(footnote, report)
        write(as_json(facts) if json_ else _status_text(facts))


def coverage(corpus: CorpusOption = None, *, json_: JsonOption = False) -> None:
    """Count articles by outlet, month, language and format; list undated, double and skipped ones."""
    from qa.commands.coverage import coverage as covered_by
    from qa.commands.coverage import coverage_lines
    from qa.terminal import as_json

    with opened(corpus) as footnote:
        report = synced(footnote)
        with footnote.corpus.reading() as open_index:
            covered = covered_by(open_index, report.skipped)
        write(as_json(fields(covered)) if json_ else "\n".join(coverage_lines(covered)))


def doctor(corpus: CorpusOption = None, *, json_: JsonOption = False) -> None:
    """Check the installation, the articles and the index, and mend what can be mended."""
    from qa.commands.doctor import diagnose, finding_line, healthy
    from qa.terminal import as_json

    findings = []
    with opened(corpus) as footnote:
        for finding in diagnose(footnote.settings, footnote.corpus):
            findings.append(finding)
            if not json_:
                write(finding_line(finding))
    if json_:
        write(as_json({"healthy": healthy(findings), "findings": [fields(finding) for finding in findings]}))
    if not healthy(findings):
        raise typer.Exit(1)


COMMANDS = (index, show, status, coverage, doctor)


def _follow(footnote: Footnote) -> None:
    from qa.commands.watching import follow, looks_at

    options = footnote.corpus.options
    looks = looks_at(options.folder, ignoring=options.home)
    follow(lambda: synced(footnote), looks, show=write, warn=say)


def _status(footnote: Footnote, report: IndexReport) -> dict[str, Any]:
    articles = footnote.articles()
    with footnote.corpus.reading() as open_index:
        seal = open_index.seal
    return {
        "corpus": str(footnote.corpus.options.folder),
        "index": str(footnote.corpus.options.home),
        "articles": len(articles),
        "chunks": seal.chunks,
        "undated": sum(article.published is None for article in articles),
        "generation": seal.number,
        "embedding_model": footnote.corpus.embeddings.model,
        "embedding_backend": footnote.corpus.embeddings.backend,
        "answers_by": footnote.model,
        "sources": [{"source": article.source, "title": article.title} for article in articles],
        "skipped": [fields(skip) for skip in report.skipped],
        "notices": list(report.notices),
    }


def _status_text(facts: dict[str, Any]) -> str:
    from qa.terminal import cut, plain

    lines = [f"{name.replace('_', ' ')}: {value}" for name, value in facts.items() if not isinstance(value, list)]
    lines += cut([f"  {row['source']}: {row['title']}" for row in facts["sources"]])
    lines += cut([f"skipped {row['path']}: {row['why']}" for row in facts["skipped"]])
    return plain("\n".join(lines + [f"note: {notice}" for notice in facts["notices"]]))
