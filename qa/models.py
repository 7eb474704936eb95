"""Which models are configured, reachable and missing: what `qa models` tells. No key is shown, no model is called."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from qa.context_windows import fit_context_tokens, known_window_tokens, window_tokens
from qa.model_servers import Place, Server, look_at, place_of
from qa.providers import PROVIDERS, Provider, check_address, check_key, find_provider, shown_address, unknown_provider
from qa.settings import EXTRACTIVE, Settings
from vectorstore.errors import ModelUnavailable

_NEAR_ENOUGH = 0.8
"""For a slip of the pen; `azure_openai` is no slip for `openai`."""
_SHOWN_OFFERS = 8
_ORIGINS = {
    "set": "as QA_CONTEXT_WINDOW says",
    "known": "as known of its family",
    "assumed": "assumed; QA_CONTEXT_WINDOW sets another",
}


@dataclass(frozen=True, slots=True)
class ProviderState:
    """A provider, its package, and the variable of its key; never the key."""

    name: str
    installed: bool
    install: str
    key_variable: str
    key_set: bool


@dataclass(frozen=True, slots=True)
class ChatModelState:
    """A chat model as configured; `fix` says why it cannot be used and what would help, and is empty if it can."""

    role: Literal["chat model", "fallback model"]
    spec: str
    address: str
    window_tokens: int
    window_from: Literal["set", "known", "assumed"]
    server: Server | None
    """None where no server was asked: a hosted provider, or a model that cannot be set up."""
    fix: str
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelsReport:
    """All models of a configuration."""

    chat_models: tuple[ChatModelState, ...]
    """The chat model and the one in reserve; none of both when answers are extractive."""
    fallback: str
    embedding_model: str
    embedding_backend: str
    """`onnxruntime` or `sentence-transformers`; empty until its first use has made it ready."""
    reader: Literal["ready", "missing", "off"]
    providers: tuple[ProviderState, ...]


@dataclass(frozen=True, slots=True)
class _Configured:
    role: Literal["chat model", "fallback model"]
    spec: str
    base_url: str
    place: Place | None = None
    fix: str = ""


def survey(settings: Settings) -> ModelsReport:
    """Look at everything that is configured; takes two seconds at most beyond what it imports, and raises nothing."""
    configured = [_set_up(one) for one in _configured(settings)]
    places = [one.place for one in configured if one.place]
    servers = dict(zip(places, look_at(places), strict=True))
    return ModelsReport(
        tuple(_state(one, servers.get(one.place) if one.place else None, settings) for one in configured),
        settings.fallback_model,
        settings.embedding_model,
        _embedding_backend(settings),
        _reader_state(settings),
        tuple(_provider_state(provider) for provider in {one.extra: one for one in PROVIDERS.values()}.values()),
    )


def model_lines(report: ModelsReport) -> list[str]:
    """The report as lines of plain text; what a server calls its models is not made safe for a terminal here."""
    lines = [line for state in report.chat_models for line in _chat_model_lines(state)]
    if not any(state.role == "chat model" for state in report.chat_models):
        lines.insert(0, "chat model: none, answers are extractive; set QA_CHAT_MODEL, for example to ollama:llama3.2")
    if report.fallback in ("", EXTRACTIVE):
        lines.append(f"fallback model: {report.fallback or 'none'}")
    backend = report.embedding_backend or "made ready at its first use"
    lines += [f"embedding model: {report.embedding_model} ({backend})", f"reader: {report.reader}", ""]
    return lines + [_row("provider", "package", "key")] + [_provider_row(one) for one in report.providers]


def _chat_model_lines(state: ChatModelState) -> Iterator[str]:
    yield f"{state.role}: {state.spec}" + (f" at {state.address}" if state.address else "")
    yield f"  cannot be used: {state.fix}" if state.fix else "  can be used"
    yield f"  takes {state.window_tokens} tokens, {_ORIGINS[state.window_from]}"
    yield from (f"  note: {notice}" for notice in state.notices)


def _provider_row(state: ProviderState) -> str:
    key = f"{state.key_variable} is {'set' if state.key_set else 'not set'}" if state.key_variable else "none needed"
    return _row(state.name, "installed" if state.installed else state.install, key)


def _row(provider: str, package: str, key: str) -> str:
    return f"{provider:<10} {package:<34} {key}"


def _configured(settings: Settings) -> Iterator[_Configured]:
    if settings.chat_model:
        yield _Configured("chat model", settings.chat_model, settings.chat_base_url)
    if settings.fallback_model not in ("", EXTRACTIVE):
        yield _Configured("fallback model", settings.fallback_model, settings.fallback_base_url)


def _set_up(one: _Configured) -> _Configured:
    """Where to look for its server, or why it cannot be used."""
    name = one.spec.partition(":")[0].strip().lower().replace("-", "_")
    try:
        check_address(one.spec, one.base_url)
        if name not in PROVIDERS and get_close_matches(name, PROVIDERS, n=1, cutoff=_NEAR_ENOUGH):
            raise unknown_provider(one.spec, name)
        provider = find_provider(one.spec, name)
        check_key(one.spec, provider, one.base_url)
    except ModelUnavailable as error:
        return _Configured(one.role, one.spec, one.base_url, fix=error.fix)
    return _Configured(one.role, one.spec, one.base_url, place_of(provider, one.base_url))


def _state(one: _Configured, server: Server | None, settings: Settings) -> ChatModelState:
    set_tokens = settings.context_window if one.role == "chat model" else 0
    known = known_window_tokens(one.spec)
    fix = one.fix or _server_fix(one.spec, server) or _window_fix(one.spec, settings, set_tokens=set_tokens)
    return ChatModelState(
        one.role,
        one.spec,
        server.address if server else shown_address(one.base_url),
        window_tokens(one.spec, set_tokens),
        "set" if set_tokens else "known" if known else "assumed",
        server,
        fix,
        () if fix else tuple(_notices(one.spec, server, window_tokens(one.spec, set_tokens))),
    )


def _server_fix(spec: str, server: Server | None) -> str:
    provider, _, model = spec.partition(":")
    if server is None:
        return ""
    if not server.reachable or "rejected" in server.why:
        return f"its server at {server.address}: {server.why}"
    if server.offers and not server.offer(model.strip()):
        pull = f"run: ollama pull {model}" if provider.lower() == "ollama" else f"it lists {_names(server)}"
        return f"its server at {server.address} does not have it; {pull}"
    return ""


def _window_fix(spec: str, settings: Settings, *, set_tokens: int) -> str:
    wanted, said = settings.context_tokens, settings.max_answer_tokens
    try:
        fit_context_tokens(spec, wanted, answer_tokens=said, set_tokens=set_tokens)
    except ModelUnavailable as error:
        return error.fix
    return ""


def _notices(spec: str, server: Server | None, window: int) -> Iterator[str]:
    provider, _, model = spec.partition(":")
    offer = server.offer(model.strip()) if server else None
    if offer and 0 < offer.window_tokens < window:
        yield f"its server says that it takes {offer.window_tokens} tokens; set QA_CONTEXT_WINDOW={offer.window_tokens}"
    if server and server.reachable and server.why and "rejected" not in server.why:
        yield f"its server was reached, but {server.why}"
    if provider.strip().lower().replace("-", "_") not in PROVIDERS:
        yield "its provider is left to LangChain; whether it works shows with the first question"
    elif not server:
        yield "its provider is not asked before a question is"


def _names(server: Server) -> str:
    names = [one.name for one in server.offers]
    more = f" and {len(names) - _SHOWN_OFFERS} more" if len(names) > _SHOWN_OFFERS else ""
    return ", ".join(names[:_SHOWN_OFFERS]) + more


def _provider_state(provider: Provider) -> ProviderState:
    variable = next((name for name in provider.keys if os.environ.get(name)), next(iter(provider.keys), ""))
    installed = importlib.util.find_spec(provider.module) is not None
    return ProviderState(provider.extra, installed, provider.install, variable, bool(os.environ.get(variable)))


def _embedding_backend(settings: Settings) -> str:
    from qa.places import corpus_options
    from vectorstore.embedding.conversion import ConversionUnusable, read_conversion
    from vectorstore.embedding.source import Source

    options = corpus_options(settings)
    slug = Source(settings.embedding_model, options.folder).slug
    # Only looked at, never made: that takes twenty seconds, or a download.
    for folder in options.cache_dir.glob(f"{slug}-*"):
        try:
            conversion = read_conversion(folder, folder.name.removeprefix(f"{slug}-"))
        except ConversionUnusable:
            continue
        return "onnxruntime" if conversion.outcome == "converted" else "sentence-transformers"
    return ""


def _reader_state(settings: Settings) -> Literal["ready", "missing", "off"]:
    from qa.reading import load_reader

    if not settings.reader:
        return "off"
    return "ready" if load_reader() else "missing"
