"""The start of the server, seen from outside: what is told before it is ready, and what is answered already."""

from __future__ import annotations

import json
import time

import httpx
from loopback import running
from page_stand_ins import serving

from qa.server.asgi import answer
from qa.server.startup import NotYet, Startup


async def anything(scope: object, receive: object, send: object) -> None:
    await answer(send, 200, b"here", headers=[])  # type: ignore[arg-type]


def test_until_it_is_ready_programs_are_told_to_come_again() -> None:
    startup = Startup()
    with running(NotYet(anything, startup), lifespan="off") as here:
        for path in ("v1/models", "mcp", "ui/config", "page/articles"):
            reply = httpx.get(f"{here}/{path}")
            assert (reply.status_code, reply.headers["retry-after"]) == (503, "2")
            assert reply.json() == {"error": "Looking for new and changed articles…"}
        for path in ("", "health", "ready", "favicon.ico", "login"):
            assert httpx.get(f"{here}/{path}").text == "here"
        startup.answers = True
        assert httpx.get(f"{here}/page/articles").text == "here"
        assert httpx.get(f"{here}/ui/config").status_code == 503
        for path, place in (("ui/?c=ab&d=%26", "/?c=ab&d=%26"), ("ui", "/?")):
            reply = httpx.get(f"{here}/{path}")
            assert (reply.status_code, reply.headers["location"]) == (303, place)
        assert httpx.post(f"{here}/ui/").status_code == 503
        startup.ready = True
        assert httpx.get(f"{here}/ui/").text == "here"


def test_a_failed_start_is_told_to_programs_too() -> None:
    startup = Startup(error=RuntimeError("secret detail"))
    with running(NotYet(anything, startup), lifespan="off") as here:
        told = httpx.get(f"{here}/v1/models").json()["error"]
    assert told == "Footnote could not start: the details are in the server's log"


def test_a_question_is_answered_before_the_page_is_loaded() -> None:
    with serving("StandIn()", until="listening") as served, httpx.Client(base_url=served.address, timeout=60) as client:
        deadline = time.monotonic() + 120
        while not (state := client.get("/ready").json())["answers"]:
            assert time.monotonic() < deadline, state
            time.sleep(0.01)
        name = client.post("/page/ask", json={"question": "How many were killed?"}).json()["conversation"]
        while (frame := client.get(f"/page/conversations/{name}").json()["frames"][0])["outcome"] == "coming":
            assert time.monotonic() < deadline, frame
            time.sleep(0.01)
        assert "At least 83" in frame["answer"]
        assert client.post("/page/ask", content=json.dumps({"question": ""})).status_code == 200
        assert client.post("/page/ask", content="[").status_code == 400
