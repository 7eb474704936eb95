"""The web server: answers at once with a loading page, indexes the articles and loads the chat page behind it."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from qa.guard import Guard
from qa.listening import address, listen
from qa.loading_page import ICON, loading_page
from vectorstore.errors import UserError

if TYPE_CHECKING:
    from uvicorn import Server

    from qa.footnote import Footnote

_SEEN_WITHIN_SECONDS = 2.0
"""How long a start-up error waits to be read by a page that is open."""
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Startup:
    """How far the start has come; written by one thread, read by the pages."""

    note: str = "Looking for new and changed articles…"
    ready: bool = False
    error: Exception | None = None
    watched: bool = False
    seen: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def failure(self) -> str:
        """The error in words for a page; empty without one."""
        if self.error is None:
            return ""
        known = str(self.error) if isinstance(self.error, UserError) else "the details are in the server's log"
        return f"Footnote could not start: {known}"


def serve(footnote: Footnote, *, host: str, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve the chat page until Ctrl-C or SIGTERM; `on_ready` gets the address once it answers.

    Raises PortInUse and SettingsError at once, and whatever stops the start, after the open pages have shown it.
    """
    listening = listen(host, port)
    import uvicorn

    app = build_app(lambda: footnote, on_failure=lambda: setattr(server, "should_exit", True))
    server = uvicorn.Server(
        uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, ws="none", lifespan="on",
            timeout_graceful_shutdown=1,
        )
    )  # fmt: skip
    on_ready(address(listening, host))
    with listening, _quiet_end(server), _sigterm_like_ctrl_c(), suppress(KeyboardInterrupt):
        server.run(sockets=[listening])
    startup: Startup = app.state.startup
    if startup.error is not None:
        raise startup.error


def build_app(open_footnote: Callable[[], Footnote], *, on_failure: Callable[[], None] = lambda: None) -> FastAPI:
    """The web application; opens the corpus and loads the page in the background once it runs."""
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
    app.add_middleware(CORSMiddleware, allow_origins=[])
    app.add_middleware(Guard)
    _add_routes(app, startup)
    return app


def _add_routes(app: FastAPI, startup: Startup) -> None:
    @app.get("/", response_model=None)
    async def front() -> Response:
        if startup.ready:
            return RedirectResponse("ui/", headers={"Cache-Control": "no-store"})
        startup.watched = True
        page = loading_page(startup.failure or startup.note, failed=startup.error is not None)
        return HTMLResponse(page, headers={"Cache-Control": "no-store"})

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
        state = {"ready": startup.ready, "note": startup.note, "error": startup.failure}
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
        mounted, footnote = await _in_daemon_thread(lambda: _prepare(app, startup, open_footnote))
        from qa import ui

        async with mounted.router.lifespan_context(mounted):
            ui.start(mounted)
            startup.note, startup.ready = "Ready", True
            await stop.wait()
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
    from qa import ui

    ui.keep_private()
    footnote = open_footnote()
    footnote.sync(progress=lambda done, of: setattr(startup, "note", f"Indexing {min(done + 1, of)} of {of} articles…"))
    startup.note = "Loading the page…"
    return ui.mount(app, footnote), footnote


async def _in_daemon_thread(work: Callable[[], Any]) -> Any:
    """As `asyncio.to_thread`, but Ctrl-C does not wait for it: a sync may take minutes, and survives being killed."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()

    def settle(result: Any, error: Exception | None) -> None:
        if future.cancelled():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    def run() -> None:
        result, problem = None, None
        try:
            result = work()
        except Exception as error:
            problem = error
        with suppress(RuntimeError):  # the loop is gone: the server was stopped meanwhile
            loop.call_soon_threadsafe(settle, result, problem)

    threading.Thread(target=run, name="footnote-start", daemon=True).start()
    return await future


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
