"""The chat page: Gradio components and what happens between them; the words and the looks are elsewhere."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.problems import in_words
from qa.server.typed import add_typed
from qa.ui.frames import Frame, failure_frame
from qa.ui.orders import read_order

if TYPE_CHECKING:
    from fastapi import FastAPI

    from qa.footnote import Footnote
    from qa.ui.desk import Desk

PATH = "/ui"
_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_PRIVACY = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_MCP_SERVER": "False",
    "GRADIO_SHARE": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "ANONYMIZED_TELEMETRY": "False",
}
_SANS = ("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
_MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")
_MODULES = (
    "main", "dom", "talk", "answer_actions", "conversation_tools", "scope", "reader", "rail", "articles",
)  # fmt: skip
_ON_FRAME = "watch('value', () => window.footnote && window.footnote.draw(props.value));"


def keep_private() -> None:
    """Switch off what the libraries below would report to their makers; call it before they are imported."""
    os.environ.update(_PRIVACY)


def import_gradio() -> Any:
    """Import gradio, in half of its usual five seconds."""
    keep_private()
    with suppress(Exception):
        _without_stub_writing()
    import gradio

    return gradio


def mount(app: FastAPI, desk: Desk, footnote: Footnote) -> FastAPI:
    """Build the page and mount it at `PATH`; returns the mounted app, not yet started."""
    gradio = import_gradio()
    page = build_page(desk, footnote)
    theme = gradio.themes.Base(
        primary_hue="neutral", secondary_hue="neutral", neutral_hue="stone", font=_SANS, font_mono=_MONO
    )
    gradio.mount_gradio_app(
        app, page, PATH, theme=theme, head=_head(), show_error=False, footer_links=[], run_history=False,
        ssr_mode=False, mcp_server=False, pwa=False, enable_monitoring=False, max_file_size="1kb",
    )  # fmt: skip
    mounted: FastAPI = next(getattr(route, "app") for route in app.routes if getattr(route, "path", "") == PATH)  # noqa: B009
    return mounted


def start(mounted: FastAPI) -> None:
    """What Gradio does when its server starts; the server was already running."""
    blocks = mounted.get_blocks()  # type: ignore[attr-defined]
    blocks.run_startup_events()


def build_page(desk: Desk, footnote: Footnote) -> Any:
    """The page as Gradio blocks: its parts, the text box, and the events that carry questions and answers."""
    import gradio as gr

    with gr.Blocks(title="Footnote", analytics_enabled=False, fill_width=True) as page:
        with gr.Column(elem_id="fn-app"):
            gr.HTML(_part("masthead"), elem_id="fn-top")
            gr.HTML(_part("rail"), elem_id="fn-rail")
            with gr.Column(elem_id="fn-main"):
                gr.HTML(_part("talk"), elem_id="fn-middle")
                gr.HTML(_part("composer"), elem_id="fn-composer")
                with gr.Row(elem_id="fn-ask"):
                    gr.Textbox(
                        elem_id="fn-box", label="Your question", show_label=False, container=False, lines=1,
                        max_lines=8, placeholder="Ask the articles…", scale=8,
                    )  # fmt: skip
                    gr.Button("Ask", elem_id="fn-send", variant="primary", min_width=72, scale=0)
                    gr.Button("Stop", elem_id="fn-stop", min_width=72, scale=0)
            gr.HTML(_part("reader"), elem_id="fn-side")
        go = gr.Button("Go", elem_id="fn-go", visible="hidden")
        _connect(gr, desk, go.click)
        add_typed(gr, footnote)
    page.queue(default_concurrency_limit=None, max_size=512, status_update_rate="auto")
    return page


def _connect(gr: Any, desk: Desk, asks: Any) -> None:
    """From a question to the frames of its answer: the page gives the order, and draws what comes."""
    order = gr.JSON(visible="hidden")
    frame = gr.HTML(value=None, html_template="", js_on_load=_ON_FRAME, elem_id="fn-frame", visible="hidden")

    async def asked(data: object, request: Any) -> AsyncIterator[Frame]:
        if data:
            async for one in answering(desk, request.request.state.visitor, data):
                yield one

    asked.__annotations__["request"] = gr.Request
    # Several answers may be on their way in one page: of conversations that were left while they came.
    asks(
        asked, [order], [frame], js="() => [window.footnote.takeOrder()]", trigger_mode="multiple",
        concurrency_limit=None, show_progress="hidden", api_visibility="private",
    )  # fmt: skip


async def answering(desk: Desk, visitor: str, data: Any) -> AsyncIterator[Frame]:
    """The frames of an answer, asked or on its way already; any error is a frame too."""
    try:
        follows = data.get("follow") if isinstance(data, dict) else None
        underway = desk.following(visitor, str(follows)) if follows else desk.ask(visitor, read_order(data))
        if underway is None:
            yield desk.last_frame(visitor, str(follows))
            return
        async for frame in underway.frames():
            yield frame
    except Exception as error:
        yield failure_frame(in_words(error))


def _part(name: str) -> str:
    return (_HERE / "parts" / f"{name}.html").read_text("utf-8")


def _head() -> str:
    """Style and scripts, by addresses that hold wherever the page is mounted."""
    preloads = "".join(f'<link rel="modulepreload" href="../page/static/{name}.js">' for name in _MODULES)
    icon = '<link rel="icon" href="../favicon.ico">'
    style = '<link rel="stylesheet" href="../page/static/page.css">'
    return f'{icon}{style}{preloads}<script type="module" src="../page/static/main.js"></script>'


def _without_stub_writing() -> None:
    """Keep Gradio from rewriting its own .pyi files, which takes half of the time of its import."""
    spec = importlib.util.find_spec("gradio")
    if "gradio" in sys.modules or spec is None or spec.loader is None:
        return
    package = importlib.util.module_from_spec(spec)
    sys.modules["gradio"] = package
    try:
        from gradio import component_meta

        component_meta.create_or_modify_pyi = lambda *_: None
        spec.loader.exec_module(package)
    except BaseException:
        for name in [name for name in sys.modules if name.partition(".")[0] == "gradio"]:
            del sys.modules[name]
        raise
