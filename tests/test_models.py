"""`qa models`: what is configured, reachable and missing, told in seconds, without a key and without a traceback."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from model_server import CANARY, Fails, Hangs, Listing, ModelServer, Offers, Says, Sends
from typer.testing import CliRunner

from qa.cli import app
from qa.model_servers import LONGEST_SECONDS as PATIENCE_SECONDS
from qa.models import ChatModelState, model_lines, survey
from qa.providers import PROVIDERS
from qa.settings import load_settings
from vectorstore.embedding import load_embeddings

KEYS = sorted({key for provider in PROVIDERS.values() for key in provider.keys})
GOOGLE_IS_INSTALLED = importlib.util.find_spec("langchain_google_genai") is not None


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*KEYS, "OLLAMA_HOST"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _no_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seconds are a person's patience; a busy machine may stand still for longer."""
    monkeypatch.setattr("qa.model_servers.LONGEST_SECONDS", 60.0)


@pytest.fixture
def silent_address() -> Iterator[str]:
    """An address where connections are accepted and never answered."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def state(spec: str, base_url: str = "", **settings: object) -> ChatModelState:
    report = survey(load_settings(chat_model=spec, chat_base_url=base_url, **settings))
    (found,) = report.chat_models
    assert CANARY not in "\n".join(model_lines(report)) + repr(report)
    return found


def of_server(listing: Listing, spec: str, **settings: object) -> ChatModelState:
    """The state of a model whose server answers like this when it is asked for its models."""
    with ModelServer(Says("never asked"), listing=listing) as server:
        address = {"ollama": server.ollama, "anthropic": server.anthropic}.get(spec.partition(":")[0], server.openai)
        found = state(spec, address, **settings)
        assert server.requests == [], "no model is called"
    return found


def test_with_nothing_configured_it_tells_what_there_is_and_what_to_set(model_cache: Path) -> None:
    load_embeddings("all-MiniLM-L6-v2", cache_dir=model_cache)
    shown = CliRunner().invoke(app, ["models"], catch_exceptions=False)
    assert shown.exit_code == 0
    assert "chat model: none" in shown.stdout and "QA_CHAT_MODEL" in shown.stdout
    assert "embedding model: all-MiniLM-L6-v2 (onnxruntime)" in shown.stdout
    assert "reader: ready" in shown.stdout


def test_as_json_it_tells_the_same() -> None:
    with ModelServer(Says("never asked"), listing=Offers(("any-model",))) as server:
        environment = {"QA_CHAT_BASE_URL": server.openai, "QA_FALLBACK_MODEL": "extractive"}
        words = ["models", "--json", "--model", "openai:any-model"]
        told = json.loads(CliRunner(env=environment).invoke(app, words, catch_exceptions=False).stdout)
    (chat_model,) = told["chat_models"]
    assert (chat_model["spec"], chat_model["fix"], chat_model["server"]["reachable"]) == ("openai:any-model", "", True)
    assert told["fallback"] == "extractive"
    assert {one["name"] for one in told["providers"]} >= {"openai", "anthropic", "google", "ollama"}


def test_every_provider_has_its_package_or_its_pip_line_and_its_key_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    monkeypatch.setenv("GEMINI_API_KEY", CANARY)
    report = survey(load_settings())
    lines = model_lines(report)
    for one in report.providers:
        provider = PROVIDERS[one.name]
        assert one.installed == (importlib.util.find_spec(provider.module) is not None)
        (line,) = [line for line in lines if line.startswith(f"{one.name} ")]
        assert ("installed" if one.installed else f"pip install 'footnote[{one.name}]'") in line
        assert one.key_set == (one.name in ("openai", "google"))
        assert f"{one.key_variable} is set" in line if one.key_set else "is set" not in line
    assert CANARY not in "\n".join(lines)


@pytest.mark.parametrize("spec", ["openai:any-model", "anthropic:any-model", "ollama:llama3.2:3b"])
def test_a_server_that_lists_the_model_is_told_as_usable(spec: str) -> None:
    found = of_server(Offers(("another", "any-model", "llama3.2:3b")), spec, context_window=4096)
    assert found.fix == "" and found.notices == ()
    assert found.server and found.server.reachable
    assert [offer.name for offer in found.server.offers] == ["another", "any-model", "llama3.2:3b"]


def test_the_latest_of_ollama_may_be_left_out() -> None:
    assert of_server(Offers(("llama3.2:latest",)), "ollama:llama3.2").fix == ""


def test_a_model_that_its_server_lacks_is_answered_by_what_helps() -> None:
    assert of_server(Offers(("llama2:latest",)), "ollama:llama3.2").fix.endswith("run: ollama pull llama3.2")
    assert of_server(Offers(("this", "that")), "openai:other").fix.endswith("does not have it; it lists this, that")


def test_a_window_that_the_server_tells_is_suggested() -> None:
    found = of_server(Offers(("ours",)), "openai:ours")
    assert (found.window_tokens, found.window_from) == (8192, "assumed")
    assert "set QA_CONTEXT_WINDOW=4096" in found.notices[0]


def test_the_key_is_sent_to_the_server_of_the_model_and_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    with ModelServer(Says("x")) as server:
        address = server.openai.replace("http://", f"http://user:{CANARY}@")
        assert state("openai:any-model", server.openai).fix == ""
        assert server.keys == [CANARY]
        assert state("openai:any-model", address).address == server.ollama


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_the_server_rejects_is_told(status: int) -> None:
    assert f"rejected the key ({status})" in of_server(Fails(status), "openai:m").fix


@pytest.mark.parametrize(
    "listing",
    [
        Fails(404),
        Fails(500),
        Sends(b"<html>hello</html>", "text/html"),
        Sends(b"\xff\xfe\x00", "application/json"),
        Sends(b"[1, 2]", "application/json"),
        Sends(b'{"data": {"id": 1}}', "application/json"),
        Sends(b'{"data": [1, {"id": null}]}', "application/json"),
        Sends(b"", "application/json"),
    ],
)
@pytest.mark.parametrize("spec", ["openai:m", "ollama:m"])
def test_a_server_that_lists_nothing_readable_may_still_answer(listing: Listing, spec: str) -> None:
    found = of_server(listing, spec)
    assert found.fix == "" and "its server was reached, but it" in found.notices[0]


def test_a_silent_server_is_not_waited_for(silent_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.model_servers.LONGEST_SECONDS", PATIENCE_SECONDS)
    assert "did not answer within 2 seconds" in of_server(Hangs(), "openai:m").fix
    assert "did not answer within 2 seconds" in state("ollama:m", silent_address).fix


def test_a_server_that_is_not_there_is_told() -> None:
    assert "cannot be reached; is it running?" in state("ollama:llama3.2", "http://127.0.0.1:9").fix
    assert "cannot be reached" in state("openai:m", "http://no-such-host.invalid/v1").fix


def test_ollama_is_looked_for_where_its_own_variable_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert state("ollama:m").address == "http://localhost:11434"
    with ModelServer(Says("x"), listing=Offers(("m:latest",))) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.ollama.removeprefix("http://"))
        assert state("ollama:m").fix == ""
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1")
    assert state("ollama:m").address == "http://127.0.0.1:11434"


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("openai:gpt-4o", "set the variable OPENAI_API_KEY"),
        ("olama:llama3.2", "did you mean ollama?"),
        (
            "google:gemini-2.5-pro",
            "GOOGLE_API_KEY" if importlib.util.find_spec("langchain_google_genai") else "[google]",
        ),
    ],
)
def test_a_model_that_cannot_be_set_up_is_told_with_its_fix(spec: str, words: str) -> None:
    found = state(spec)
    assert words in found.fix and found.server is None


def test_an_address_that_is_none_and_a_window_without_room_are_told() -> None:
    assert "http://" in state("openai:m", "localhost:8000").fix
    assert "QA_MAX_ANSWER_TOKENS" in of_server(Offers(("m",)), "openai:m", context_window=1000).fix


def test_a_hosted_provider_is_not_asked_before_a_question_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    found = state("openai:gpt-4o")
    assert found.fix == "" and found.server is None and "not asked" in found.notices[0]


def test_the_model_in_reserve_is_looked_at_too() -> None:
    with ModelServer(Says("x"), listing=Offers(("m",))) as server:
        settings = load_settings(
            chat_model="openai:m",
            chat_base_url="http://127.0.0.1:9/v1",
            fallback_model="ollama:m",
            fallback_base_url=server.ollama,
        )
        first, second = survey(settings).chat_models
    assert (first.role, second.role) == ("chat model", "fallback model")
    assert first.fix and not second.fix


def test_names_of_a_server_cannot_steer_the_terminal() -> None:
    with ModelServer(Says("x"), listing=Offers(("\x1b[2Jevil",))) as server:
        environment = {"QA_CHAT_BASE_URL": server.openai, "QA_CHAT_MODEL": "openai:m"}
        shown = CliRunner(env=environment).invoke(app, ["models"], catch_exceptions=False)
    assert "evil" in shown.stdout and "\x1b" not in shown.stdout


def test_an_embedding_model_that_was_never_used_is_not_made_ready_for_this() -> None:
    assert survey(load_settings(embedding_model="somebody/some-model")).embedding_backend == ""
    assert survey(load_settings(reader=False)).reader == "off"


def test_the_command_loads_no_client_of_a_provider() -> None:
    program = (
        "import sys; from qa.models import survey; from qa.settings import load_settings; survey(load_settings());"
    )
    program += "print([name for name in sys.modules if name.startswith(('langchain', 'openai', 'torch'))])"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "QA_CHAT_MODEL": "ollama:llama3.2"}
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
