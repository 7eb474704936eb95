"""People who ask at once, as the page does it: through Gradio's queue over HTTP, each with a cookie of their own."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier
from typing import Any
from uuid import uuid4

import httpx

_TIMEOUT_SECONDS = 120.0


class Person:
    """One browser's worth of requests; a conversation of its own for each question."""

    def __init__(self, address: str) -> None:
        self._client = httpx.Client(base_url=f"{address}/ui/", timeout=_TIMEOUT_SECONDS)
        config = self._client.get("config").json()
        self._event = _asking(config)
        self._session = uuid4().hex[:10]

    def ask(self, question: str) -> str:
        """Ask, follow the answer to its end, and return what came of it; raises RuntimeError when the queue fails."""
        order = {"question": question, "conversation": "", "turn": 0}
        joined = self._client.post(
            "gradio_api/queue/join",
            json={"data": [order], "fn_index": self._event, "session_hash": self._session, "trigger_id": None},
        )
        joined.raise_for_status()
        outcome = ""
        with self._client.stream("GET", "gradio_api/queue/data", params={"session_hash": self._session}) as events:
            for line in events.iter_lines():
                event = json.loads(line[5:]) if line.startswith("data:") else {}
                outcome = _outcome(event) or outcome
                if event.get("msg") == "process_completed":
                    break
        if not outcome:
            raise RuntimeError(f"the question was not answered: {event}")
        return outcome

    def close(self) -> None:
        """Go away."""
        self._client.close()


def ask_at_once(address: str, questions: Sequence[str], *, people: int, rounds: int) -> list[float]:
    """Seconds that each of `people` waited for a whole answer, all asking in the same moment, in several rounds."""
    everybody = [Person(address) for _ in range(people)]
    start = Barrier(people)
    numbers = count()

    def take_part(person: Person, asked: Sequence[str]) -> list[float]:
        taken = []
        for question in asked:
            start.wait()
            began = time.monotonic()
            person.ask(question)
            taken.append(time.monotonic() - began)
        return taken

    shares = [[questions[next(numbers) % len(questions)] for _ in range(rounds)] for _ in everybody]
    with ThreadPoolExecutor(people) as pool:
        taken = [seconds for one in pool.map(take_part, everybody, shares) for seconds in one]
    for person in everybody:
        person.close()
    return taken


def ask_in_turn(address: str, questions: Sequence[str], *, count: int) -> None:
    """So many questions, one after the other."""
    person = Person(address)
    for number in range(count):
        person.ask(questions[number % len(questions)])
    person.close()


def _asking(config: dict[str, Any]) -> int:
    """The queued event that takes an order and gives frames."""
    frame = next(one["id"] for one in config["components"] if one["props"].get("elem_id") == "fn-frame")
    event: int = next(one["id"] for one in config["dependencies"] if one["outputs"] == [frame])
    return event


def _outcome(event: dict[str, Any]) -> str:
    """How the answer of a complete event ended; frames on the way come as differences, and tell nothing here."""
    if event.get("msg") not in ("process_generating", "process_completed"):
        return ""
    data = (event.get("output") or {}).get("data") or []
    text = json.dumps(data)
    return next((one for one in ("answered", "abstained", "failed") if f'"{one}"' in text), "")
