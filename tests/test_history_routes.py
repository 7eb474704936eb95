"""Conversations by HTTP: each visitor's own, and everything that goes wrong is one line of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import httpx
import pytest
from fastapi import FastAPI, Request
from loopback import running
from page_stand_ins import StandIn
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import Response

from qa.history.conversations import Conversation, Conversations, Exchange
from qa.history.feedback import Feedback, read_feedback
from qa.server.history_routes import history_routes

ANNE, BOB = "a" * 32, "b" * 32
NOON = datetime(2025, 11, 30, 12, tzinfo=UTC)
PAGE = "/sub/page/conversations"


class Site(NamedTuple):
    """A server below a path, whose visitor is who the header says."""

    client: httpx.Client
    conversations: Conversations
    feedback: Path

    def keep(self, *questions: str, visitor: str = ANNE) -> Conversation:
        exchanges = tuple(Exchange(one, NOON, StandIn().ask(one), "answered") for one in questions)
        return self.conversations.save(visitor, replace(self.conversations.start(visitor), exchanges=exchanges))

    def ask(self, method: str, path: str = "", *, visitor: str = ANNE, **sent: object) -> httpx.Response:
        response = self.client.request(method, PAGE + path, headers={"x-visitor": visitor}, **sent)  # type: ignore[arg-type]
        assert response.headers["cache-control"] == "no-store"
        return response

    def titles(self, **query: str) -> list[str]:
        return [one["title"] for one in self.ask("GET", params=query).json()["conversations"]]


class Server:
    """One server for all tests; each puts its own app there."""

    def __init__(self) -> None:
        self.app: FastAPI | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert self.app
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    server = Server()
    with running(server, lifespan="off") as address, httpx.Client(base_url=address) as client:
        client.server = server  # type: ignore[attr-defined]
        yield client


@pytest.fixture
def site(tmp_path: Path, client: httpx.Client) -> Site:
    conversations, feedback = Conversations(tmp_path / "conversations"), tmp_path / "feedback.jsonl"
    app, inner = FastAPI(), FastAPI()

    @inner.middleware("http")
    async def name_the_visitor(request: Request, go_on: RequestResponseEndpoint) -> Response:
        request.state.visitor = request.headers["x-visitor"]
        return await go_on(request)

    inner.include_router(history_routes(conversations, Feedback(feedback)))
    app.mount("/sub", inner)
    client.server.app = app  # type: ignore[attr-defined]
    return Site(client, conversations, feedback)


def test_conversations_are_listed_and_searched(site: Site) -> None:
    first = site.keep("How many were killed?", "And nothing?")
    site.keep("What is unknown?")
    listed = site.ask("GET").json()["conversations"]
    assert [one["title"] for one in listed] == ["What is unknown?", "How many were killed?"]
    assert listed[1] == {
        "id": first.id,
        "title": "How many were killed?",
        "named": False,
        "changed": first.changed.isoformat(),
        "exchanges": 2,
        "excerpt": "The articles do not tell.",
    }
    assert site.titles(search="KILLED 83") == ["How many were killed?"]
    assert site.titles(search="nowhere") == []


def test_a_conversation_is_named_and_deleted_and_all_are(site: Site) -> None:
    one, two = site.keep("One, killed?"), site.keep("Two, killed?")
    renamed = site.ask("PATCH", f"/{one.id}", json={"name": " The  strikes "})
    assert renamed.json() == {"id": one.id, "title": "The strikes", "named": True}
    assert site.titles() == ["Two, killed?", "The strikes"]
    assert site.ask("PATCH", f"/{one.id}", json={"name": " "}).json()["title"] == "One, killed?"
    assert site.ask("DELETE", f"/{two.id}").json() == {"deleted": 1}
    assert site.titles() == ["One, killed?"]
    assert site.ask("DELETE").json() == {"deleted": 1}
    assert site.titles() == []


@pytest.mark.parametrize("visitor", [BOB, "../../etc", ""])
def test_nobody_reaches_what_is_anothers(site: Site, visitor: str) -> None:
    one = site.keep("How many were killed?")
    requests: list[tuple[str, str, object]] = [
        ("PATCH", f"/{one.id}", {"name": "his"}),
        ("DELETE", f"/{one.id}", None),
        ("GET", f"/{one.id}/export.md", None),
        ("GET", f"/{one.id}/export.json", None),
        ("GET", f"/{one.id}/answers/1.md", None),
        ("GET", f"/{one.id}/answers/1.txt", None),
        ("POST", f"/{one.id}/answers/1/vote", {"vote": "up"}),
        ("POST", f"/{one.id}/answers/1/share", None),
    ]
    for method, path, sent in requests:
        found = site.ask(method, path, visitor=visitor, json=sent)
        assert (found.status_code, list(found.json())) == (404, ["error"])
    assert site.ask("DELETE", visitor=BOB).json() == {"deleted": 0}
    assert site.ask("GET", visitor=BOB).json() == {"conversations": []}
    assert site.conversations.open(ANNE, one.id) == one
    assert not site.feedback.exists()


def test_a_shared_answer_is_read_by_others_and_changed_by_nobody(site: Site) -> None:
    one = site.keep("How many were killed?", "And nothing?")
    shared = site.ask("POST", f"/{one.id}/answers/2/share").json()["id"]
    for path in ("export.md", "export.json", "answers/1.md", "answers/1.txt"):
        text = site.ask("GET", f"/{shared}/{path}", visitor=BOB).text
        assert "And nothing?" in text and "How many" not in text
    changes: list[tuple[str, str, object]] = [
        ("PATCH", "", {"name": "his"}),
        ("DELETE", "", None),
        ("POST", "/answers/1/vote", {"vote": "up"}),
        ("POST", "/answers/1/share", None),
    ]
    for visitor in (ANNE, BOB):
        for method, path, sent in changes:
            assert site.ask(method, f"/{shared}{path}", visitor=visitor, json=sent).status_code == 404
    assert not site.feedback.exists()
    site.ask("DELETE", f"/{one.id}")
    assert site.ask("GET", f"/{shared}/export.md", visitor=BOB).status_code == 404


@pytest.mark.parametrize("name", ["0" * 32, "x", "..%5c..%5cetc", "A" * 32, "%00"])
def test_what_is_not_there_is_not_found(site: Site, name: str) -> None:
    site.keep("How many were killed?")
    for path in ("export.md", "answers/1.md"):
        assert site.ask("GET", f"/{name}/{path}").status_code == 404


@pytest.mark.parametrize("turn", ["0", "2", "-1", "x", "1e0", "٣", "9" * 30])
def test_an_answer_that_is_not_there_is_not_found(site: Site, turn: str) -> None:
    one = site.keep("How many were killed?")
    assert site.ask("GET", f"/{one.id}/answers/{turn}.md").status_code == 404
    assert site.ask("GET", f"/{one.id}/answers/{turn}.txt").status_code == 404
    assert site.ask("POST", f"/{one.id}/answers/{turn}/vote", json={"vote": "up"}).status_code == 404
    assert site.ask("POST", f"/{one.id}/answers/{turn}/share").status_code == 404
    assert not site.feedback.exists()


def test_a_conversation_is_taken_away_as_markdown_and_as_json(site: Site) -> None:
    one = site.keep("How many were killed?", "unknown?")
    markdown = site.ask("GET", f"/{one.id}/export.md")
    assert markdown.headers["content-type"] == "text/markdown; charset=utf-8"
    assert markdown.text.startswith("# How many were killed?\n")
    data = site.ask("GET", f"/{one.id}/export.json")
    assert data.headers["content-type"] == "application/json"
    assert data.json()["exchanges"][0]["answer"]["citations"][0]["source"] == "strikes.txt"


@pytest.mark.parametrize(
    ("name", "plain", "exact"),
    [
        ("Häfen 北京: “Straße”\r\nCookie: x", "hafen-strasse-cookie-x.md", "Häfen 北京_ “Straße” Cookie_ x.md"),
        ("../../etc/passwd", "etc-passwd.md", ".._.._etc_passwd.md"),
        ("北京", "conversation.md", "北京.md"),
        ('a"; filename="b.exe', "a-filename-b-exe.md", "a_; filename=_b.exe.md"),
        ("x" * 200, f"{'x' * 60}.md", f"{'x' * 200}.md"),
        ("half \ud800", "half.md", "half �.md"),
    ],
)  # fmt: skip
def test_the_file_is_named_after_the_title_for_any_browser(site: Site, name: str, plain: str, exact: str) -> None:
    one = site.keep("How many were killed?")
    site.conversations.rename(ANNE, one.id, name)
    header = site.ask("GET", f"/{one.id}/export.md").headers["content-disposition"]
    assert header.isascii()
    told = Message()
    told["content-disposition"] = header.partition("; filename*")[0]
    assert (told.get_content_disposition(), told.get_filename()) == ("attachment", plain)
    assert unquote(header.partition("filename*=UTF-8''")[2]) == exact


def test_one_answer_is_given_as_markdown_and_as_plain_text(site: Site) -> None:
    one = site.keep("unknown?", "How many were killed?")
    markdown, text = (site.ask("GET", f"/{one.id}/answers/2.{kind}") for kind in ("md", "txt"))
    assert markdown.headers["content-type"] == "text/markdown; charset=utf-8"
    assert "\\[1\\] Strikes at sea kill 83" in markdown.text
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert text.text.startswith("How many were killed?\n\nAt least 83 people have been killed. [1]\n\n[1] Strikes")


def test_a_vote_is_kept_with_the_conversation_and_in_the_feedback(site: Site) -> None:
    one = site.keep("unknown?", "How many were killed?")
    path = f"/{one.id}/answers/2/vote"
    assert site.ask("POST", path, json={"vote": ""}).json() == {"vote": "", "comment": ""}
    assert not site.feedback.exists()
    assert site.ask("POST", path, json={"vote": "up"}).json() == {"vote": "up", "comment": ""}
    down = {"vote": "down", "comment": "It was 84."}
    assert site.ask("POST", path, json=down).json() == down
    exchange = site.conversations.open(ANNE, one.id).exchanges[1]
    assert (exchange.vote, exchange.comment) == ("down", "It was 84.")
    (rated,) = read_feedback(site.feedback).rated
    assert (rated.vote, rated.comment, rated.turn, rated.earlier) == ("down", "It was 84.", 2, ("unknown?",))
    assert ANNE not in site.feedback.read_text()
    site.ask("POST", path, json={"vote": ""})
    assert site.conversations.open(ANNE, one.id).exchanges[1].vote == ""
    assert read_feedback(site.feedback).rated == ()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe{", "not JSON"),
        (b"[" * 50_000, "not JSON"),
        (b"[]", "no JSON object"),
        (b'{"vote": "best", "name": 5}', ""),
        (b'{"vote": ["up"], "name": null}', ""),
        (b'{"comment": "x"}', ""),
        (b'{"vote": "up", "comment": 5, "name": []}', "no text"),
        (json.dumps({"vote": "up", "comment": "x" * 2_001, "name": "x" * 201}).encode(), "too long"),
        (json.dumps({"vote": "up", "more": "x" * 100_000, "name": "x"}).encode(), "too much was sent"),
    ],
)
def test_a_wrong_body_is_refused_in_one_line(site: Site, content: bytes, why: str) -> None:
    one = site.keep("How many were killed?")
    for method, path in (("PATCH", f"/{one.id}"), ("POST", f"/{one.id}/answers/1/vote")):
        refused = site.ask(method, path, content=content)
        assert refused.status_code == 400
        assert why in refused.json()["error"]
        assert "\n" not in refused.json()["error"]
    assert site.conversations.open(ANNE, one.id) == one
    assert not site.feedback.exists()


def test_half_a_character_that_a_page_sends_breaks_nothing(site: Site) -> None:
    one = site.keep("How many were killed?")
    assert site.ask("PATCH", f"/{one.id}", content=b'{"name": "\\ud800"}').json()["title"] == "\ud800"
    assert site.ask("POST", f"/{one.id}/answers/1/vote", content=b'{"vote": "up", "comment": "\\ud800"}').is_success
    assert site.titles() == ["\ud800"]
    for path in ("export.md", "export.json", "answers/1.txt"):
        assert site.ask("GET", f"/{one.id}/{path}").is_success


def test_a_disk_that_takes_nothing_is_told_in_one_line(site: Site, tmp_path: Path) -> None:
    one = site.keep("How many were killed?")
    site.feedback.mkdir()
    refused = site.ask("POST", f"/{one.id}/answers/1/vote", json={"vote": "up"})
    assert refused.status_code == 503
    assert "cannot be written" in refused.json()["error"]
