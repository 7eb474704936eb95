"""What the page's scripts ask of conversations by HTTP: frames, stopping, a footnote in its article, follow-ups."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from fastapi import FastAPI
from loopback import running, wait_until
from page_articles import FERRY, STRIKES
from page_stand_ins import KILLED, StandIn

from qa.history.conversation import Conversation
from qa.history.conversations import Conversations
from qa.server.page_routes import asking_route, page_routes
from qa.server.start_routes import start_routes
from qa.ui.desk import Desk
from qa.ui.orders import Order

ANNE, BEN = "a" * 32, "b" * 32
QUOTES = [f"{sentence}." for sentence in FERRY.text.partition("\n\n")[2].split(". ")[:2]]


class Visited:
    """Whose request it is, as the header says."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope.setdefault("state", {})["visitor"] = dict(scope["headers"])[b"x-visitor"].decode()
        await self._app(scope, receive, send)


class Site(NamedTuple):
    """A served page without its looks."""

    client: httpx.Client
    desk: Desk
    footnote: StandIn

    def done(self, question: str, visitor: str = ANNE) -> Conversation:
        underway = self.desk.ask(visitor, Order(question))
        wait_until(lambda: underway.is_over)
        return underway.conversation

    def get(self, path: str, *, visitor: str = ANNE, expect: int = 200, method: str = "GET") -> Any:
        response = self.client.request(method, f"/page/{path}", headers={"x-visitor": visitor})
        assert response.status_code == expect, response.text
        assert response.headers["cache-control"] == "no-store"
        return response.json()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("routes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_CACHE_DIR", str(model_cache))
        footnote = StandIn(home=str(home))
        footnote.sync()
    desk = Desk({"extractive": footnote}, Conversations(None))  # type: ignore[dict-item]
    app = FastAPI()
    answerers: Any = {"extractive": footnote, "openai:any": footnote.answered_by("openai:any")}
    app.include_router(asking_route(desk))
    app.include_router(page_routes(desk, footnote, footnote.ask))  # type: ignore[arg-type]
    app.include_router(start_routes(answerers, footnote.ask, notices=["The index was rebuilt."]))  # type: ignore[arg-type]
    app.add_middleware(Visited)
    with running(app, lifespan="off") as address, httpx.Client(base_url=address, timeout=60) as client:
        yield Site(client, desk, footnote)
    desk.close()
    footnote.close()


def test_asking_gives_the_conversation_to_follow_or_says_why_not(site: Site) -> None:
    def ask(body: object, visitor: str = ANNE) -> httpx.Response:
        return site.client.post("/page/ask", json=body, headers={"x-visitor": visitor})

    name = ask({"question": "How many were killed?"}).json()["conversation"]
    wait_until(lambda: site.desk.last_frame(ANNE, name)["outcome"] == "answered")
    assert ask({"question": "Where is the ferry?", "conversation": name}).json() == {"conversation": name}
    for body, visitor, status, told in (
        ([], ANNE, 400, "what was sent is no JSON object"),
        ({"question": 5}, ANNE, 400, "cannot be read"),
        ({"question": "killed", "conversation": name}, BEN, 404, "this conversation is not there"),
        ({"question": "killed", "model": "gpt"}, ANNE, 400, "no model gpt is set up here"),
    ):
        refused = ask(body, visitor)
        assert refused.status_code == status
        assert told in refused.json()["error"]


def test_a_conversation_comes_as_its_frames(site: Site) -> None:
    done = site.done("How many were killed?")
    told = site.get(f"conversations/{done.id}")
    assert (told["id"], told["title"]) == (done.id, "How many were killed?")
    assert [frame["outcome"] for frame in told["frames"]] == ["answered"]
    assert 'href="#src-1-1"' in told["frames"][0]["answer"]


def test_an_answer_is_stopped_by_its_visitor_alone(site: Site) -> None:
    underway = site.desk.ask(ANNE, Order("slow"))
    wait_until(lambda: underway.conversation.exchanges[-1].answer is not None)
    name = underway.conversation.id
    assert site.get(f"conversations/{name}")["frames"][0]["outcome"] == "coming"
    site.get(f"conversations/{name}/stop", method="POST", visitor=BEN)
    assert not underway.is_over
    assert site.get(f"conversations/{name}/stop", method="POST") == {}
    assert underway.is_over
    assert site.get(f"conversations/{name}/stop", method="POST") == {}


def test_a_footnote_comes_in_its_article_with_all_quotes_of_the_answer_marked(site: Site) -> None:
    done = site.done("Where is the ferry?")
    told = site.get(f"conversations/{done.id}/answers/1/sources/2")
    assert (told["title"], told["outlet"], told["published"], told["source"], told["notice"]) == (
        "Ferry runs aground",
        "Harbour News",
        "6 May 2024",
        "ferry.txt",
        "",
    )
    pieces = [piece for paragraph in told["paragraphs"] for piece in paragraph]
    assert [(piece["text"], piece["numbers"]) for piece in pieces if piece["numbers"]] == [
        (QUOTES[0], [1]),
        (QUOTES[1], [2]),
    ]
    assert "".join(piece["text"] for piece in pieces) == FERRY.text.replace("\n\n", "").rstrip("\n")


def test_a_quote_whose_article_changed_or_went_is_told_as_such(site: Site) -> None:
    path = site.footnote.home / "articles" / "strikes.txt"
    done = site.done("How many were killed?")
    place = f"conversations/{done.id}/answers/1/sources/1"
    try:
        path.write_text("Another line.\n\n" + STRIKES.text, encoding="utf-8")
        site.footnote.sync()
        moved = site.get(place)
        path.write_text("Strikes at sea\n\nNothing more is known of it.\n", encoding="utf-8")
        site.footnote.sync()
        changed = site.get(place)
        path.unlink()
        site.footnote.sync()
        gone = site.get(place)
    finally:
        path.write_text(STRIKES.text, encoding="utf-8")
        site.footnote.sync()
    assert "stands elsewhere in it now" in moved["notice"]
    assert {"text": KILLED, "numbers": [1]} in [piece for paragraph in moved["paragraphs"] for piece in paragraph]
    for alone, notice in ((changed, "no longer in it"), (gone, "no longer among the articles")):
        assert notice in alone["notice"]
        assert alone["paragraphs"] == [[{"text": KILLED, "numbers": [1]}]]
        assert (alone["title"], alone["source"]) == ("Strikes at sea kill 83", "strikes.txt")


def test_follow_ups_are_questions_that_are_answered_and_not_asked_yet(site: Site) -> None:
    done = site.done("Where is the ferry?")
    assert site.get(f"conversations/{done.id}/answers/1/followups") == {"questions": ["Who is Ines Falk?"]}
    underway = site.desk.ask(ANNE, Order("Who is Ines Falk?", conversation=done.id))
    wait_until(lambda: underway.is_over)
    assert "Who is Ines Falk?" not in site.get(f"conversations/{done.id}/answers/1/followups")["questions"]


@pytest.mark.parametrize("visitor", [ANNE, BEN])
def test_what_is_not_there_and_what_is_anothers_look_the_same(site: Site, visitor: str) -> None:
    name = site.done("How many were killed?").id if visitor == BEN else "f" * 32
    for path in (name, f"{name}/answers/1/sources/1", f"{name}/answers/1/followups"):
        told = site.get(f"conversations/{path}", visitor=visitor, expect=404)
        assert told == {"error": "this conversation is not there; it may have been deleted"}


def test_footnotes_and_answers_that_do_not_exist_are_refused(site: Site) -> None:
    name = site.done("How many were killed?").id
    for path in ("answers/2/sources/1", "answers/0/sources/1", "answers/1/sources/9", "answers/7/followups"):
        site.get(f"conversations/{name}/{path}", expect=404)
    assert "turn" in site.get(f"conversations/{name}/answers/one/sources/1", expect=422)["error"]
    failed = site.done("unreachable").id
    site.get(f"conversations/{failed}/answers/1/followups", expect=404)


def test_the_page_learns_what_it_is_over_and_notices_once(site: Site) -> None:
    told = site.get("start")
    assert (told["corpus"], told["articles"], told["notices"]) == ("articles", 7, ["The index was rebuilt."])
    assert site.get("start")["notices"] == []


def test_the_page_learns_who_can_answer_and_what_a_model_lacks(site: Site) -> None:
    first, other = site.get("models")["models"]
    assert (first["id"], first["label"], first["state"]) == ("extractive", "exact quotes, no language model", "ready")
    assert (other["id"], other["state"]) == ("openai:any", "unreachable")
    assert "OPENAI_API_KEY" in other["told"]


def test_the_questions_to_start_with_are_answered(site: Site) -> None:
    questions = site.get("examples")["questions"]
    assert questions
    assert all(not site.footnote.ask(question).abstained for question in questions)
