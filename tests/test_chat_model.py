"""Chat models are set up by `provider:model`: what reaches the client, and what is told when that cannot be.

How they behave once they are asked is in `test_wire_formats.py`.
"""

from __future__ import annotations

import importlib.util
import socket
import tomllib
import traceback
from pathlib import Path

import pytest
from model_server import CANARY, ModelServer, Says

from qa.chat_model import ChatModel, open_chat_model
from qa.providers import PROVIDERS
from vectorstore.errors import ModelCallFailed, ModelUnavailable

TEXT = "At least 83 people have been killed [1]."


@pytest.fixture(autouse=True)
def _canary_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)


def failure(model: ChatModel) -> str:
    with pytest.raises(ModelCallFailed) as caught:
        list(model.stream("Be brief.", "How many?"))
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    return caught.value.cause


def unavailable(spec: str, **options: str) -> str:
    with pytest.raises(ModelUnavailable) as caught:
        open_chat_model(spec, **options)
    assert CANARY not in str(caught.value)
    return caught.value.fix


def test_nothing_is_sent_before_the_reply_is_read() -> None:
    with ModelServer(Says(TEXT)) as server:
        reply = open_chat_model("openai:m", base_url=server.openai).stream("s", "u")
        assert server.requests == []
        assert "".join(reply) == TEXT
        assert (reply.spec, reply.notices) == ("openai:m", ())


def test_a_refused_connection_names_the_address_without_its_secrets() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    model = open_chat_model("openai:m", base_url=f"http://user:{CANARY}@127.0.0.1:{port}/v1", timeout_seconds=3)
    cause = failure(model)
    assert "cannot be reached" in cause and f"http://127.0.0.1:{port}" in cause


@pytest.mark.parametrize("provider", ["ollama", "anthropic"])
def test_a_refused_connection_is_told_by_every_client(provider: str) -> None:
    model = open_chat_model(f"{provider}:m", base_url="http://127.0.0.1:9", timeout_seconds=3)
    assert "cannot be reached" in failure(model)


@pytest.mark.parametrize(("spec", "path"), [("openai:m", "/v1"), ("anthropic:m", ""), ("deepseek:m", "/v1")])
def test_a_compatible_server_needs_no_key(spec: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = PROVIDERS[spec.partition(":")[0]]
    if importlib.util.find_spec(provider.module) is None:
        pytest.skip(f"{provider.module} is not installed here")
    for name in provider.keys:
        monkeypatch.delenv(name, raising=False)
    with ModelServer(Says(TEXT)) as server:
        assert "".join(open_chat_model(spec, base_url=server.ollama + path).stream("s", "u")) == TEXT
        assert CANARY not in server.keys


def test_a_compatible_server_is_asked_in_the_words_that_it_knows() -> None:
    with ModelServer(Says(TEXT)) as server:
        list(
            open_chat_model("openai:m", base_url=server.openai, max_answer_tokens=77, temperature=0.3).stream("s", "u")
        )
        request = server.requests[0]
    assert (request["max_tokens"], request["temperature"], request["stream"]) == (77, 0.3, True)
    assert "max_completion_tokens" not in request
    assert [message["role"] for message in request["messages"]] == ["system", "user"]


def ollama_options(spec: str, **options: int) -> dict[str, int]:
    with ModelServer(Says(TEXT)) as server:
        list(open_chat_model(spec, base_url=server.ollama, **options).stream("s", "u"))
        found: dict[str, int] = server.requests[0]["options"]
        assert server.requests[0]["model"] == spec.partition(":")[2]
    return found


def test_ollama_is_given_room_for_the_context() -> None:
    options = ollama_options("ollama:llama3.2:3b", context_tokens=6000, max_answer_tokens=500)
    assert options["num_ctx"] >= 6000 * 1.5 + 500
    assert options["num_predict"] == 500


def test_ollama_is_given_no_more_than_its_model_takes() -> None:
    assert ollama_options("ollama:llama2", context_tokens=6000)["num_ctx"] == 4096
    assert ollama_options("ollama:llama2", context_tokens=6000, context_window=5000)["num_ctx"] == 5000


def test_a_model_that_thinks_first_is_given_tokens_for_its_thoughts() -> None:
    said = ollama_options("ollama:llama3.2", max_answer_tokens=100)
    thought = ollama_options("ollama:deepseek-r1:8b", max_answer_tokens=100)
    assert thought["num_predict"] > said["num_predict"] == 100
    assert thought["num_ctx"] - said["num_ctx"] == thought["num_predict"] - said["num_predict"]


@pytest.mark.parametrize(
    "spec", ["openai:gpt-4o", "anthropic:claude-x", "google:g", "mistral:m", "groq:m", "deepseek:m"]
)
def test_a_missing_key_names_its_variable(spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = PROVIDERS[spec.partition(":")[0]]
    if importlib.util.find_spec(provider.module) is None:
        pytest.skip(f"{provider.module} is not installed here")
    for name in provider.keys:
        monkeypatch.delenv(name, raising=False)
    assert f"set the variable {provider.keys[0]}" in unavailable(spec)


@pytest.mark.parametrize(
    ("spec", "module", "line"),
    [
        ("google:gemini-x", "langchain_google_genai", "pip install 'footnote[google]'"),
        ("google_genai:gemini-x", "langchain_google_genai", "pip install 'footnote[google]'"),
        ("mistral:m", "langchain_mistralai", "pip install 'footnote[mistral]'"),
        ("groq:m", "langchain_groq", "pip install 'footnote[groq]'"),
        ("deepseek:m", "langchain_deepseek", "pip install 'footnote[deepseek]'"),
        ("cohere:m", "langchain_cohere", "pip install langchain-cohere"),
    ],
)
def test_a_missing_package_is_answered_by_its_pip_line(spec: str, module: str, line: str) -> None:
    if importlib.util.find_spec(module):
        pytest.skip(f"{module} is installed here")
    assert line in unavailable(spec)


def test_every_provider_that_is_known_by_name_is_an_extra_of_this_package() -> None:
    pyproject = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
    extras = pyproject["project"]["optional-dependencies"]
    for provider in PROVIDERS.values():
        (requirement,) = extras[provider.extra]
        assert requirement.startswith(provider.module.replace("_", "-") + ">=")


def test_an_unknown_provider_is_answered_by_the_nearest() -> None:
    assert "did you mean ollama?" in unavailable("olama:llama3")
    assert "openai" in unavailable("nobody-knows:this")


@pytest.mark.parametrize("spec", ["llama3", ":llama3", "ollama:", ""])
def test_a_spec_without_its_colon_is_explained(spec: str) -> None:
    assert "provider:model" in unavailable(spec)


@pytest.mark.parametrize(
    ("address", "words"),
    [("localhost:8080", "http://"), ("http://localhost:none/v1", "port"), ("http://[::1/v1", "QA_CHAT_BASE_URL")],
)
def test_an_address_that_is_none_is_refused(address: str, words: str) -> None:
    assert words in unavailable("openai:m", base_url=address)
