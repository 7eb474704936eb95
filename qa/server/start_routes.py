"""What a page needs when it opens: what the corpus is, who can answer, what could be asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from qa.models import survey
from qa.places import corpus_folder
from qa.server.telling import TellingRoute
from qa.settings import EXTRACTIVE
from qa.types import Answer
from qa.ui.suggestions import suggest_questions

if TYPE_CHECKING:
    from qa.footnote import Footnote

_LOOK_AGAIN_SECONDS = 20.0
_EXTRACTIVE = {
    "id": "extractive",
    "label": "exact quotes, no language model",
    "state": "ready",
    "told": "Answers are exact sentences of the articles; nothing leaves this machine.",
}
_ARTICLES_LOOKED_AT = 20


def start_routes(
    footnotes: Mapping[str, Footnote], ask: Callable[[str], Answer], *, notices: Sequence[str] = ()
) -> APIRouter:
    """Routes below `/page/`; `ask` tries questions without a model; `notices` is what the start has to tell, once."""
    router = APIRouter(prefix="/page", route_class=TellingRoute)
    extractive = footnotes[EXTRACTIVE]
    untold = list(notices)
    keeps_history = extractive.settings.history
    looks = _Looks(footnotes)
    examples = lru_cache(1)(lambda corpus: _examples(extractive, ask) if corpus else [])

    @router.get("/start")
    def start(request: Request) -> JSONResponse:
        told, untold[:] = list(untold), []
        name = corpus_folder(extractive.settings).name
        facts = {"corpus": name, "articles": len(extractive.articles()), "notices": told}
        return JSONResponse(facts | {"user": getattr(request.state, "user", None), "history": keeps_history})

    @router.get("/models")
    def models() -> JSONResponse:
        return JSONResponse({"models": looks.models()})

    @router.get("/examples")
    def questions() -> JSONResponse:
        return JSONResponse({"questions": examples(_fingerprint(extractive))})

    return router


class _Looks:
    """Whether each model can be reached, looked at again after a while."""

    def __init__(self, footnotes: Mapping[str, Footnote]) -> None:
        self._footnotes = footnotes
        self._models: list[dict[str, str]] = []
        self._until = 0.0
        self._lock = Lock()

    def models(self) -> list[dict[str, str]]:
        with self._lock:
            if time.monotonic() >= self._until:
                self._models = [_model(name, footnote) for name, footnote in self._footnotes.items()]
                self._until = time.monotonic() + _LOOK_AGAIN_SECONDS
            return self._models


def _model(name: str, footnote: Footnote) -> dict[str, str]:
    if name == "extractive":
        return _EXTRACTIVE
    state = survey(footnote.settings).chat_models[0]
    if state.fix:
        return {"id": name, "label": name, "state": "unreachable", "told": f"Cannot be used: {state.fix}"}
    place = f"at {state.address}" if state.address else "at its provider"
    told = f"Question and passages are sent to it {place}; every sentence is checked against the articles."
    return {"id": name, "label": name, "state": "ready", "told": told}


def _fingerprint(footnote: Footnote) -> str:
    """Of the articles that are indexed; empty where there are none."""
    if footnote.corpus.is_empty:
        return ""
    with footnote.corpus.reading() as index:
        return index.seal.corpus


def _examples(extractive: Footnote, ask: Callable[[str], Answer]) -> list[str]:
    articles = [extractive.article(one.source) for one in extractive.articles()[:_ARTICLES_LOOKED_AT]]
    return suggest_questions(articles, ask=ask)
