"""The view of the corpus over HTTP: articles listed, read, added, removed, brought back, for the page's own script."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from qa.commands.coverage import file_of
from qa.commands.showing import show_article
from qa.editing import ArticleFiles, Upload
from qa.server.telling import Refused, TellingRoute
from qa.ui.listing import Listed, Sort, Texts, listing, web_address
from qa.ui.segments import Mark, segments, visible
from vectorstore.errors import CorpusEmpty, UserError
from vectorstore.formats.registry import SUFFIXES
from vectorstore.types import IndexReport, Skipped
from vectorstore.within import day_in_words

if TYPE_CHECKING:
    from qa.footnote import Footnote

_AT_ONCE = 4
_PIECE = 1 << 20
_SILENCE_SECONDS = 30.0
_MOST_MARKS = 200
_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class _View:
    """What the routes share: the corpus, its files if they may be edited, and what the last sync left out."""

    def __init__(self, footnote: Footnote, files: ArticleFiles | None, skipped: Sequence[Skipped]) -> None:
        self.footnote = footnote
        self.texts = Texts()
        self.skipped = tuple(skipped)
        self.slots = asyncio.Semaphore(_AT_ONCE)
        self._files = files

    @property
    def files(self) -> ArticleFiles:
        """The files; raises UserError when they may not be edited here."""
        if self._files is None:
            raise Refused(403, "articles cannot be added or removed here (QA_UPLOADS)")
        return self._files

    def allowance(self) -> dict[str, Any]:
        """Whether articles can be added, and within what limits."""
        files = self._files
        if files is None:
            return {"editable": False, "limits": {"file_mb": 0, "files": 0, "suffixes": []}}
        limits = {"file_mb": files.max_file_mb, "files": files.most_files, "suffixes": sorted(SUFFIXES)}
        return {"editable": True, "limits": limits}

    def sync(self) -> IndexReport:
        """Bring the index in line, and remember what was left out; while another one indexes that is not known."""
        before = len(self.footnote.articles())
        try:
            report = self.footnote.sync()
        except CorpusEmpty as empty:
            report = IndexReport(removed=before, skipped=empty.skipped)
        if report.unchanged or report.changed or self.footnote.corpus.is_empty:
            self.skipped = report.skipped
        return report


def corpus_routes(footnote: Footnote, files: ArticleFiles | None, *, skipped: Sequence[Skipped] = ()) -> APIRouter:
    """Routes below `/page/`; without `files` nothing can be edited; `skipped` is what the last sync left out."""
    router = APIRouter(prefix="/page", route_class=TellingRoute)
    view = _View(footnote, files, skipped)
    _add_reading(router, view)
    _add_editing(router, view)
    return router


def _add_reading(router: APIRouter, view: _View) -> None:
    @router.get("/articles")
    def articles(
        *,
        search: Annotated[str, Query(max_length=500)] = "",
        outlet: Annotated[str, Query(max_length=500)] = "",
        since: str = "",
        until: str = "",
        sort: Sort = "title",
        descending: bool = False,
        offset: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> JSONResponse:
        if view.footnote.corpus.is_empty:
            return JSONResponse(_listed(Listed(0, (), view.skipped, ())) | view.allowance())
        with view.footnote.corpus.reading() as index:
            listed = listing(
                index, view.skipped, texts=view.texts, search=search, outlet=outlet, since=_day(since),
                until=_day(until), sort=sort, descending=descending, offset=offset, limit=limit,
            )  # fmt: skip
        return JSONResponse(_listed(listed) | view.allowance())

    @router.get("/article")
    def article(
        source: str,
        mark: Annotated[list[str] | None, Query(max_length=_MOST_MARKS)] = None,
        around: Annotated[int | None, Query(ge=0)] = None,
    ) -> JSONResponse:
        return JSONResponse(article_json(view.footnote, source, [_mark(one) for one in mark or ()], around=around))

    @router.post("/sync")
    def sync() -> JSONResponse:
        report = view.sync()
        counts = {name: getattr(report, name) for name in ("added", "replaced", "removed", "unchanged", "chunks")}
        return JSONResponse(counts | {"skipped": _skipped(report.skipped), "notices": list(report.notices)})


def _add_editing(router: APIRouter, view: _View) -> None:
    @router.post("/articles")
    async def add(request: Request, name: Annotated[str, Query(max_length=1000)]) -> JSONResponse:
        files = view.files
        _check_length(request, files.max_file_mb)
        async with view.slots:
            upload = await run_in_threadpool(files.begin, name)
            try:
                await _receive(request, upload)
                added = await run_in_threadpool(upload.finish)
            finally:
                await run_in_threadpool(upload.close)
        return JSONResponse({"source": added.source, "articles": added.articles})

    @router.delete("/articles")
    def remove(source: str) -> JSONResponse:
        gone = file_of(source)
        known = sum(file_of(article.source) == gone for article in view.footnote.articles())
        removed = view.files.remove(source)
        return JSONResponse({"token": removed.token, "articles": known})

    @router.post("/articles/restore")
    def restore(token: str) -> JSONResponse:
        return JSONResponse({"sources": list(view.files.restore(token))})


async def _receive(request: Request, upload: Upload) -> None:
    """Write what comes in pieces of a megabyte; a sender who falls silent is not waited for."""
    gathered = bytearray()
    coming = request.stream()
    try:
        while True:
            piece = await asyncio.wait_for(anext(coming), _SILENCE_SECONDS)
            gathered += piece
            if len(gathered) >= _PIECE:
                await run_in_threadpool(upload.write, bytes(gathered))
                gathered.clear()
    except StopAsyncIteration:
        await run_in_threadpool(upload.write, bytes(gathered))
    except TimeoutError as error:
        raise Refused(408, "the file stopped coming; try again") from error
    except UserError:
        raise
    except Exception as error:
        if await request.is_disconnected():
            raise Refused(400, "the file did not come whole; try again") from error
        raise


def _check_length(request: Request, max_file_mb: float) -> None:
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > max_file_mb * 1_000_000:
        raise Refused(413, f"larger than {max_file_mb:g} MB (QA_MAX_FILE_MB)")


def article_json(
    footnote: Footnote, source: str, marks: Sequence[Mark], *, around: int | None = None
) -> dict[str, Any]:
    """An article as `/page/article` gives it, cut at its marks; raises CorpusMissing when there is no such."""
    with footnote.corpus.reading() as index:
        shown = show_article(index, source)
    excerpt = segments(shown.text, marks, around=around)
    return {
        "source": source,
        "title": visible(shown.title),
        "outlet": visible(shown.outlet),
        "author": visible(shown.author),
        "published": day_in_words(shown.published, shown.precision),
        "url": web_address(shown.url),
        "language": shown.language,
        "copies": list(shown.copies),
        "pages": shown.pages,
        "characters": len(shown.text),
        "chunks": shown.chunks,
        "paragraphs": [[asdict(segment) for segment in paragraph] for paragraph in excerpt.paragraphs],
        "before": excerpt.before,
        "after": excerpt.after,
    }


def _listed(listed: Listed) -> dict[str, Any]:
    return {
        "total": listed.total,
        "articles": [asdict(row) for row in listed.articles],
        "skipped": _skipped(listed.skipped),
        "outlets": [{"name": name, "articles": count} for name, count in listed.outlets],
    }


def _skipped(skipped: Sequence[Skipped]) -> list[dict[str, str]]:
    return [asdict(skip) for skip in skipped]


def _day(given: str) -> date | None:
    """A day of a form, which sends an empty one for none."""
    try:
        return date.fromisoformat(given) if given else None
    except ValueError as error:
        raise Refused(422, f"{given!r} is no day; write it as 2025-11-30") from error


def _mark(given: str) -> Mark:
    """`number:start:end`, in characters of the article."""
    parts = given.split(":")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) < 12 for part in parts):
        raise Refused(422, f"{given!r} is no mark; write it as number:start:end")
    return Mark(*map(int, parts))
