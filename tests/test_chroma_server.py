"""The index on a Chroma server: the same answers, and the same care."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from corpora import STORIES, open_index, write_corpus, write_story

from vectorstore.corpus import Corpus
from vectorstore.errors import UserError
from vectorstore.within import Within

QUERY = "How many passengers were on the ferry?"


class Server:
    """A real `chroma run` on a free port of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        chroma = Path(sys.executable).with_name("chroma")
        command = [chroma, "run", "--path", self.folder, "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not self._answers():
            assert time.monotonic() < deadline, "chroma run does not answer"
            time.sleep(0.1)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(timeout=30)
        self._process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=2) as reply:
                return bool(reply.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def collections(self) -> list[str]:
        with urllib.request.urlopen(f"{self._database}/collections?limit=1000", timeout=10) as reply:
            return [collection["name"] for collection in json.load(reply)]

    def create(self, name: str) -> None:
        body = json.dumps({"name": name}).encode()
        request = urllib.request.Request(f"{self._database}/collections", body, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=10).close()

    @property
    def _database(self) -> str:
        return f"{self.url}/api/v2/tenants/default_tenant/databases/default_database"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not Path(sys.executable).with_name("chroma").exists():
        pytest.skip("the chroma command is not installed")
    server = Server(tmp_path_factory.mktemp("chroma-server"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "articles")


@pytest.fixture
def corpus(folder: Path, tmp_path: Path, model_cache: Path, server: Server) -> Iterator[Corpus]:
    corpus = open_index(folder, tmp_path / "home", model_cache, chroma_url=server.url)
    corpus.sync()
    yield corpus
    corpus.close()


def dense(corpus: Corpus) -> list[tuple[str, float]]:
    vector = corpus.embeddings.embed_query(QUERY)
    with corpus.reading() as index:
        hits = index.search_dense(vector, embedding=corpus.embeddings.fingerprint, candidates=9, within=Within())
    return [(passage.chunk.source, round(passage.score, 3)) for passage in hits]


def test_a_server_finds_what_the_embedded_index_finds(corpus: Corpus, folder: Path, tmp_path: Path) -> None:
    embedded = open_index(folder, tmp_path / "embedded", corpus.options.cache_dir)
    embedded.sync()
    assert dense(corpus) == dense(embedded)
    assert not (tmp_path / "home" / "generations" / "1" / "chroma").exists()
    embedded.close()


def test_changes_reach_the_server_and_two_collections_are_kept(corpus: Corpus, folder: Path, server: Server) -> None:
    others = set(server.collections()) - {name for name in server.collections() if _ours(name, corpus)}
    for round_ in range(2):
        write_story(folder / "harbour.txt", STORIES["harbour.txt"].replace("212", str(300 + round_)))
        assert corpus.sync().replaced == 1
    assert dense(corpus)[0][0] == "harbour.txt"
    assert not corpus.sync().changed
    assert len([name for name in server.collections() if _ours(name, corpus)]) == 2
    assert others <= set(server.collections())


def _ours(name: str, corpus: Corpus) -> bool:
    with corpus.reading() as index:
        return name.startswith(index.seal.collection.rpartition("-")[0])


def test_the_leftover_of_an_interrupted_build_is_in_nobodys_way(corpus: Corpus, folder: Path, server: Server) -> None:
    with corpus.reading() as index:
        prefix, _, number = index.seal.collection.rpartition("-")
    server.create(f"{prefix}-{int(number) + 1}")
    write_story(folder / "harbour.txt", STORIES["harbour.txt"].replace("212", "305"))
    assert corpus.sync().replaced == 1


@pytest.mark.slow
def test_a_server_that_is_down_is_told_in_one_line_and_one_that_lost_its_data_is_filled_again(
    corpus: Corpus, folder: Path, server: Server, tmp_path: Path
) -> None:
    before = dense(corpus)
    server.stop()
    late = open_index(folder, tmp_path / "home", corpus.options.cache_dir, chroma_url=server.url)
    for ask in (late.sync, lambda: dense(late), lambda: dense(corpus)):
        with pytest.raises(UserError, match="no Chroma server answers at http://127") as caught:
            ask()
        assert "\n" not in str(caught.value)
    shutil.rmtree(server.folder)
    server.folder.mkdir()
    server.start()
    report = late.sync()
    assert len(report.notices) == 1
    assert "damaged" in report.notices[0]
    assert dense(late) == before
    late.close()
