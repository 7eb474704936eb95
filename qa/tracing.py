"""OpenTelemetry spans for the steps of a question: only when the user asks for them, and never the user's words."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import cache, partial
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from qa.drafts import Draft, Piece
from qa.finding import Found
from qa.pipeline import Steps
from qa.types import Answer, Verdict
from vectorstore.errors import SettingsError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

Answering = Generator[Piece, None, Answer]
Attributes = dict[str, str | float | bool]
Result = TypeVar("Result")
_PLAIN_STEPS = ("look_up", "rewrite", "retrieve")
_INSTALL = 'run: pip install "footnote[traces]"'
_TRACER: ContextVar[Tracer | None] = ContextVar("tracer", default=None)
"""Set while a traced question is worked on, and only then."""


def open_tracing() -> Tracing:
    """Tracing to the tracer provider of the application around, or else to where the OTEL_* variables say.

    Raises SettingsError when a package is missing.
    """
    try:
        from opentelemetry import trace

        given = trace.get_tracer_provider()
        provider = _own_provider() if isinstance(given, trace.ProxyTracerProvider) else given
    except ImportError as error:
        raise SettingsError(f"QA_TRACES needs OpenTelemetry, which is not installed; {_INSTALL}") from error
    return Tracing(provider.get_tracer("footnote"))


class Tracing:
    """Spans for a question and its steps; without a tracer, nothing at all."""

    def __init__(self, tracer: Tracer | None = None) -> None:
        self._tracer = tracer

    def question(self, answering: Answering) -> Answering:
        """The same answering inside the span of its question."""
        return _within(self._tracer, "question", lambda: answering) if self._tracer else answering

    def steps(self, steps: Steps) -> Steps:
        """The same steps, each inside a span of its own."""
        if self._tracer is None:
            return steps
        tracer = self._tracer
        plain = {name: partial(_step, name, getattr(steps, name)) for name in _PLAIN_STEPS}
        return replace(steps, answer=lambda *given: _within(tracer, "answer", partial(steps.answer, *given)), **plain)


class Notes:
    """What a span is told; without traces, nothing is kept."""

    def __init__(self, opened: Span | None = None) -> None:
        self._span = opened

    def add(self, **attributes: str | float | bool) -> None:
        """Note counts, names and times, as `footnote.NAME`; never what somebody wrote."""
        if self._span:
            self._span.set_attributes({f"footnote.{name}": value for name, value in attributes.items()})


_NO_NOTES = Notes()


@contextmanager
def span(name: str) -> Iterator[Notes]:
    """A span for a part of a step, free without traces; let no generator yield inside it."""
    tracer = _TRACER.get()
    if tracer is None:
        yield _NO_NOTES
        return
    with tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as opened:
        try:
            yield Notes(opened)
        except BaseException as error:
            _note_failure(opened, error)
            raise


def _step(name: str, step: Callable[..., Result], *given: Any) -> Result:
    with span(name) as notes:
        result = step(*given)
        notes.add(**_told(result))
        return result


def _within(
    tracer: Tracer, name: str, begin: Callable[[], Generator[Piece, None, Result]]
) -> Generator[Piece, None, Result]:
    """Work inside a span: the current one while the work goes on, and never while the consumer's does."""
    opened = tracer.start_span(name)
    try:
        with _current(opened, tracer):
            work = begin()
        try:
            while True:
                with _current(opened, tracer):
                    progress = next(work)
                yield progress
        except StopIteration as end:
            result: Result = end.value
            Notes(opened).add(**_told(result))
            return result
        finally:
            with _current(opened, tracer):
                work.close()
    except BaseException as error:
        _note_failure(opened, error)
        raise
    finally:
        opened.end()


@contextmanager
def _current(opened: Span, tracer: Tracer) -> Iterator[None]:
    from opentelemetry.trace import use_span

    before = _TRACER.set(tracer)
    try:
        with use_span(opened, record_exception=False, set_status_on_exception=False):
            yield
    finally:
        _TRACER.reset(before)


def _note_failure(opened: Span, error: BaseException) -> None:
    """The kind of an error only: its text may repeat what a user typed."""
    from opentelemetry.trace import StatusCode

    if isinstance(error, GeneratorExit | CancelledError):
        Notes(opened).add(stopped=True)
        return
    opened.set_attribute("error.type", type(error).__name__)
    opened.set_status(StatusCode.ERROR)


def _told(result: object) -> Attributes:
    """What is told of a step's result: counts, verdicts and times."""
    if isinstance(result, Answer):
        told: Attributes = {"model": result.model, "milliseconds": round(1000 * result.seconds, 1)}
        return told | _told_of_answer(result) | {"passages": len(result.passages)}
    if isinstance(result, Draft):
        return _told_of_answer(result)
    return {"passages": len(result.passages)} if isinstance(result, Found) else {}


def _told_of_answer(answer: Answer | Draft) -> Attributes:
    verdicts = [claim.verdict for claim in answer.claims]
    return {
        "abstained": answer.abstained,
        "reason": answer.reason,
        "confidence": answer.confidence,
        "complete": answer.complete,
        "citations": len(answer.citations),
        "marks_removed": answer.marks_removed,
        "input_tokens": answer.usage.input_tokens,
        "output_tokens": answer.usage.output_tokens,
        **{f"claims_{verdict}": verdicts.count(verdict) for verdict in get_args(Verdict)},
    }


@cache
def _own_provider() -> TracerProvider:
    """A provider set up from the OTEL_* variables, for a process in which nobody set up one."""
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create()
    if str(resource.attributes[SERVICE_NAME]).startswith("unknown_service"):
        resource = resource.merge(Resource({SERVICE_NAME: "footnote"}))
    provider = TracerProvider(resource=resource)
    for name in os.environ.get("OTEL_TRACES_EXPORTER", "otlp").split(","):
        if name.strip() not in ("", "none"):
            provider.add_span_processor(BatchSpanProcessor(_exporter(name.strip())()))
    return provider


def _exporter(name: str) -> Callable[[], Any]:
    """An exporter by its standard name, from the packages that are installed."""
    group = "opentelemetry_traces_exporter"
    wanted = f"otlp_proto_{_protocol()}" if name == "otlp" else name
    for found in entry_points(group=group, name=wanted):
        exporter: Callable[[], Any] = found.load()
        return exporter
    known = ", ".join(sorted({"none", "otlp", *entry_points(group=group).names}))
    raise SettingsError(f"OTEL_TRACES_EXPORTER: {wanted!r} is not installed; there is {known}, or {_INSTALL}")


def _protocol() -> str:
    general = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    return os.environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", general).partition("/")[0]
