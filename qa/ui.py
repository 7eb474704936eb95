"""The chat page: Gradio components and what happens between them; the words and the looks are elsewhere."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.conversation import Conversation, Session
from qa.rendering import plain
from qa.source_panel import render_panel
from qa.suggestions import suggest_questions
from vectorstore.errors import UserError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from qa.footnote import Footnote

PATH = "/ui"
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
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_SUGGESTIONS_FROM_ARTICLES = 20


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


def mount(app: FastAPI, footnote: Footnote) -> FastAPI:
    """Build the page over a synced corpus and mount it at `PATH`; returns the mounted app, not yet started."""
    gradio = import_gradio()
    page = build_page(footnote)
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


def build_page(footnote: Footnote) -> Any:
    """The page as Gradio blocks, one conversation for each browser tab."""
    import gradio as gr

    with gr.Blocks(title="Footnote", analytics_enabled=False, fill_width=True, delete_cache=(3600, 86400)) as page:
        session = gr.State(Session(), time_to_live=4 * 3600)
        gr.HTML(lambda: _header(footnote), elem_id="fn-header", padding=False)
        with gr.Row(elem_id="fn-desk"):
            with gr.Column(scale=3, min_width=320, elem_id="fn-main"):
                chat, box, buttons = _talk(gr)
            with gr.Column(scale=2, min_width=300, elem_id="fn-side"):
                panel = gr.HTML(render_panel([]), elem_id="fn-panel", padding=False)
        _connect(gr, footnote, session=session, shown=(chat, panel, *buttons), box=box)
        suggestions = cache(lambda: _suggestions(footnote))
        # After the page is there: trying them takes a second, and warms the models for the first real question.
        page.load(
            lambda: gr.update(examples=[{"text": question} for question in suggestions()]), None, [chat], **_QUIET
        )
    page.queue(default_concurrency_limit=8, max_size=64, status_update_rate="auto")
    return page


def _talk(gr: Any) -> tuple[Any, Any, tuple[Any, ...]]:
    chat = gr.Chatbot(
        elem_id="fn-chat", show_label=False, label="Conversation", container=False, height="100%", buttons=[],
        feedback_options=None, latex_delimiters=[], group_consecutive_messages=False, layout="panel",
        placeholder=_welcome(), allow_file_downloads=False,
    )  # fmt: skip
    with gr.Row(elem_id="fn-ask"):
        box = gr.Textbox(
            elem_id="fn-box", label="Your question", show_label=False, container=False, lines=1, max_lines=6,
            placeholder="Ask the articles…", autofocus=True, scale=8,
        )  # fmt: skip
        ask = gr.Button("Ask", elem_id="fn-send", variant="primary", min_width=72, scale=0)
        stop = gr.Button("Stop", elem_id="fn-stop", visible=False, min_width=72, scale=0)
    with gr.Row(elem_id="fn-tools"):
        again = gr.Button("Ask again", elem_id="fn-again", size="sm", interactive=False, min_width=60, scale=0)
        clear = gr.Button("New conversation", elem_id="fn-clear", size="sm", min_width=60, scale=0)
    return chat, box, (ask, stop, again, clear)


def _connect(gr: Any, footnote: Footnote, *, session: Any, shown: tuple[Any, ...], box: Any) -> None:
    chat, panel, ask, stop, again, clear = shown
    view = [chat, panel, ask, stop, again]

    def show(now: Conversation, before: Conversation | None = None) -> tuple[Any, ...]:
        done = bool(now.exchanges) and not now.busy
        panel_now = gr.skip() if now.busy and before and now.panel == before.panel else now.panel
        switches = (gr.update(visible=not now.busy), gr.update(visible=now.busy), gr.update(interactive=done))
        return (now.messages, panel_now, *switches)

    def draw(steps: Iterator[Conversation]) -> Iterator[tuple[Any, ...]]:
        before = None
        for now in steps:
            yield show(now, before)
            before = now

    def asked(question: str, mine: Session) -> Iterator[tuple[Any, ...]]:
        # A second Enter while an answer comes leaves the text where it is.
        if question.strip() and not mine.conversation.busy:
            yield from (("", *drawn) for drawn in draw(mine.ask(footnote, question)))
        else:
            yield (gr.skip(),) * (1 + len(view))

    def asked_example(event: Any, mine: Session) -> Iterator[tuple[Any, ...]]:
        yield from asked(str(event.value["text"]), mine)

    def asked_again(mine: Session) -> Iterator[tuple[Any, ...]]:
        yield from draw(mine.ask_again(footnote))

    asked_example.__annotations__["event"] = gr.SelectData
    # Each question ends by itself when it was stopped, so that no late word of it can cover what came after.
    freely = {"trigger_mode": "multiple", **_QUIET}
    gr.on([box.submit, ask.click], asked, [box, session], [box, *view], **freely)
    chat.example_select(asked_example, [session], [box, *view], **freely)
    again.click(asked_again, [session], view, **freely)
    stop.click(lambda mine: show(mine.stop()), [session], view, queue=False, **_QUIET)
    clear.click(lambda mine: ("", *show(mine.clear())), [session], [box, *view], queue=False, **_QUIET)


def _header(footnote: Footnote) -> str:
    answerer = "extractive — no language model" if footnote.model == "extractive" else footnote.model
    try:
        count = len(footnote.articles())
    except UserError as error:
        return _masthead(str(error))
    articles = f"{count} article{'' if count == 1 else 's'}"
    return _masthead(f"{footnote.settings.corpus_dir.name or 'articles'} · {articles}", f"Answers: {answerer}")


def _masthead(*facts: str) -> str:
    told = "".join(f"<span>{plain(fact)}</span>" for fact in facts)
    return f'<header class="fn-masthead"><h1>Footnote</h1><p>{told}</p></header>'


def _welcome() -> str:
    return (
        '<div class="fn-welcome"><h2>Ask the articles</h2>'
        "<p>Every statement of an answer carries a footnote: an exact quote, shown in its article.</p></div>"
    )


def _suggestions(footnote: Footnote) -> list[str]:
    """Tried on the answerer itself when that costs nothing."""
    if footnote.model != "extractive":
        return suggest_questions(_some_articles(footnote), answerable=lambda _: True)
    with suppress(UserError):
        return suggest_questions(
            _some_articles(footnote), answerable=lambda question: not footnote.ask(question).abstained
        )
    return []


def _some_articles(footnote: Footnote) -> list[Any]:
    return [footnote.article(article.source) for article in footnote.articles()[:_SUGGESTIONS_FROM_ARTICLES]]


def _head() -> str:
    here = Path(__file__).parent
    style, script = (here / "page.css").read_text("utf-8"), (here / "page.js").read_text("utf-8")
    return f"<style>{style}</style><script>{script}</script>"


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
