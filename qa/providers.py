"""What differs between providers of chat models: package, key, and the names of their options."""

from __future__ import annotations

import importlib.util
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from vectorstore.errors import ModelUnavailable

_REASONS_ALONE = re.compile(r"o[1-9]|gpt-[5-9]")
"""OpenAI models that refuse any temperature but their own."""
_PLACEHOLDER_KEY = "none-needed"


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as LangChain's `init_chat_model` knows it, and how its options are called."""

    name: str
    module: str
    extra: str = ""
    """The extra of this package that installs it; none: its own package."""
    keys: tuple[str, ...] = ()
    """Environment variables, any of which holds its key."""
    limit: str = "max_tokens"
    address: str = "base_url"
    options: Mapping[str, Any] = field(default_factory=lambda: {"max_retries": 0})

    @property
    def install(self) -> str:
        """The line that installs what is missing."""
        return f"pip install 'footnote[{self.extra}]'" if self.extra else f"pip install {self.module.replace('_', '-')}"


_KNOWN = (
    Provider("openai", "langchain_openai", "openai", ("OPENAI_API_KEY",)),
    Provider("anthropic", "langchain_anthropic", "anthropic", ("ANTHROPIC_API_KEY",)),
    Provider("ollama", "langchain_ollama", "ollama", limit="num_predict", options={}),
    Provider("google_genai", "langchain_google_genai", "google", ("GOOGLE_API_KEY", "GEMINI_API_KEY")),
    Provider("mistralai", "langchain_mistralai", "mistral", ("MISTRAL_API_KEY",)),
    Provider("groq", "langchain_groq", "groq", ("GROQ_API_KEY",)),
    Provider("deepseek", "langchain_deepseek", "deepseek", ("DEEPSEEK_API_KEY",), address="api_base"),
)
PROVIDERS = {provider.name: provider for provider in _KNOWN} | {p.extra: p for p in _KNOWN}
"""By LangChain's name, and by the name of the extra: `google` and `google_genai` are one."""


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """What a chat model is opened with."""

    base_url: str
    temperature: float
    timeout_seconds: float
    max_answer_tokens: int
    window_tokens: int
    """What a server that must be told reserves for prompt and answer."""


def find_provider(spec: str, name: str) -> Provider:
    """The provider of a spec, installed and with its key; others than the known ones are left to LangChain."""
    provider = PROVIDERS.get(name)
    if provider is None:
        return Provider(name, "", options={})
    if importlib.util.find_spec(provider.module) is None:
        raise ModelUnavailable(spec, f"its package is not installed; run: {provider.install}")
    return provider


def check_key(spec: str, provider: Provider, base_url: str) -> None:
    """Raise ModelUnavailable when the provider's variable is not set; a server of one's own needs none."""
    if provider.keys and not base_url and not any(os.environ.get(key) for key in provider.keys):
        raise ModelUnavailable(spec, f"its key is missing; set the variable {provider.keys[0]}")


def check_address(spec: str, base_url: str) -> None:
    """Raise ModelUnavailable when `base_url` is no web address."""
    where = "(QA_CHAT_BASE_URL, or QA_FALLBACK_BASE_URL)"
    if base_url and not re.match(r"https?://[^/\s]", base_url):
        raise ModelUnavailable(spec, f"the address of its server must start with http:// or https:// {where}")
    if base_url and not shown_address(base_url):
        raise ModelUnavailable(spec, f"the address of its server is none; is its port a number? {where}")


def shown_address(base_url: str) -> str:
    """The server of an address, without the user names, keys and paths that it may hold; nothing for no address."""
    try:
        parts = urlsplit(base_url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{port}" if host else ""


def unknown_provider(spec: str, name: str) -> ModelUnavailable:
    """The error for a provider that nobody knows, with the nearest name."""
    nearest = get_close_matches(name, list(PROVIDERS), n=1)
    hint = f"did you mean {nearest[0]}?" if nearest else f"the usual ones are {', '.join(sorted(PROVIDERS))}"
    return ModelUnavailable(spec, f"there is no provider {name!r}; {hint}")


def client_options(provider: Provider, model: str, options: ModelOptions) -> dict[str, Any]:
    """The keyword arguments for `init_chat_model`; every client gets a time-out, as none has one by itself."""
    chosen: dict[str, Any] = {"temperature": options.temperature, **provider.options}
    if options.base_url:
        chosen[provider.address] = options.base_url
    if provider.name == "ollama":
        return chosen | _ollama_options(options)
    if provider.module:
        # Mistral's client takes whole seconds only.
        whole = provider.name == "mistralai"
        chosen["timeout"] = math.ceil(options.timeout_seconds) if whole else options.timeout_seconds
    chosen[provider.limit] = options.max_answer_tokens
    if options.base_url and provider.keys and not any(os.environ.get(key) for key in provider.keys):
        chosen["api_key"] = _PLACEHOLDER_KEY
    return chosen | _openai_changes(model, options) if provider.name == "openai" else chosen


def _ollama_options(options: ModelOptions) -> dict[str, Any]:
    return {
        # Ollama cuts a longer prompt silently at its own default.
        "num_ctx": options.window_tokens,
        "num_predict": options.max_answer_tokens,
        "client_kwargs": {"timeout": options.timeout_seconds},
    }


def _openai_changes(model: str, options: ModelOptions) -> dict[str, Any]:
    if options.base_url:
        # Compatible servers know `max_tokens`; LangChain would send the newer name, which many do not.
        extra = {"extra_body": {"max_tokens": options.max_answer_tokens}, "max_tokens": None}
        return {"stream_usage": True, "use_responses_api": False, **extra}
    alone = {"temperature": None} if _REASONS_ALONE.match(model) else {}
    return {"stream_usage": True, **alone}
