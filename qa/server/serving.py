"""The web server: answers at once with a loading page, indexes the articles and loads the chat page behind it."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from qa.server.layers import add_layers, may_edit
from qa.server.listening import address, listen
from qa.server.loading_page import ICON, loading_page
from qa.server.startup import NotYet, Startup, in_daemon_thread
from vectorstore.errors import CorpusEmpty, UserError
from vectorstore.types import IndexReport

if TYPE_CHECKING:
    from uvicorn import Server

    from qa.footnote import Footnote
    from qa.settings import Settings
    from vectorstore.indexing import Progress

_SEEN_WITHIN_SECONDS = 2.0
"""How long a start-up error waits to be read by a page that is open."""
_STEP_SECONDS = 2.0
"""How long a step of what is done in quiet may take."""
_OF_AN_ARTICLE = ("source", "start", "end")
"""What an address of an article holds, such as those that programs are given with footnotes."""
_log = logging.getLogger(__name__)


def serve(
    settings: Settings,
    open_footnote: Callable[[], Footnote],
    *,
    host: str,
    port: int,
    on_ready: Callable[[str], None],
) -> None:
    """Serve the chat page until Ctrl-C or SIGTERM; `on_ready` gets the address, which answers before all is loaded.

    Raises PortInUse and SettingsError at once, and whatever stops the start, after the open pages have shown it.
    """
    listening = listen(host, port)
    import uvicorn

    app = build_app(settings, open_footnote, host=host, on_failure=lambda: setattr(server, "should_exit", True))
    server = uvicorn.Server(
        uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, ws="none", lifespan="on",
            proxy_headers=False, timeout_graceful_shutdown=1,
        )
    )  # fmt: skip
    on_ready(address(listening, host))
    with listening, _quiet_end(server), _sigterm_like_ctrl_c(), suppress(KeyboardInterrupt):
        server.run(sockets=[listening])
    startup: Startup = app.state.startup
    if startup.error is not None:
        raise startup.error


def build_app(
    settings: Settings,
    open_footnote: Callable[[], Footnote],
    *,
    host: str = "127.0.0.1",
    on_failure: Callable[[], None] = lambda: None,
) -> FastAPI:
    """The web application; opens and indexes the articles and loads the page in the background once it runs.

    `host` is the address that is listened on. Raises SettingsError.
    """
    startup = Startup()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        stop = asyncio.Event()
        running = asyncio.create_task(_run(app, startup, open_footnote, stop=stop, on_failure=on_failure))
        yield
        stop.set()
        if not startup.ready:
            running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.startup = startup
    app.add_middleware(NotYet, startup=startup)
    app.add_middleware(CORSMiddleware, allow_origins=[])
    app.state.is_editable = may_edit(settings, host=host)
    add_layers(app, settings, host=host)
    _add_routes(app, startup)
    return app


def _add_routes(app: FastAPI, startup: Startup) -> None:
    @app.get("/", response_model=None)
    async def front(request: Request) -> Response:
        if startup.ready:
            place = f"{request.scope.get('root_path', '')}/ui/"
            return RedirectResponse(place, headers={"Cache-Control": "no-store"})
        startup.watched = True
        page = loading_page(startup.failure or startup.note, failed=startup.error is not None)
        return HTMLResponse(page, headers={"Cache-Control": "no-store"})

    @app.get("/article")
    async def article(request: Request) -> Response:
        asked = [(name, value) for name, value in request.query_params.multi_items() if name in _OF_AN_ARTICLE]
        words = urlencode([("article" if name == "source" else name, value) for name, value in asked])
        return RedirectResponse(f"{request.scope.get('root_path', '')}/ui/?{words}")

    @app.get("/favicon.ico")
    async def favicon() -> Response:
        return Response(ICON, media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/ready", response_model=None)
    async def ready() -> Response:
        if startup.error is not None:
            startup.seen.set()
        state = {
            "ready": startup.ready, "answers": startup.answers, "note": startup.note, "error": startup.failure,
        }  # fmt: skip
        return JSONResponse(state, status_code=200 if startup.ready else 503, headers={"Cache-Control": "no-store"})


async def _run(
    app: FastAPI,
    startup: Startup,
    open_footnote: Callable[[], Footnote],
    *,
    stop: asyncio.Event,
    on_failure: Callable[[], None],
) -> None:
    """From a bare server to a page that answers, and until the server stops."""
    try:
        mounted, footnote = await in_daemon_thread(lambda: _prepare(app, startup, open_footnote))
        from qa.server.mounting import look_over_in_quiet
        from qa.ui import page as ui

        async with mounted.router.lifespan_context(mounted), app.state.mcp_running:
            ui.start(mounted)
            startup.note, startup.ready = "Ready", True
            quiet = _in_background(lambda: look_over_in_quiet(app.state.desk, footnote))
            await stop.wait()
        app.state.desk.close()
        await asyncio.to_thread(quiet.join, _STEP_SECONDS)  # else its files were closed under it
        footnote.close()
    except Exception as error:
        startup.error = error
        if not isinstance(error, UserError):
            _log.exception("The page could not be loaded")
        if startup.watched:
            with suppress(TimeoutError):
                await asyncio.wait_for(startup.seen.wait(), _SEEN_WITHIN_SECONDS)
        on_failure()


def _prepare(app: FastAPI, startup: Startup, open_footnote: Callable[[], Footnote]) -> tuple[FastAPI, Footnote]:
    """Open the articles, from when on questions are answered, and then the page, which takes longest to load."""
    from qa.ui import page

    page.keep_private()
    footnote = open_footnote()
    report = _first_sync(
        footnote,
        progress=lambda done, of: setattr(startup, "note", f"Indexing {min(done + 1, of)} of {of} articles…"),
    )
    startup.note = "Loading the page…"
    from qa.server.mounting import add_routes, warm_up

    desk = add_routes(app, footnote, report)
    warm_up(desk)
    startup.answers = True
    return page.mount(app, desk, footnote), footnote


def _first_sync(footnote: Footnote, *, progress: Progress) -> IndexReport:
    """Bring the index in line; a folder without articles is one where they are still to be added."""
    try:
        return footnote.sync(progress=progress)
    except CorpusEmpty as empty:
        _log.warning("%s; articles can be added while this runs", empty)
        return IndexReport(skipped=empty.skipped)


def _in_background(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, name="footnote-quiet", daemon=True)
    thread.start()
    return thread


@contextmanager
def _quiet_end(server: Server) -> Iterator[None]:
    """Keep uvicorn from complaining about pages that were still open when the server was stopped."""
    logger = logging.getLogger("uvicorn.error")

    def is_news(_: logging.LogRecord) -> bool:
        return not server.should_exit

    logger.addFilter(is_news)
    try:
        yield
    finally:
        logger.removeFilter(is_news)


@contextmanager
def _sigterm_like_ctrl_c() -> Iterator[None]:
    """Let SIGTERM end the server as Ctrl-C does; uvicorn passes signals on to whoever handled them before."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
