"""Chat models by `provider:model`, through LangChain: streamed, timed, retried, and honest about a cut-off answer."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Generator
from functools import cache
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from qa.context_windows import needed_tokens, thought_tokens, window_tokens
from qa.model_failures import CUT_OFF, FILTERED, LONGEST_WAIT_SECONDS, STOPPED, TOO_LONG, Failure, explain
from qa.providers import (
    ModelOptions,
    Provider,
    check_address,
    check_key,
    client_options,
    find_provider,
    shown_address,
    unknown_provider,
)
from qa.stopping import is_stopped, on_stop
from qa.types import Usage
from vectorstore.errors import ModelCallFailed, ModelUnavailable

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

_RETRIES = 2
_BACK_OFF_SECONDS = 0.5
_TOTAL_SILENCES = 5
"""A whole answer may take this many times the longest silence."""
_CHARACTERS_A_TOKEN = 12
"""More than any language needs: a server that ignores the token limit is stopped by it."""
_ENDED_WELL = frozenset({"stop", "end_turn", "stop_sequence", "complete", "eos", "eos_token", "done"})
_ENDED_LONG = frozenset({"length", "max_tokens", "model_length"})
_ENDED_FILTERED = frozenset({"content_filter", "safety", "refusal", "recitation", "prohibited_content"})


class ModelReply:
    """One call: iterate for pieces of text; then `usage`, `complete`, and `cause` when it is not complete."""

    def __init__(self, model: ChatModel, messages: list[BaseMessage]) -> None:
        self.usage = Usage()
        self.complete = False
        self.cause = ""
        self.spec = model.spec
        self.notices: tuple[str, ...] = ()
        self._model = model
        self._messages = messages
        self._characters = 0
        self._ending = ""

    def __iter__(self) -> Generator[str, None, None]:
        """Yield text as it comes; raises ModelCallFailed. Closing the iterator, or a stop, ends the call."""
        if is_stopped():
            self.cause = STOPPED
            return
        pieces: SimpleQueue[str | None] = SimpleQueue()
        call = asyncio.run_coroutine_threadsafe(self._receive(pieces.put), _loop())
        on_stop(call.cancel)
        # A call that is stopped before it begins would never say that it ended.
        call.add_done_callback(lambda _: pieces.put(None))
        try:
            while (piece := pieces.get()) is not None:
                yield piece
            if call.cancelled():
                self.cause = STOPPED
            elif failure := call.result():
                # Raised here and from nothing: the client's exception may hold the server's text and a key.
                raise ModelCallFailed(self._model.spec, failure.cause)
        finally:
            call.cancel()

    async def _receive(self, put: Callable[[str | None], None]) -> Failure | None:
        for attempt in range(_RETRIES + 1):
            failure = await self._attempt(put)
            if failure is None or not failure.retry or self._characters or attempt == _RETRIES:
                return failure
            if failure.wait_seconds > LONGEST_WAIT_SECONDS:
                return failure
            await asyncio.sleep(failure.wait_seconds or _BACK_OFF_SECONDS * 2**attempt)
        return None

    async def _attempt(self, put: Callable[[str | None], None]) -> Failure | None:
        limit = self._model.options.timeout_seconds
        try:
            async with asyncio.timeout(_TOTAL_SILENCES * limit):
                await self._read(put, limit)
        except Exception as error:
            return explain(error, key=self._model.key_variable, address=self._model.address, timeout_seconds=limit)
        return self._judge_ending()

    async def _read(self, put: Callable[[str | None], None], silence_seconds: float) -> None:
        chunks = self._model.client.astream(self._messages)
        most = self._model.options.max_answer_tokens * _CHARACTERS_A_TOKEN
        try:
            while True:
                # A client's own time-out restarts with every ping of the server; this one does not.
                async with asyncio.timeout(silence_seconds):
                    chunk = await anext(chunks, None)
                if chunk is None:
                    return
                if text := self._take(chunk):
                    put(text)
                if self._characters > most:
                    self._ending = "length"
                    return
        finally:
            await chunks.aclose()  # type: ignore[attr-defined]

    def _take(self, chunk: Any) -> str:
        told = chunk.response_metadata
        ending = told.get("finish_reason") or told.get("stop_reason") or told.get("done_reason")
        self._ending = str(ending or ("done" if told.get("done") else "") or self._ending).lower()
        if usage := chunk.usage_metadata:
            self.usage = Usage(
                self.usage.input_tokens + usage["input_tokens"], self.usage.output_tokens + usage["output_tokens"]
            )
        text = str(chunk.text)
        self._characters += len(text)
        return text

    def _judge_ending(self) -> Failure | None:
        self.complete = self._ending in _ENDED_WELL
        if not self.complete:
            long, filtered = self._ending in _ENDED_LONG, self._ending in _ENDED_FILTERED
            self.cause = TOO_LONG if long else FILTERED if filtered else CUT_OFF
        return None if self.complete or self._characters else Failure(self.cause, retry=not self._ending)


class ChatModel:
    """A chat model that is set up; `stream` may be called from several threads at once."""

    def __init__(self, spec: str, client: BaseChatModel, *, options: ModelOptions, key_variable: str = "") -> None:
        self.spec = spec
        self.client = client
        self.options = options
        self.key_variable = key_variable
        self.address = shown_address(options.base_url)

    def stream(self, system: str, user: str) -> ModelReply:
        """Ask; nothing is sent before the reply is iterated."""
        from langchain_core.messages import HumanMessage, SystemMessage

        return ModelReply(self, [SystemMessage(system), HumanMessage(user)])


def open_chat_model(
    spec: str,
    *,
    base_url: str = "",
    temperature: float = 0.0,
    timeout_seconds: float = 60.0,
    max_answer_tokens: int = 800,
    context_tokens: int = 3000,
    context_window: int = 0,
) -> ChatModel:
    """Set up `provider:model`; asks no server. Raises ModelUnavailable(spec, fix).

    `context_window` is what the model takes at most, prompt and answer, in tokens; 0: as known of its family.
    """
    name, _, model = spec.partition(":")
    name = name.strip().lower().replace("-", "_")
    if not name or not model.strip():
        raise ModelUnavailable(spec, "write it as provider:model, for example ollama:llama3.2")
    needed = needed_tokens(spec, context_tokens, answer_tokens=max_answer_tokens)
    window = min(needed, window_tokens(spec, context_window))
    limit = max_answer_tokens + thought_tokens(spec)
    options = ModelOptions(base_url, temperature, timeout_seconds, limit, window)
    check_address(spec, base_url)
    provider = find_provider(spec, name)
    check_key(spec, provider, base_url)
    client = _client(spec, provider, model.strip(), options=options)
    return ChatModel(spec, client, options=options, key_variable=next(iter(provider.keys), ""))


def _client(spec: str, provider: Provider, model: str, *, options: ModelOptions) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    wanted = client_options(provider, model, options)
    try:
        client: BaseChatModel = init_chat_model(model, model_provider=provider.name, **wanted)
    except ImportError as error:
        package = _package_of(error)
        raise ModelUnavailable(spec, f"its package is not installed; run: pip install {package}") from None
    except ValueError as error:
        raise _misfit(spec, provider, error) from None
    except Exception:
        raise ModelUnavailable(spec, "its client cannot be set up; is its key set?") from None
    if hasattr(client, "stream_chunk_timeout"):
        client.stream_chunk_timeout = None  # ours counts instead, and may be longer
    return client


def _package_of(error: ImportError) -> str:
    named = re.search(r"pip install (?:-\S+ )*[\"']?([\w.\[\]-]+)", str(error))
    return named[1] if named else f"langchain-{error.name or 'community'}"


def _misfit(spec: str, provider: Provider, error: ValueError) -> ModelUnavailable:
    if "Unsupported provider" in str(error):
        return unknown_provider(spec, provider.name)
    return ModelUnavailable(spec, "its client does not accept these settings; is its key set, and its name right?")


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One event loop for all calls: LangChain shares connections between models, and those belong to one loop."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="chat-models", daemon=True).start()
    return loop
