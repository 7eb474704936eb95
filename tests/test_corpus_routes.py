"""The view of the corpus over HTTP: what the page's script gets, what it may change, and what is refused in words."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import uvicorn
from corpora import STORIES, write_corpus, write_story
from fastapi import FastAPI

from qa.editing import ArticleFiles
from qa.footnote import Footnote
from qa.server.corpus_routes import corpus_routes
from qa.settings import load_settings

BRIDGE = b"Bridge closed\n\nThe old bridge of Lund is closed until Friday. Engineers found two cracks in a pier.\n"


class View(NamedTuple):
    """A served corpus view."""

    client: httpx.Client
    folder: Path

    def call(self, method: str, path: str, *, expect: int = 200, **options: Any) -> Any:
        response = self.client.request(method, f"/page/{path}", **options)
        assert response.status_code == expect, response.text
        assert response.headers["cache-control"] == "no-store"
        return response.json()

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@contextmanager
def viewing(base: Path, *, editable: bool = True, **limits: Any) -> Iterator[View]:
    folder = write_corpus(base / "articles")
    write_story(folder / "empty.txt", "\n")
    footnote = Footnote(load_settings(corpus_dir=folder, index_dir=base / "home"))
    report = footnote.sync()
    files = ArticleFiles(folder, removed=base / "home" / "removed", **{"max_file_mb": 0.5, **limits})
    app = FastAPI()
    app.include_router(corpus_routes(footnote, files if editable else None, skipped=report.skipped))
    with socket.socket() as listening, footnote:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        port = listening.getsockname()[1]
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                yield View(client, folder)
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("views")


@pytest.fixture(scope="module")
def shared(base: Path) -> Iterator[View]:
    with viewing(base / "shared") as served:
        yield served


@pytest.fixture
def view(tmp_path: Path) -> Iterator[View]:
    with viewing(tmp_path) as served:
        yield served


def test_articles_are_listed_with_what_was_skipped_and_what_may_be_added(shared: View) -> None:
    told = shared.call("GET", "articles?search=lund&since=&until=&sort=title&descending=true")
    assert (told["total"], told["articles"], told["outlets"]) == (0, [], [])
    told = shared.call("GET", "articles?sort=title&descending=true&limit=2")
    assert [row["title"] for row in told["articles"]] == ["Ferry runs aground", "Council passes budget"]
    assert told["total"] == 3
    assert told["skipped"] == [{"path": "empty.txt", "why": "holds no text"}]
    assert told["editable"] is True
    assert (told["limits"]["file_mb"], told["limits"]["files"]) == (0.5, 1000)
    assert {".txt", ".pdf", ".html.gz"} <= set(told["limits"]["suffixes"])


def test_an_article_comes_cut_at_its_marks(shared: View) -> None:
    text = STORIES["harbour.txt"]
    start = text.index("212")
    told = shared.call("GET", f"article?source=harbour.txt&mark=2:{start}:{start + 3}&mark=1:0:5")
    assert (told["title"], told["characters"], told["before"], told["after"]) == (
        "Ferry runs aground",
        len(text),
        0,
        0,
    )
    assert told["paragraphs"][0][0] == {"text": "Ferry", "numbers": [1]}
    assert {"text": "212", "numbers": [2]} in told["paragraphs"][1]
    assert "".join(segment["text"] for segment in told["paragraphs"][1]) == text.partition("\n\n")[2].strip()


def test_an_added_file_is_an_article_after_a_sync(view: View) -> None:
    added = view.call("POST", "articles", params={"name": "../bridge ü.txt"}, content=BRIDGE)
    assert added == {"source": "bridge ü.txt", "articles": 1}
    assert view.call("GET", "articles?search=bridge")["total"] == 0
    synced = view.call("POST", "sync")
    assert (synced["added"], synced["removed"], synced["unchanged"], synced["chunks"]) == (1, 0, 3, 4)
    assert synced["skipped"] == [{"path": "empty.txt", "why": "holds no text"}]
    assert view.call("GET", "articles?search=bridge")["articles"][0]["source"] == "bridge ü.txt"


def test_a_removed_article_is_gone_after_a_sync_and_can_be_brought_back(view: View) -> None:
    write_story(view.folder / "rows.csv", "title,text\nRain,The rain fell in Lund.\nSnow,The snow fell in Holt.\n")
    view.call("POST", "sync")
    removed = view.call("DELETE", "articles", params={"source": "rows.csv#2"})
    assert removed["articles"] == 2
    assert view.call("POST", "sync")["removed"] == 2
    assert view.call("GET", "articles")["total"] == 3
    restored = view.call("POST", "articles/restore", params={"token": removed["token"]})
    assert restored == {"sources": ["rows.csv"]}
    assert view.call("POST", "sync")["added"] == 2


@pytest.mark.parametrize(
    ("name", "content", "status", "error"),
    [
        ("a.exe", b"MZ", 422, "no reader for .exe files"),
        ("a.txt", b"  \n", 422, "holds no text"),
        ("a.txt", b"word " * 110_000, 413, "larger than 0.5 MB (QA_MAX_FILE_MB)"),
        ("harbour.txt", STORIES["harbour.txt"].encode(), 422, "is already there"),
    ],
)
def test_a_refused_file_is_told_why(shared: View, name: str, content: bytes, status: int, error: str) -> None:
    before = shared.names()
    assert shared.call("POST", "articles", expect=status, params={"name": name}, content=content) == {"error": error}
    assert shared.names() == before


def test_a_file_that_does_not_tell_its_length_is_bounded_while_it_comes(shared: View) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b"word " * 20_000

    told = shared.call("POST", "articles", expect=413, params={"name": "a.txt"}, content=endless())
    assert told == {"error": "larger than 0.5 MB (QA_MAX_FILE_MB)"}
    assert shared.names() == sorted([*STORIES, "empty.txt"])


def test_a_sender_who_goes_away_leaves_nothing(shared: View) -> None:
    host, port = shared.client.base_url.host, shared.client.base_url.port
    assert port
    with socket.create_connection((host, port)) as sender:
        head = b"POST /page/articles?name=a.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n"
        sender.sendall(head + b"word " * 1000)
        deadline = time.monotonic() + 10
        while shared.names() == sorted([*STORIES, "empty.txt"]):
            assert time.monotonic() < deadline
            time.sleep(0.01)
    while shared.names() != sorted([*STORIES, "empty.txt"]):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_many_files_at_once_all_come_in(view: View) -> None:
    statuses: list[int] = []

    def send(number: int) -> None:
        text = BRIDGE.replace(b"two", str(number).encode())
        with httpx.Client(base_url=view.client.base_url, timeout=60) as client:
            statuses.append(client.post("/page/articles", params={"name": "bridge.txt"}, content=text).status_code)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 12
    assert view.call("POST", "sync")["added"] == 12


@pytest.mark.parametrize(
    ("method", "path", "status", "word"),
    [
        ("GET", "article?source=nothing.txt", 404, "no article"),
        ("GET", "article?source=../../etc/passwd", 404, "no article"),
        ("GET", "article", 422, "source"),
        ("GET", "article?source=harbour.txt&mark=1:x:3", 422, "is no mark"),
        ("GET", "articles?since=soon", 422, "is no day"),
        ("GET", "articles?limit=0", 422, "limit"),
        ("GET", "articles?sort=size", 422, "sort"),
        ("DELETE", "articles?source=nothing.txt", 404, "there is no article file"),
        ("DELETE", "articles?source=../home/library.db", 404, "there is no article file"),
        ("POST", "articles/restore?token=0", 404, "nothing to bring back"),
        ("POST", "articles", 422, "name"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(shared: View, method: str, path: str, status: int, word: str) -> None:
    told = shared.call(method, path, expect=status)
    assert list(told) == ["error"]
    assert word in told["error"]
    assert "\n" not in told["error"]


def test_all_articles_can_be_removed_and_brought_back(view: View) -> None:
    tokens = [view.call("DELETE", f"articles?source={source}")["token"] for source in STORIES]
    told = view.call("POST", "sync")
    assert (told["removed"], told["chunks"]) == (3, 0)
    assert told["skipped"] == [{"path": "empty.txt", "why": "holds no text"}]
    told = view.call("GET", "articles")
    assert (told["total"], told["articles"], told["outlets"], told["editable"]) == (0, [], [], True)
    assert "holds no article" in view.call("GET", "article?source=harbour.txt", expect=404)["error"]
    for token in tokens:
        view.call("POST", "articles/restore", params={"token": token})
    assert view.call("POST", "sync")["chunks"] == 3
    assert view.call("GET", "articles")["total"] == 3


def test_a_folder_without_articles_takes_the_first_one(view: View) -> None:
    for source in STORIES:
        view.call("DELETE", f"articles?source={source}")
    view.call("POST", "sync")
    view.call("POST", "articles", params={"name": "bridge.txt"}, content=BRIDGE)
    told = view.call("POST", "sync")
    assert (told["added"], told["removed"]) == (1, 3)
    assert [row["source"] for row in view.call("GET", "articles")["articles"]] == ["bridge.txt"]


def test_where_editing_is_off_articles_can_be_read_and_nothing_changed(tmp_path: Path) -> None:
    with viewing(tmp_path, editable=False) as view:
        told = view.call("GET", "articles")
        assert (told["editable"], told["total"], told["limits"]["suffixes"]) == (False, 3, [])
        for method, path in (
            ("POST", "articles?name=a.txt"),
            ("DELETE", "articles?source=harbour.txt"),
            ("POST", "articles/restore?token=0"),
        ):
            refused = view.call(method, path, expect=403)
            assert refused == {"error": "articles cannot be added or removed here (QA_UPLOADS)"}
        assert "harbour.txt" in view.names()
        assert view.call("POST", "sync")["unchanged"] == 3
