"""Traces: a span for each step when they are asked for, none of the user's words, and nothing at all otherwise."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from concurrent import futures
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import pytest
from corpora import write_corpus
from model_server import ModelServer, Says
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from qa import Answer, Footnote, UserError, open_corpus
from qa.drafts import Piece
from qa.settings import load_settings
from qa.tracing import Tracing, span

ROOT = Path(__file__).parent.parent
PASSENGERS = "How many passengers were brought ashore?"
SAID = "All 212 passengers were brought ashore by noon [1]. Nine bridges in Berlin were painted green [1]."
STEPS = ["look_up", "rewrite", "retrieve", "answer"]


@pytest.fixture(scope="module")
def provider() -> TracerProvider:
    """The provider of the application around, which can be set only once."""
    provider = TracerProvider()
    trace.set_tracer_provider(provider)
    return provider


@pytest.fixture
def exporter(provider: TracerProvider) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return exporter


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> dict[str, Any]:
    folder = write_corpus(tmp_path_factory.mktemp("articles"))
    index = tmp_path_factory.mktemp("index")
    return {"corpus_dir": folder, "index_dir": index, "cache_dir": model_cache, "reader": False, "abstain_below": 0.0}


@pytest.fixture
def footnote(settings: dict[str, Any], provider: TracerProvider) -> Iterator[Footnote]:
    with open_corpus(settings=load_settings(**settings, traces=True)) as opened:
        yield opened


def tree(spans: tuple[ReadableSpan, ...]) -> list[tuple[str, str]]:
    """Each span by its name with that of its parent, in the order in which they began."""
    names = {one.context.span_id: one.name for one in spans}
    in_order = sorted(spans, key=lambda one: one.start_time or 0)
    return [(one.name, names.get(one.parent.span_id, "?") if one.parent else "") for one in in_order]


def named(spans: tuple[ReadableSpan, ...], name: str) -> dict[str, Any]:
    (found,) = [one for one in spans if one.name == name]
    return dict(found.attributes or {})


def test_each_step_of_a_question_has_its_span(footnote: Footnote, exporter: InMemorySpanExporter) -> None:
    answer = footnote.ask(PASSENGERS)
    spans = exporter.get_finished_spans()
    assert tree(spans) == [("question", ""), *[(step, "question") for step in STEPS]]
    assert named(spans, "retrieve") == {"footnote.passages": len(answer.passages)}
    told = named(spans, "question")
    assert told["footnote.model"] == "extractive"
    assert told["footnote.milliseconds"] > 0
    assert told["footnote.abstained"] is False
    assert (told["footnote.citations"], told["footnote.claims_verbatim"]) == (len(answer.citations), len(answer.claims))
    assert told["footnote.confidence"] == answer.confidence


def test_a_chat_models_tokens_and_verdicts_are_told(settings: dict[str, Any], exporter: InMemorySpanExporter) -> None:
    with ModelServer(Says(SAID)) as server:
        model = {"chat_model": "openai:m", "chat_base_url": server.openai, "timeout_seconds": 5}
        with open_corpus(settings=load_settings(**settings, **model, traces=True)) as footnote:
            answer = footnote.ask(PASSENGERS)
    verdicts = [claim.verdict for claim in answer.claims]
    assert "unsupported" in verdicts
    for name in ("question", "answer"):
        told = named(exporter.get_finished_spans(), name)
        assert told["footnote.input_tokens"] == answer.usage.input_tokens == 100
        assert told["footnote.output_tokens"] == answer.usage.output_tokens
        for verdict in ("verbatim", "supported", "unsupported"):
            assert told[f"footnote.claims_{verdict}"] == verdicts.count(verdict)
    assert named(exporter.get_finished_spans(), "question")["footnote.model"] == "openai:m"


def test_no_word_of_question_answer_or_article_is_told(footnote: Footnote, exporter: InMemorySpanExporter) -> None:
    footnote.ask(PASSENGERS)
    with pytest.raises(UserError):
        footnote.ask(PASSENGERS, sources=["passengers.txt"])
    told = " ".join(_without_ids(one) for one in exporter.get_finished_spans())
    assert "question" in told
    assert not [word for word in ("assenger", "ashore", "212", "harbour", "Lund") if word in told]


def _without_ids(span: ReadableSpan) -> str:
    """What a span tells in words: digits may be those of an id or of a time."""
    events = [(event.name, dict(event.attributes or {})) for event in span.events]
    attributes = {name: value for name, value in (span.attributes or {}).items() if not isinstance(value, int | float)}
    return repr((span.name, attributes, events, span.status.description))


def test_an_abstention_tells_its_reason(footnote: Footnote, exporter: InMemorySpanExporter) -> None:
    answer = footnote.ask(PASSENGERS, sources=[])
    told = named(exporter.get_finished_spans(), "question")
    assert told["footnote.abstained"] is True
    assert told["footnote.reason"] == answer.reason
    assert told["footnote.citations"] == 0


def test_a_failure_tells_its_kind_only(footnote: Footnote, exporter: InMemorySpanExporter) -> None:
    with pytest.raises(UserError):
        footnote.ask(" ")
    (failed,) = exporter.get_finished_spans()
    assert dict(failed.attributes or {}) == {"error.type": "QuestionError"}
    assert not failed.status.is_ok
    assert failed.status.description is None
    assert failed.events == ()


def test_a_stream_that_is_closed_ends_its_spans(footnote: Footnote, exporter: InMemorySpanExporter) -> None:
    stream = footnote.stream(PASSENGERS)
    next(stream)
    stream.close()
    spans = exporter.get_finished_spans()
    assert sorted(one.name for one in spans) == sorted(["question", *STEPS])
    assert all(named(spans, name) == {"footnote.stopped": True} for name in ("question", "answer"))
    assert all(one.status.is_unset for one in spans)


def test_a_question_is_part_of_what_its_caller_does(
    footnote: Footnote, exporter: InMemorySpanExporter, provider: TracerProvider
) -> None:
    with provider.get_tracer("host").start_as_current_span("request") as request:
        for _ in footnote.stream(PASSENGERS):
            assert trace.get_current_span() is request, "between two pieces, the consumer is in its own span"
    assert ("question", "request") in tree(exporter.get_finished_spans())


def test_a_question_in_async_code_is_part_of_what_its_caller_does(
    footnote: Footnote, exporter: InMemorySpanExporter, provider: TracerProvider
) -> None:
    async def request(number: int) -> None:
        with provider.get_tracer("host").start_as_current_span(f"request {number}"):
            await footnote.aask(PASSENGERS)

    async def several() -> None:
        await asyncio.gather(*[request(number) for number in range(3)])

    asyncio.run(several())
    seen = tree(exporter.get_finished_spans())
    assert sorted(parent for name, parent in seen if name == "question") == ["request 0", "request 1", "request 2"]


def test_two_streams_in_turns_keep_their_spans_apart(footnote: Footnote, exporter: InMemorySpanExporter) -> None:
    one, other = footnote.stream(PASSENGERS), footnote.stream("Who found the comet?")
    for _ in zip(one, other, strict=False):
        assert not trace.get_current_span().get_span_context().is_valid
    assert one.answer.text != other.answer.text
    spans = exporter.get_finished_spans()
    assert sorted(tree(spans)) == sorted(2 * [("question", ""), *[(step, "question") for step in STEPS]])
    assert len({one.context.trace_id for one in spans}) == 2


def test_a_part_of_a_step_has_a_span_in_it(exporter: InMemorySpanExporter, provider: TracerProvider) -> None:
    def answering() -> Generator[Piece, None, Answer]:
        with span("verify") as notes:
            notes.add(claims=3)
        yield Piece("212")
        return Answer("Who?", "Who?", "212")

    assert list(Tracing(provider.get_tracer("footnote")).question(answering())) == [Piece("212")]
    spans = exporter.get_finished_spans()
    assert tree(spans) == [("question", ""), ("verify", "question")]
    assert named(spans, "verify") == {"footnote.claims": 3}


def test_nothing_is_traced_unless_asked(
    settings: dict[str, Any], exporter: InMemorySpanExporter, provider: TracerProvider
) -> None:
    with open_corpus(settings=load_settings(**settings)) as footnote, span("verify") as notes:
        notes.add(claims=3)
        assert footnote.ask(PASSENGERS).citations
    assert exporter.get_finished_spans() == ()


def test_without_traces_opentelemetry_is_not_imported() -> None:
    program = "import sys, qa; from qa import ask, astream, Footnote; import qa.tracing; "
    shown = "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    run = subprocess.run([sys.executable, "-c", program + shown], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


ASK = """
import json, sys
from qa import UserError, open_corpus
from qa.settings import load_settings
if "without" in sys.argv:
    sys.modules["opentelemetry"] = None
try:
    with open_corpus(settings=load_settings(**json.loads(sys.argv[1]))) as footnote:
        for _ in range(2):
            footnote.ask(sys.argv[2])
except UserError as error:
    sys.exit(str(error))
"""


def ask_in_a_process(settings: dict[str, Any], *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    given = json.dumps({name: str(value) if isinstance(value, Path) else value for name, value in settings.items()})
    command = [sys.executable, "-c", ASK, given, PASSENGERS, *words]
    environment = {**os.environ, "QA_TRACES": "true", **variables}
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment)


def test_the_standard_variables_tell_where_traces_go(settings: dict[str, Any]) -> None:
    run = ask_in_a_process(settings, OTEL_TRACES_EXPORTER="console")
    assert run.returncode == 0, run.stderr
    assert run.stdout.count('"name": "question"') == run.stdout.count('"name": "retrieve"') == 2
    assert '"service.name": "footnote"' in run.stdout
    assert "ashore" not in run.stdout
    named = ask_in_a_process(settings, OTEL_TRACES_EXPORTER="console", OTEL_SERVICE_NAME="newsroom")
    assert '"service.name": "newsroom"' in named.stdout


def test_traces_reach_a_collector(settings: dict[str, Any]) -> None:
    class Collector(trace_service_pb2_grpc.TraceServiceServicer):
        names: list[str] = []  # noqa: RUF012

        def Export(self, request: Any, _: Any) -> Any:  # noqa: N802
            scopes = [scope for resource in request.resource_spans for scope in resource.scope_spans]
            self.names += [one.name for scope in scopes for one in scope.spans]
            return trace_service_pb2.ExportTraceServiceResponse()

    server = grpc.server(futures.ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(Collector(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    run = ask_in_a_process(settings, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{port}")
    server.stop(None).wait()
    assert run.returncode == 0, run.stderr
    assert sorted(Collector.names) == sorted(2 * ["question", *STEPS])


@pytest.mark.parametrize(
    ("words", "variables", "why"),
    [
        (["without"], {}, 'QA_TRACES needs OpenTelemetry, which is not installed; run: pip install "footnote[trac'),
        ([], {"OTEL_TRACES_EXPORTER": "pigeon"}, "OTEL_TRACES_EXPORTER: 'pigeon' is not installed; there is console, "),
    ],
)
def test_what_is_missing_for_traces_is_told_in_one_line(
    words: list[str], variables: dict[str, str], why: str, settings: dict[str, Any]
) -> None:
    run = ask_in_a_process(settings, *words, **variables)
    assert run.returncode == 1
    assert run.stderr.startswith(why)
    assert run.stderr.count("\n") == 1


class LangSmith(ThreadingHTTPServer):
    """A server that takes what is sent to it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.bodies: list[bytes] = []


class _Taking(BaseHTTPRequestHandler):
    server: LangSmith

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers.get("content-length", 0))))
        self.send_response(202)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def langsmith() -> Iterator[LangSmith]:
    with LangSmith() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


ASK_AS_A_RUNNABLE = """
import json, sys
from langchain_core.tracers.langchain import wait_for_all_tracers
from qa import open_corpus
from qa.settings import load_settings
with open_corpus(settings=load_settings(**json.loads(sys.argv[1]))) as footnote:
    print(footnote.as_runnable().invoke(sys.argv[2]).text)
wait_for_all_tracers()
"""


@pytest.mark.parametrize("wanted", [True, False])
def test_langsmith_is_told_only_by_its_own_variable(
    wanted: bool, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = json.dumps({name: str(value) if isinstance(value, Path) else value for name, value in settings.items()})
    with langsmith() as server:
        monkeypatch.setenv("LANGSMITH_API_KEY", "any")
        monkeypatch.setenv("LANGSMITH_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        if wanted:
            monkeypatch.setenv("LANGSMITH_TRACING", "true")
        command = [sys.executable, "-c", ASK_AS_A_RUNNABLE, given, PASSENGERS]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "212" in run.stdout
    assert any(b"Footnote" in body for body in server.bodies) is wanted
    assert bool(server.bodies) is wanted
