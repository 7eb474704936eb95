"""A served page, put together: who answers, what is kept, and all routes of the page and of programs."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, MutableMapping
from contextlib import nullcontext, suppress
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles

from qa.editing import ArticleFiles
from qa.history.conversations import Conversations
from qa.history.feedback import Feedback
from qa.looking_over import look_over
from qa.places import conversations_folder, corpus_folder, feedback_file, index_folder, removed_files
from qa.server.corpus_routes import corpus_routes
from qa.server.history_routes import history_routes
from qa.server.mcp_tools import PATH as MCP_PATH
from qa.server.mcp_tools import mcp_app
from qa.server.openai_routes import openai_routes
from qa.server.page_routes import asking_route, page_routes
from qa.server.start_routes import start_routes
from qa.settings import EXTRACTIVE
from qa.types import Answer
from qa.ui.desk import Desk
from vectorstore.errors import QuestionError, SettingsError, UserError
from vectorstore.types import IndexReport

if TYPE_CHECKING:
    from qa.footnote import Footnote
    from qa.settings import Settings


_log = logging.getLogger(__name__)
_PATIENCE_SECONDS = 3.0
_MOST_LOOKED_OVER = 100
"""Articles; what is remembered of them is bounded, too."""


def add_routes(app: FastAPI, footnote: Footnote, report: IndexReport) -> Desk:
    """Add everything that needs the articles but not Gradio."""
    from qa.ui import page

    settings = footnote.settings
    footnotes = answerers(footnote)
    extractive = footnotes[EXTRACTIVE]
    conversations = Conversations(conversations_folder(settings) if settings.history else None)
    desk = Desk(footnotes, conversations)
    app.state.desk = desk
    ask = partial(_ask_in_quiet, desk, extractive, Lock())
    app.mount("/page/static", _Static(directory=page.STATIC))
    for router in (
        start_routes(footnotes, ask, notices=report.notices),
        page_routes(desk, footnote, ask),
        asking_route(desk),
        history_routes(conversations, Feedback(feedback_file(settings))),
        corpus_routes(footnote, _files(settings) if app.state.is_editable else None, skipped=report.skipped),
    ):
        app.include_router(router)
    _add_programs(app, footnotes)
    return desk


def warm_up(desk: Desk) -> None:
    """Load what the first answer needs, so that it comes as fast as any."""
    with suppress(UserError):
        desk.answerers[EXTRACTIVE].stream("Who said what?").answer  # noqa: B018


def look_over_in_quiet(desk: Desk, footnote: Footnote) -> None:
    """Look over the articles of a small corpus, in steps while nobody waits for an answer; ends with the desk."""
    try:
        for article in footnote.articles()[:_MOST_LOOKED_OVER]:
            for _ in look_over(footnote, article.source):
                while desk.is_busy:
                    time.sleep(0.02)
                if desk.is_closed:
                    return
                time.sleep(0.01)
    except Exception:
        if not desk.is_closed:  # its files are closed under it then
            _log.exception("The articles could not be looked over")


def _ask_in_quiet(desk: Desk, extractive: Footnote, turn: Lock, question: str) -> Answer:
    """Try one question at a time, while nobody waits for an answer; raises QuestionError where somebody always does."""
    until = time.monotonic() + _PATIENCE_SECONDS
    with turn:
        while desk.is_busy:
            if time.monotonic() > until:
                raise QuestionError("others are asking")
            time.sleep(0.02)
        return extractive.ask(question)


def _add_programs(app: FastAPI, footnotes: Mapping[str, Footnote]) -> None:
    """The ways in for programs; without the package `mcp` there is no `/mcp`."""
    footnote = next(iter(footnotes.values()))
    app.include_router(openai_routes({"footnote": footnote, **footnotes}))
    app.state.mcp_running = nullcontext()
    with suppress(SettingsError):
        served = mcp_app(footnote)
        app.router.add_route(MCP_PATH, served.app)  # a mount would send /mcp to /mcp/
        app.state.mcp_running = served.running


def answerers(footnote: Footnote) -> Mapping[str, Footnote]:
    """The configured answerer first, then others to choose from, by spec; `extractive` is always among them."""
    settings = footnote.settings
    others = [spec.strip() for spec in settings.chat_models.split(",")]
    specs = [footnote.model, *others, settings.fallback_model, EXTRACTIVE]
    named = dict.fromkeys(spec for spec in specs if spec)
    return {spec: footnote if spec == footnote.model else footnote.answered_by(spec) for spec in named}


def _files(settings: Settings) -> ArticleFiles:
    return ArticleFiles(
        corpus_folder(settings),
        removed=removed_files(settings),
        max_file_mb=settings.max_file_mb,
        most_files=settings.upload_files,
        ignoring=index_folder(settings),
    )


class _Static(StaticFiles):
    """Scripts and styles, asked for again by every page: a new version is never mixed with an old one."""

    async def get_response(self, path: str, scope: MutableMapping[str, Any]) -> Response:
        """The file, or a word that it has not changed."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response
