"""Chat models through the real LangChain clients, against a scripted server on loopback."""

from __future__ import annotations

import importlib.util
import socket
import threading
import time
import traceback
from collections.abc import Callable

import pytest
from model_server import CANARY, Fails, Hangs, Line, ModelServer, Says, Sends

from qa.chat_model import ChatModel, ModelReply, open_chat_model
from qa.types import Usage
from vectorstore.errors import ModelCallFailed, ModelUnavailable

TEXT = "At least 83 people have been killed [1]."
Opens = Callable[[ModelServer], ChatModel]


def openai(server: ModelServer, **options: float) -> ChatModel:
    return open_chat_model("openai:any-model", base_url=server.openai, **{"timeout_seconds": 5, **options})


def ollama(server: ModelServer, **options: float) -> ChatModel:
    return open_chat_model("ollama:llama3.2:3b", base_url=server.ollama, **{"timeout_seconds": 5, **options})


both = pytest.mark.parametrize("opens", [openai, ollama])


@pytest.fixture(autouse=True)
def _canary_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)


def ask(model: ChatModel) -> tuple[list[str], ModelReply]:
    reply = model.stream("Be brief.", "How many?")
    return list(reply), reply


def failure(model: ChatModel) -> str:
    with pytest.raises(ModelCallFailed) as caught:
        ask(model)
    shown = "".join(traceback.format_exception(caught.value))
    assert CANARY not in shown and "no luck" not in shown
    assert caught.value.spec == model.spec
    return caught.value.cause


def until_it_fails(model: ChatModel) -> tuple[str, str]:
    text = ""
    try:
        for piece in model.stream("s", "u"):
            text += piece
    except ModelCallFailed as error:
        return text, error.cause
    raise AssertionError("the call ended well")


@both
def test_an_answer_streams_in_pieces_and_tells_its_tokens(opens: Opens) -> None:
    with ModelServer(Says(TEXT)) as server:
        pieces, reply = ask(opens(server))
    assert "".join(pieces) == TEXT and len(pieces) > 3
    assert reply.complete and reply.cause == ""
    assert reply.usage == Usage(100, 20)


@both
def test_the_first_piece_comes_before_the_last_is_written(opens: Opens) -> None:
    with ModelServer(Says(TEXT, pause_seconds=0.15)) as server:
        started = time.monotonic()
        pieces = iter(opens(server).stream("s", "u"))
        next(pieces)
        first = time.monotonic() - started
        list(pieces)
        assert first < time.monotonic() - started - 0.5


@both
def test_a_stream_that_stops_without_an_ending_is_cut_off(opens: Opens) -> None:
    with ModelServer(Says(TEXT, ending=None)) as server:
        pieces, reply = ask(opens(server))
    assert "".join(pieces) == TEXT
    assert not reply.complete and "cut off" in reply.cause


@both
def test_the_length_limit_is_told(opens: Opens) -> None:
    with ModelServer(Says(TEXT, ending="length")) as server:
        _, reply = ask(opens(server))
    assert not reply.complete and "QA_MAX_ANSWER_TOKENS" in reply.cause


def test_the_length_limit_before_any_text_is_a_failure() -> None:
    with ModelServer(Says("", ending="length")) as server:
        assert "QA_MAX_ANSWER_TOKENS" in failure(openai(server))


def test_an_empty_answer_that_ends_well_is_complete() -> None:
    with ModelServer(Says("")) as server:
        pieces, reply = ask(openai(server))
    assert pieces == [] and reply.complete


@both
def test_a_rate_limit_is_waited_out(opens: Opens) -> None:
    with ModelServer(Fails(429, {"retry-after": "0.2"}), Says(TEXT)) as server:
        pieces, reply = ask(opens(server))
        assert len(server.requests) == 2
    assert "".join(pieces) == TEXT and reply.complete


def test_a_long_rate_limit_fails_at_once_and_says_when() -> None:
    with ModelServer(Fails(429, {"retry-after": "3600"})) as server:
        cause = failure(openai(server))
        assert len(server.requests) == 1
    assert "rate limited (429)" in cause and "3600 seconds" in cause


@both
def test_a_server_error_is_tried_three_times(opens: Opens) -> None:
    with ModelServer(Fails(500)) as server:
        cause = failure(opens(server))
        assert len(server.requests) == 3
    assert cause == "server error 500"


def test_a_rejected_key_names_the_variable_and_not_the_key() -> None:
    with ModelServer(Fails(401)) as server:
        cause = failure(openai(server))
        assert len(server.requests) == 1
    assert "rejected (401)" in cause and "OPENAI_API_KEY" in cause


@pytest.mark.parametrize(
    ("status", "words"), [(404, "does not have this model"), (400, "did not accept"), (413, "too long")]
)
def test_other_refusals_are_told_apart(status: int, words: str) -> None:
    with ModelServer(Fails(status)) as server:
        assert words in failure(openai(server))


@both
def test_a_silent_server_times_out(opens: Callable[..., ChatModel]) -> None:
    with ModelServer(Hangs()) as server:
        started = time.monotonic()
        cause = failure(opens(server, timeout_seconds=0.4))
        assert time.monotonic() - started < 3
        assert server.hung_up.wait(3), "the connection must be closed"
    assert "timed out" in cause and "QA_TIMEOUT_SECONDS" in cause


@pytest.mark.parametrize("then", ["hang", "ping"])
def test_silence_between_tokens_times_out_even_under_pings(then: str) -> None:
    with ModelServer(Says("At least 83", then=then)) as server:
        started = time.monotonic()
        text, cause = until_it_fails(openai(server, timeout_seconds=0.4))
        assert time.monotonic() - started < 3
        assert server.hung_up.wait(3)
        assert len(server.requests) == 1, "no second try once text was shown"
    assert text == "At least 83" and "timed out" in cause


@both
def test_a_broken_connection_keeps_what_came(opens: Opens) -> None:
    with ModelServer(Says("At least 83 people", then="reset")) as server:
        text, cause = until_it_fails(opens(server))
    assert text.startswith("At least") and "broke" in cause


@both
@pytest.mark.parametrize("body", [b"\x00\xff\x80garbage", b"<html>hello</html>", b"data: {broken\n\n", b"{broken\n"])
def test_garbage_is_one_clear_line(opens: Opens, body: bytes) -> None:
    with ModelServer(Sends(body)) as server:
        cause = failure(opens(server))
    assert "cannot be read" in cause or "cut off" in cause


def test_a_refused_connection_names_the_address_without_its_secrets() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    model = open_chat_model("openai:m", base_url=f"http://user:{CANARY}@127.0.0.1:{port}/v1", timeout_seconds=3)
    cause = failure(model)
    assert "cannot be reached" in cause and f"http://127.0.0.1:{port}" in cause


def test_a_refused_ollama_is_told_too() -> None:
    model = open_chat_model("ollama:llama3.2", base_url="http://127.0.0.1:9", timeout_seconds=3)
    assert "cannot be reached" in failure(model)


@both
def test_closing_the_reply_stops_the_call(opens: Opens) -> None:
    with ModelServer(Says(TEXT, pause_seconds=0.1, then="hang")) as server:
        pieces = iter(opens(server).stream("s", "u"))
        next(pieces)
        pieces.close()
        assert server.hung_up.wait(3)


def test_a_server_that_ignores_the_limit_is_stopped() -> None:
    with ModelServer(Says("word " * 500)) as server:
        pieces, reply = ask(openai(server, max_answer_tokens=20))
    assert len("".join(pieces)) < 300 and not reply.complete


def test_two_threads_share_a_model() -> None:
    with ModelServer(Says(TEXT, pause_seconds=0.02)) as server:
        model, texts = openai(server), []
        threads = [threading.Thread(target=lambda: texts.append("".join(ask(model)[0]))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert texts == [TEXT] * 4


def test_a_compatible_server_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with ModelServer(Says(TEXT)) as server:
        pieces, _ = ask(openai(server, max_answer_tokens=77, temperature=0.3))
        request = server.requests[0]
    assert "".join(pieces) == TEXT
    assert (request["max_tokens"], request["temperature"], request["stream"]) == (77, 0.3, True)
    assert [message["role"] for message in request["messages"]] == ["system", "user"]


def test_ollama_is_given_room_for_the_context() -> None:
    with ModelServer(Says(TEXT)) as server:
        ask(open_chat_model("ollama:llama3.2:3b", base_url=server.ollama, context_tokens=6000, max_answer_tokens=500))
        request = server.requests[0]
    assert request["model"] == "llama3.2:3b"
    assert request["options"]["num_ctx"] >= 6000 * 1.5 + 500
    assert request["options"]["num_predict"] == 500


def unavailable(spec: str, **options: str) -> str:
    with pytest.raises(ModelUnavailable) as caught:
        open_chat_model(spec, **options)
    assert CANARY not in str(caught.value)
    return caught.value.fix


@pytest.mark.parametrize(
    ("spec", "variable"), [("openai:gpt-4o", "OPENAI_API_KEY"), ("anthropic:claude-x", "ANTHROPIC_API_KEY")]
)
def test_a_missing_key_names_its_variable(spec: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(variable, raising=False)
    assert f"set the variable {variable}" in unavailable(spec)


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


def test_an_unknown_provider_is_answered_by_the_nearest() -> None:
    assert "did you mean ollama?" in unavailable("olama:llama3")
    assert "openai" in unavailable("nobody-knows:this")


@pytest.mark.parametrize("spec", ["llama3", ":llama3", "ollama:", ""])
def test_a_spec_without_its_colon_is_explained(spec: str) -> None:
    assert "provider:model" in unavailable(spec)


def test_an_address_that_is_none_is_refused() -> None:
    assert "http://" in unavailable("openai:m", base_url="localhost:8080")


def test_the_real_clients_also_read_this_server_without_streaming() -> None:
    lines: list[Line] = [Says(TEXT)]
    with ModelServer(*lines) as server:
        for opens in (openai, ollama):
            client = opens(server).client
            assert client.bind(stream=False).invoke("How many?").text == TEXT
