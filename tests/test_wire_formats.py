"""Every way in which a chat server misbehaves, over each wire format, through the real LangChain clients."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from model_server import CANARY, Fails, Hangs, Line, ModelServer, Says, Sends

from qa.chat_model import ChatModel, ModelReply, open_chat_model
from qa.stopping import Stop
from qa.types import Usage
from vectorstore.errors import ModelCallFailed

TEXT = "At least 83 people have been killed [1]."
Opens = Callable[..., ChatModel]


def openai(server: ModelServer, **options: float) -> ChatModel:
    return open_chat_model("openai:any-model", base_url=server.openai, **{"timeout_seconds": 5, **options})


def anthropic(server: ModelServer, **options: float) -> ChatModel:
    return open_chat_model("anthropic:any-model", base_url=server.anthropic, **{"timeout_seconds": 5, **options})


def ollama(server: ModelServer, **options: float) -> ChatModel:
    return open_chat_model("ollama:llama3.2:3b", base_url=server.ollama, **{"timeout_seconds": 5, **options})


with_keys = pytest.mark.parametrize("opens", [openai, anthropic])


@pytest.fixture(params=[openai, anthropic, ollama])
def opens(request: pytest.FixtureRequest) -> Opens:
    """A model behind each of the wires in turn."""
    found: Opens = request.param
    return found


@pytest.fixture(autouse=True)
def _canary_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OLLAMA_API_KEY"):
        monkeypatch.setenv(name, CANARY)


@dataclass(frozen=True)
class Outcome:
    """What a caller has after a call: the pieces, the reply, and the cause of a failure that was raised."""

    pieces: list[str]
    reply: ModelReply
    failure: str = ""

    @property
    def text(self) -> str:
        return "".join(self.pieces)


def ask(model: ChatModel) -> Outcome:
    """Call a model; whatever is raised must be ours and hold nothing that the server said."""
    reply = model.stream("Be brief.", "How many?")
    pieces: list[str] = []
    try:
        pieces.extend(iter(reply))
    except ModelCallFailed as error:
        shown = "".join(traceback.format_exception(error))
        assert CANARY not in shown and "no luck" not in shown
        assert error.spec == model.spec and "\n" not in error.cause
        return Outcome(pieces, reply, error.cause)
    assert CANARY not in reply.cause
    return Outcome(pieces, reply)


def asked(opens: Opens, *script: Line, requests: int = 1, **options: float) -> Outcome:
    """The outcome of one question to a scripted server, which was called this often."""
    with ModelServer(*script) as server:
        outcome = ask(opens(server, **options))
        assert len(server.requests) == requests
    return outcome


def test_an_answer_streams_in_pieces_and_tells_its_tokens(opens: Opens) -> None:
    outcome = asked(opens, Says(TEXT))
    assert outcome.text == TEXT and len(outcome.pieces) > 3
    assert outcome.reply.complete and (outcome.reply.cause, outcome.failure) == ("", "")
    assert outcome.reply.usage == Usage(100, 20)


def test_the_first_piece_is_there_while_the_server_still_writes(opens: Opens) -> None:
    with ModelServer(Says("At least", then="hang")) as server:
        pieces = iter(opens(server).stream("s", "u"))
        assert next(pieces) == "At"
        assert not server.hung_up.is_set()
        pieces.close()


def test_closing_the_reply_stops_the_work_of_the_server(opens: Opens) -> None:
    with ModelServer(Says(TEXT, then="hang")) as server:
        pieces = iter(opens(server).stream("s", "u"))
        next(pieces)
        pieces.close()
        assert server.hung_up.wait(30)


def test_a_reply_that_is_dropped_stops_the_work_of_the_server(opens: Opens) -> None:
    with ModelServer(Says(TEXT, then="hang")) as server:
        next(iter(opens(server).stream("s", "u")))
        assert server.hung_up.wait(30)


@pytest.mark.parametrize("line", [Hangs(), Says("At least", then="hang")])
def test_a_stop_from_another_thread_ends_a_silent_call_without_a_failure(opens: Opens, line: Line) -> None:
    with ModelServer(line) as server, ThreadPoolExecutor(1) as pool:
        stop = Stop()
        asking = pool.submit(asked_with, stop, opens(server))
        while not server.requests:
            time.sleep(0.01)
        stop.press()
        assert server.hung_up.wait(30)
        outcome = asking.result()
    assert not outcome.reply.complete and "stopped" in outcome.reply.cause and outcome.failure == ""


def test_what_is_stopped_already_is_not_asked(opens: Opens) -> None:
    with ModelServer(Says(TEXT)) as server:
        stop = Stop()
        stop.press()
        outcome = asked_with(stop, opens(server))
        assert outcome.pieces == server.requests == [] and "stopped" in outcome.reply.cause


def asked_with(stop: Stop, model: ChatModel) -> Outcome:
    with stop.heeded():
        return ask(model)


def test_instructions_question_and_limits_reach_the_server(opens: Opens) -> None:
    with ModelServer(Says(TEXT)) as server:
        ask(opens(server, max_answer_tokens=77, temperature=0.3))
        request = server.requests[0]
    sent = str(request)
    assert "Be brief." in sent and "How many?" in sent and "77" in sent and "0.3" in sent
    assert request["stream"] is True


@pytest.mark.parametrize("text", [TEXT, "At"])
def test_a_stream_that_stops_without_an_ending_is_cut_off(opens: Opens, text: str) -> None:
    outcome = asked(opens, Says(text, ending=None))
    assert outcome.text == text
    assert not outcome.reply.complete and outcome.reply.cause == "the answer was cut off"


def test_a_broken_connection_keeps_what_came_and_is_not_tried_again(opens: Opens) -> None:
    outcome = asked(opens, Says("At least 83 people", then="reset"))
    assert outcome.text.startswith("At least")
    assert outcome.failure == "the server broke the connection"
    assert not outcome.reply.complete


def test_a_connection_that_breaks_before_any_text_is_tried_again(opens: Opens) -> None:
    outcome = asked(opens, Says("", then="reset"), Says(TEXT), requests=2)
    assert outcome.text == TEXT and outcome.reply.complete


def test_an_error_in_the_middle_of_a_stream_keeps_what_came(opens: Opens) -> None:
    outcome = asked(opens, Says("At least 83 people", then="error"))
    assert outcome.text == "At least 83 people"
    assert "error" in outcome.failure and not outcome.reply.complete


def test_an_error_at_the_begin_of_a_stream_is_tried_again(opens: Opens) -> None:
    outcome = asked(opens, Says("", then="error"), Says(TEXT), requests=2)
    assert outcome.text == TEXT and outcome.reply.complete


def test_garbage_in_the_middle_of_a_stream_keeps_what_came(opens: Opens) -> None:
    outcome = asked(opens, Says("At least 83 people", then="garbage"))
    assert outcome.text == "At least 83 people"
    assert "cannot be read" in outcome.failure and not outcome.reply.complete


def test_a_rate_limit_is_waited_out(opens: Opens) -> None:
    outcome = asked(opens, Fails(429, {"retry-after": "0.01"}), Says(TEXT), requests=2)
    assert outcome.text == TEXT and outcome.reply.complete and outcome.reply.usage == Usage(100, 20)


def test_a_rate_limit_for_ever_is_told(opens: Opens) -> None:
    outcome = asked(opens, Fails(429, {"retry-after": "0.01"}), requests=3)
    assert "rate limited (429)" in outcome.failure and outcome.text == ""


@pytest.mark.parametrize(
    "headers",
    [{"retry-after": "3600"}, {"retry-after-ms": "3600000"}, {"retry-after": "Fri, 31 Dec 2199 23:59:59 GMT"}],
)
def test_a_long_rate_limit_fails_at_once_and_says_when(opens: Opens, headers: dict[str, str]) -> None:
    outcome = asked(opens, Fails(429, headers))
    assert "rate limited (429)" in outcome.failure and " seconds" in outcome.failure


@pytest.mark.parametrize("status", [500, 503, 529])
def test_a_server_error_is_tried_again(opens: Opens, status: int) -> None:
    outcome = asked(opens, Fails(status), Says(TEXT), requests=2)
    assert outcome.text == TEXT and outcome.reply.complete


def test_a_server_error_for_ever_is_tried_three_times(opens: Opens) -> None:
    outcome = asked(opens, Fails(500, {"retry-after": "0.01"}), requests=3)
    assert outcome.failure == "server error 500"


def test_a_rejected_key_is_told_once(opens: Opens) -> None:
    assert "the key was rejected (401)" in asked(opens, Fails(401)).failure


@with_keys
def test_a_rejected_key_names_its_variable(opens: Opens) -> None:
    with ModelServer(Fails(401)) as server:
        outcome = ask(opens(server))
        assert server.keys == [CANARY], "the key itself must have been sent"
    assert outcome.failure.endswith(f"check {opens.__name__.upper()}_API_KEY")


@pytest.mark.parametrize(
    ("status", "words"), [(404, "does not have this model"), (400, "did not accept"), (413, "too long")]
)
def test_other_refusals_are_told_apart(opens: Opens, status: int, words: str) -> None:
    assert words in asked(opens, Fails(status)).failure


@pytest.mark.parametrize(
    "message",
    [
        "This model's maximum context length is 8192 tokens",
        "prompt is too long: 210000 tokens > 200000 maximum",
        "the request exceeds the available context size (4096 tokens)",
    ],
)
def test_a_prompt_that_is_too_long_is_told_from_other_refusals(opens: Opens, message: str) -> None:
    failure = asked(opens, Fails(400, message=message)).failure
    assert "too long for the model" in failure and "QA_CONTEXT_WINDOW" in failure


def test_a_silent_server_times_out_and_is_let_go(opens: Opens) -> None:
    with ModelServer(Hangs()) as server:
        outcome = ask(opens(server, timeout_seconds=0.8))
        assert server.hung_up.wait(30), "the connection must be closed"
        assert len(server.requests) == 1, "who was slow once is not asked again"
    assert "timed out" in outcome.failure and "QA_TIMEOUT_SECONDS" in outcome.failure


@pytest.mark.parametrize("then", ["hang", "ping"])
def test_silence_between_tokens_times_out_even_under_pings(opens: Opens, then: str) -> None:
    with ModelServer(Says("At least 83", then=then)) as server:
        outcome = ask(opens(server, timeout_seconds=0.8))
        assert server.hung_up.wait(30)
        assert len(server.requests) == 1, "no second try once text was shown"
    assert outcome.text == "At least 83" and "timed out" in outcome.failure


@pytest.mark.parametrize(
    "body",
    [
        b"\x00\xff\x80garbage",
        b"<html>hello</html>",
        b"data: {broken\n\n",
        b"{broken\n",
        b'{"unexpected": "object"}\n',
        b"data: []\n\n",
        b"[1, 2, 3]\n",
        b"",
    ],
)
@pytest.mark.parametrize("content_type", ["text/event-stream", "text/html"])
def test_a_body_that_is_no_stream_is_one_clear_line(opens: Opens, body: bytes, content_type: str) -> None:
    with ModelServer(Sends(body, content_type)) as server:
        outcome = ask(opens(server))
    assert "cannot be read" in outcome.failure or "cut off" in outcome.failure


def test_an_empty_answer_that_ends_well_is_complete(opens: Opens) -> None:
    outcome = asked(opens, Says(""))
    assert outcome.pieces == [] and outcome.reply.complete and outcome.failure == ""


def test_the_length_limit_is_told(opens: Opens) -> None:
    outcome = asked(opens, Says(TEXT, ending="length"))
    assert outcome.text == TEXT
    assert not outcome.reply.complete and "QA_MAX_ANSWER_TOKENS" in outcome.reply.cause
    assert outcome.reply.usage == Usage(100, 20)


def test_the_length_limit_before_any_text_is_a_failure(opens: Opens) -> None:
    assert "QA_MAX_ANSWER_TOKENS" in asked(opens, Says("", ending="length")).failure


@with_keys
def test_a_filter_that_stops_an_answer_is_told(opens: Opens) -> None:
    outcome = asked(opens, Says(TEXT, ending="content_filter"))
    assert outcome.text == TEXT
    assert not outcome.reply.complete and "filter" in outcome.reply.cause


@with_keys
def test_a_filter_that_leaves_no_text_is_a_failure_that_is_not_tried_again(opens: Opens) -> None:
    assert "filter" in asked(opens, Says("", ending="content_filter")).failure


def test_a_server_that_ignores_the_limit_is_stopped(opens: Opens) -> None:
    with ModelServer(Says("word " * 500, then="hang")) as server:
        outcome = ask(opens(server, max_answer_tokens=20))
        assert server.hung_up.wait(30)
    assert len(outcome.text) < 300
    assert not outcome.reply.complete and "QA_MAX_ANSWER_TOKENS" in outcome.reply.cause


def test_a_model_serves_many_threads_at_once(opens: Opens) -> None:
    with ModelServer(Says(TEXT, pause_seconds=0.01)) as server:
        model, texts = opens(server), []
        threads = [threading.Thread(target=lambda: texts.append(ask(model).text)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert texts == [TEXT] * 4


def test_the_real_clients_also_read_this_server_without_streaming(opens: Opens) -> None:
    with ModelServer(Says(TEXT)) as server:
        assert opens(server).client.bind(stream=False).invoke("How many?").text == TEXT
