"""The stop button of an answer: pressed in any thread, it also reaches a thread that waits for a silent model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar


class Stop:
    """A button that stays pressed; pressing it calls at once what waits for it."""

    def __init__(self) -> None:
        self._pressed: Future[None] = Future()

    @property
    def pressed(self) -> bool:
        """Whether somebody wants the answer no more."""
        return self._pressed.done()

    def press(self) -> None:
        """Stop; from any thread, any number of times."""
        self._pressed.cancel()

    def then(self, call: Callable[[], object]) -> None:
        """Have something called, in the pressing thread, when the button is pressed; at once if it is."""
        self._pressed.add_done_callback(lambda _: call())

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Within this block, `on_stop` waits for this button too; let no generator yield inside it."""
        before = _HEEDED.set((*_HEEDED.get(), self))
        try:
            yield
        finally:
            _HEEDED.reset(before)


def on_stop(call: Callable[[], object]) -> None:
    """Have something called when the answer that is being made here is stopped."""
    for stop in _HEEDED.get():
        stop.then(call)


def is_stopped() -> bool:
    """Whether the answer that is being made here is wanted no more."""
    return any(stop.pressed for stop in _HEEDED.get())


_HEEDED: ContextVar[tuple[Stop, ...]] = ContextVar("heeded", default=())
