"""The articles as tools for other programs' models: a server of the Model Context Protocol, over HTTP or stdio."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import BaseModel, Field

from qa.asynchronous import AsyncAnswerStream
from qa.problems import in_words
from qa.server.asked import ask_options, restriction
from qa.server.mcp_shapes import AnswerShape, ArticleShape, PassagesShape, answer_as_text
from vectorstore.errors import SettingsError

if TYPE_CHECKING:
    from mcp.server import MCPServer

    from qa.footnote import Footnote

PATH = "/mcp"
_INSTALL = 'a server for MCP clients needs the package mcp, version 2; run: pip install "footnote[mcp]"'
_ABOUT = (
    "Answers questions over one folder of articles. Each statement of an answer carries a footnote: an exact quote at "
    "exact offsets in a file. What the articles do not tell is not answered."
)

Question = Annotated[str, Field(description="a question in plain words, which stands for itself", max_length=4000)]
Query = Annotated[str, Field(description="words or a question to search for", max_length=4000)]
Sources = Annotated[list[str] | None, Field(description="only these articles, by the file names that the tools give")]
Outlet = Annotated[str, Field(description="only articles of this newspaper, agency or site")]
Since = Annotated[str, Field(description="only articles published on or after 2025-11-30, 2025-11 or 2025")]
Until = Annotated[str, Field(description="only articles published on or before 2025-11-30, 2025-11 or 2025")]
Passages = Annotated[int, Field(description="most passages to return", ge=1, le=50)]
Source = Annotated[str, Field(description="file name of the article, as the other tools give it")]
Start = Annotated[int, Field(description="first character to read, counted from 0", ge=0)]
End = Annotated[int | None, Field(description="character to stop before; none: as much as is read at once")]


class McpApp(NamedTuple):
    """The server over HTTP: serve `app` at `PATH` while `running` is entered, which can be done once."""

    app: Any
    running: AbstractAsyncContextManager[None]


def mcp_app(footnote: Footnote) -> McpApp:
    """The tools over streamable HTTP, without sessions; raises SettingsError without the package.

    It looks at no Host and no Origin: the server's own guard does, for all that is served.
    """
    server = build_server(footnote)
    from mcp.server.transport_security import TransportSecuritySettings

    unguarded = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    app = server.streamable_http_app(streamable_http_path=PATH, stateless_http=True, transport_security=unguarded)
    return McpApp(app, server.session_manager.run())


def run_stdio(footnote: Footnote) -> None:
    """Serve the tools over stdin and stdout until stdin ends; raises SettingsError without the package.

    Standard output belongs to the protocol: what anything else prints meanwhile goes to standard error.
    """
    build_server(footnote).run("stdio")


def build_server(footnote: Footnote) -> MCPServer[Any]:
    """The server with its tools; raises SettingsError when the package is missing or too old."""
    try:
        from mcp.server import MCPServer
    except ImportError as error:
        raise SettingsError(_INSTALL) from error
    with _own_logging():
        server: MCPServer[Any] = MCPServer("footnote", title="Footnote", description=_ABOUT, instructions=_ABOUT)
    _add_ask(server, footnote)
    _add_search(server, footnote)
    _add_read_article(server, footnote)
    return server


def _add_ask(server: MCPServer[Any], footnote: Footnote) -> None:
    async def ask(
        question: Question, sources: Sources = None, outlet: Outlet = "", since: Since = "", until: Until = ""
    ) -> Any:
        """Answer a question from the articles, with footnotes.

        Each footnote is an exact quote with its file and its offsets. Where the articles do not tell, `abstained` is
        true and nothing is claimed: do not make up an answer then. Cite the footnotes you use.
        """

        async def answered() -> tuple[BaseModel, str]:
            options = ask_options(sources=sources, outlet=outlet, since=since, until=until)
            async with AsyncAnswerStream(lambda: footnote.stream(question, **options)) as stream:
                answer = await stream.answer()
            return AnswerShape.of(answer), answer_as_text(answer)

        return await _result(answered())

    _add(server, ask, title="Ask the articles", returns=AnswerShape)


def _add_search(server: MCPServer[Any], footnote: Footnote) -> None:
    async def search(
        query: Query,
        k: Passages = 8,
        sources: Sources = None,
        outlet: Outlet = "",
        since: Since = "",
        until: Until = "",
    ) -> Any:
        """Find the passages of the articles that are nearest to a query, best first, without an answer."""

        async def found() -> tuple[BaseModel, str]:
            within = restriction(sources=sources, outlet=outlet, since=since, until=until)
            passages = PassagesShape.of(await asyncio.to_thread(lambda: footnote.search(query, k=k, **within)))
            return passages, passages.as_text()

        return await _result(found())

    _add(server, search, title="Search the articles", returns=PassagesShape)


def _add_read_article(server: MCPServer[Any], footnote: Footnote) -> None:
    async def read_article(source: Source, start: Start = 0, end: End = None) -> Any:
        """Read an article's own text, or the part of it around a footnote; at most 20,000 characters at once."""

        async def read() -> tuple[BaseModel, str]:
            article = ArticleShape.of(await asyncio.to_thread(footnote.article, source), start, end)
            return article, article.as_text()

        return await _result(read())

    _add(server, read_article, title="Read an article", returns=ArticleShape)


def _add(server: MCPServer[Any], tool: Callable[..., Awaitable[Any]], *, title: str, returns: type[BaseModel]) -> None:
    """Add a tool that only reads; its result has a fixed shape and a text of our own."""
    from mcp.types import CallToolResult, ToolAnnotations

    tool.__annotations__["return"] = Annotated[CallToolResult, returns]
    reads = ToolAnnotations(title=title, read_only_hint=True, idempotent_hint=True, open_world_hint=False)
    server.add_tool(tool, title=title, annotations=reads)


async def _result(work: Awaitable[tuple[BaseModel, str]]) -> Any:
    """A tool's result; an error is a result too, for the calling model to read."""
    from mcp.types import CallToolResult, TextContent

    try:
        data, text = await work
    except Exception as error:
        return CallToolResult(content=[TextContent(type="text", text=in_words(error))], is_error=True)
    return CallToolResult(
        content=[TextContent(type="text", text=text)], structured_content=data.model_dump(mode="json")
    )


@contextmanager
def _own_logging() -> Iterator[None]:
    """Keep the package from configuring the logging of the whole process, which it does where nobody has."""
    root, nothing = logging.getLogger(), logging.NullHandler()
    root.addHandler(nothing)
    try:
        yield
    finally:
        root.removeHandler(nothing)
