"""Settings: one flat, frozen value read from arguments, environment, `.env`, and defaults, in that order."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from vectorstore.errors import SettingsError

PREFIX = "QA_"
_PLACES = {"corpus_dir", "index_dir", "cache_dir", "chroma_url", "chat_base_url", "fallback_base_url", "host", "port"}
_RECORDS = {"price_input", "price_output", "traces"}
_SERVED = {"chat_models", "history", "uploads", "upload_files"}
_DOOR = {"password", "logins", "allowed_hosts", "root_path", "trusted_proxies"}
"""Where things are, what they cost or record and who is served change no answer: they are not in the fingerprint."""
EXTRACTIVE = "extractive"
"""As a fallback model: the answerer that needs none."""


class Settings(BaseSettings):
    """Everything that can be set; each is `QA_` plus its name in capitals in the environment."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", frozen=True, extra="forbid", dotenv_filtering="match_prefix"
    )

    corpus_dir: Path = Field(Path("seeds"), description="folder of articles")
    index_dir: Path = Field(Path(".footnote"), description="folder of the library and the index")
    cache_dir: Path | None = Field(None, description="folder of converted models; none: the user's cache folder")
    embedding_model: str = Field(
        "all-MiniLM-L6-v2", description="sentence-transformers model, by name or folder", min_length=1
    )
    chroma_url: str = Field("", description="address of a Chroma server; none: Chroma inside the process")
    chunk_tokens: int = Field(160, ge=32, le=4000, description="longest chunk, in tokens of the encoding")
    encoding: Literal["cl100k_base", "o200k_base"] = Field(
        "cl100k_base", description="tiktoken encoding that counts tokens"
    )
    retrieval: Literal["hybrid", "dense", "bm25"] = Field("hybrid", description="first-stage retrieval method")
    candidates: int = Field(40, ge=1, le=500, description="passages each retrieval method proposes")
    k: int = Field(8, ge=1, le=50, description="passages kept for the answer")
    chat_model: str = Field("", description="chat model as provider:model; none: extractive answers")
    chat_base_url: str = Field("", description="address of an OpenAI-compatible server, or of Ollama")
    fallback_model: str = Field(
        "", description="chat model that is asked when the first one fails, or `extractive`; none: no second try"
    )
    fallback_base_url: str = Field("", description="address of the server of the fallback model")
    chat_models: str = Field(
        "", description="more chat models to choose from on the page, as provider:model, separated by commas"
    )
    temperature: float = Field(0.0, ge=0.0, le=2.0, description="temperature of the chat model")
    timeout_seconds: float = Field(
        60.0, gt=0, allow_inf_nan=False, description="longest silence of the chat model, in seconds"
    )
    max_answer_tokens: int = Field(800, ge=16, description="longest answer of the chat model, in tokens")
    context_tokens: int = Field(3000, ge=256, description="most article text shown to the chat model, in tokens")
    context_window: int = Field(
        0, ge=0, description="most that the chat model takes, prompt and answer, in tokens; 0: as known of the model"
    )
    price_input: float | None = Field(
        None, ge=0, allow_inf_nan=False, description="price of a million tokens that the chat model reads"
    )
    price_output: float | None = Field(
        None, ge=0, allow_inf_nan=False, description="price of a million tokens that the chat model writes"
    )
    unsupported: Literal["mark", "drop"] = Field(
        "mark", description="claims of the chat model that no article supports: `mark` them, or `drop` them"
    )
    entailment_model: str = Field(
        "", description="sentence-transformers CrossEncoder for entailment, one more voice on claims; none: ours alone"
    )
    traces: bool = Field(default=False, description="trace each step of a question with OpenTelemetry")
    reader: bool = Field(default=True, description="read passages with the trained reader")
    abstain_below: float = Field(
        0.38, ge=0.0, le=1.0, description="confidence under which the extractive answerer abstains"
    )
    max_file_mb: float = Field(20.0, gt=0, allow_inf_nan=False, description="largest article file, in megabytes")
    host: str = Field("127.0.0.1", description="address the web page listens on")
    port: int = Field(7860, ge=0, le=65535, description="port the web page listens on; 0: any free one")
    password: SecretStr = Field(SecretStr(""), description="password of the web page and its interfaces; none: open")
    logins: SecretStr = Field(
        SecretStr(""),
        description="names with passwords, as `anna:secret,ben:secret`; each has own conversations",
    )
    allowed_hosts: str = Field("", description="host names of the page, separated by commas; none: this machine's own")
    root_path: str = Field("", description="path below which a reverse proxy serves the page, such as /footnote")
    trusted_proxies: str = Field(
        "127.0.0.1,::1", description="addresses or networks of reverse proxies, separated by commas; `*`: any"
    )
    history: bool = Field(default=True, description="keep the page's conversations on this machine's disk")
    uploads: Literal["auto", "on", "off"] = Field(
        "auto", description="adding and removing articles on the page; auto: on this machine only, or with a password"
    )
    upload_files: int = Field(2000, ge=1, description="most files in the folder of articles for one more to be added")

    @field_validator("chat_model")
    @classmethod
    def _spec_has_provider(cls, spec: str) -> str:
        provider, colon, model = spec.partition(":")
        if spec and not (provider and colon and model):
            raise ValueError("write it as provider:model, for example ollama:llama3.2")
        return spec

    @field_validator("fallback_model")
    @classmethod
    def _fallback_is_spec_or_extractive(cls, spec: str) -> str:
        return spec if spec == EXTRACTIVE else cls._spec_has_provider(spec)

    @property
    def fingerprint(self) -> str:
        """12 hex digits over every setting that can change an answer."""
        values = self.model_dump(mode="json", exclude=_PLACES | _RECORDS | _SERVED | _DOOR)
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:12]


def load_settings(**overrides: Any) -> Settings:
    """Read the settings, arguments first; raises SettingsError with the nearest right name."""
    _refuse_unknown(_names_in_use())
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError(_first_problem(error)) from error


def _names_in_use() -> Mapping[str, object]:
    try:
        return {**dotenv_values(".env"), **os.environ}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f".env cannot be read ({error}); save it as UTF-8 text or remove it") from error


def _refuse_unknown(names: Mapping[str, object]) -> None:
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    for name in names:
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            nearest = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.0)[0]
            raise SettingsError(f"unknown setting {name}; did you mean {nearest}?")


def _first_problem(error: ValidationError) -> str:
    problem = error.errors()[0]
    name = str(problem["loc"][0]) if problem["loc"] else "settings"
    if problem["type"] == "extra_forbidden":
        nearest = difflib.get_close_matches(name, list(Settings.model_fields), n=1, cutoff=0.0)[0]
        return f"unknown setting {name}; did you mean {nearest}?"
    reason = problem["msg"].removeprefix("Value error, ")
    return f"{PREFIX}{name.upper()}={problem['input']!s}: {reason[:1].lower()}{reason[1:]}"
