"""Kills, full disks, two writers: they cost time, never answers."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from corpora import STORIES, open_index, write_corpus, write_story

from vectorstore.corpus import Corpus
from vectorstore.embedding import Embeddings, load_embeddings
from vectorstore.index import Index
from vectorstore.library import Library
from vectorstore.within import Within

if sys.platform != "linux":
    pytest.skip("forks and kills processes as Linux does", allow_module_level=True)

from syncing import Syncer

KILLS = int(os.environ.get("FOOTNOTE_TEST_KILLS", "20"))
KILLS_WHILE_WRITING = KILLS // 3
SEED = 20261122
WINDOWS = ("library.db-wal", "chroma.sqlite3", "data_level0.bin", "chunks.json", "seal.json", "CURRENT.new")
"""Files whose writing a kill is aimed at."""
QUERIES = ("How many passengers were on the ferry?", "Who found the comet?", "Mayor Berg budget", "Zephyrine gale")
Hits = list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that a search can see of an index."""

    ids: tuple[str, ...]
    vectors: np.ndarray
    dense: tuple[Hits, ...]
    lexical: tuple[Hits, ...]


@pytest.fixture(scope="module")
def syncer() -> Iterator[Syncer]:
    syncer = Syncer()
    yield syncer
    syncer.close()


@pytest.fixture(scope="module")
def embeddings(model_cache: Path) -> Embeddings:
    return load_embeddings("all-MiniLM-L6-v2", cache_dir=model_cache)


def opened(folder: Path, home: Path, embeddings: Embeddings, model_cache: Path) -> Corpus:
    """A corpus as a new process would open it, but for the model, which is loaded already."""
    corpus = open_index(folder, home, model_cache)
    corpus.embeddings = embeddings
    return corpus


def content(corpus: Corpus) -> Content:
    with corpus.reading() as index:
        rows = sorted(_rows(corpus, index))
        return Content(
            ids=tuple(identity for identity, _ in rows),
            vectors=np.array([vector for _, vector in rows]),
            dense=tuple(_dense(corpus, index, query) for query in QUERIES),
            lexical=tuple(_lexical(index, query) for query in QUERIES),
        )


def _rows(corpus: Corpus, index: Index) -> Iterator[tuple[str, list[float]]]:
    library = Library(corpus.options.home / "library.db")
    for chunks, vectors in library.chunk_vectors(revision=index.seal.revision):
        for chunk, vector in zip(chunks, vectors, strict=True):
            assert index.article(chunk.source).text[chunk.start : chunk.end] == chunk.text
            yield chunk.id, vector.tolist()
    library.close()


def _dense(corpus: Corpus, index: Index, query: str) -> Hits:
    vector = corpus.embeddings.embed_query(query)
    found = index.search_dense(vector, embedding=corpus.embeddings.fingerprint, candidates=1000, within=Within())
    return [(passage.chunk.id, round(passage.score, 4)) for passage in found]


def _lexical(index: Index, query: str) -> Hits:
    found = index.search_lexical(query, candidates=1000, within=Within())
    return [(passage.chunk.id, round(passage.score, 4)) for passage in found]


def same(one: Content, other: Content) -> bool:
    whole = (one.ids, one.lexical) == (other.ids, other.lexical) and all(map(_close, one.dense, other.dense))
    return whole and np.allclose(one.vectors, other.vectors, atol=1e-5)


def _close(one: Hits, other: Hits) -> bool:
    return dict(one).keys() == dict(other).keys() and all(abs(dict(one)[i] - s) < 2e-4 for i, s in other)


def states() -> list[dict[str, str]]:
    """Corpora one edit, removal, renaming or addition apart; the last is followed by the first."""
    first = STORIES | {f"news/{n}.txt": _story(n) for n in range(8)} | {"log.jsonl": _log(range(30))}
    edited = first | {"comet.txt": STORIES["comet.txt"].replace("Okafor", "Lindqvist"), "news/1.txt": _story(101)}
    edited |= {"log.jsonl": _log(range(1, 30))}
    removed = {name: text for name, text in edited.items() if name not in ("budget.txt", "news/2.txt")}
    renamed = {name.replace("news/3", "news/moved"): text for name, text in removed.items()}
    gale = "Gale warning\n\nA gale named Zephyrine is expected over the bay on Friday, said the weather office.\n"
    return [first, edited, removed, renamed, renamed | {"gale.txt": gale, "news/9.txt": _story(9)}]


def _log(numbers: range) -> str:
    """A file of many articles, so that small changes of it are a small share of all."""
    rows = ({"id": str(n), "title": f"Entry {n}", "text": f"Pilot {n * n} saw {n + 2} buoys adrift."} for n in numbers)
    return "".join(json.dumps(row) + "\n" for row in rows)


def _story(number: int) -> str:
    return f"Report {number}\n\n" + " ".join(
        f"Ship number {number}-{line} left the harbour with {17 * line + number} passengers and a crew of {line + 3}."
        for line in range(12)
    )


def become(folder: Path, state: dict[str, str]) -> None:
    """Turn the folder into another state, touching only what differs."""
    for path in [path for path in folder.rglob("*.*") if path.relative_to(folder).as_posix() not in state]:
        path.unlink()
    for name, text in state.items():
        if not (folder / name).exists() or (folder / name).read_text(encoding="utf-8") != text:
            write_story(folder / name, text)


def written(home: Path, *, name: str = "*") -> dict[str, int]:
    """What a sync has written: write-ahead log, pointer and generations, each with its size; empty files left out."""
    # os.walk passes over a folder that is removed meanwhile; Path.rglob raises.
    walked = (Path(parent) / file for parent, _, files in os.walk(home / "generations") for file in files)
    sizes = {}
    for path in (home / "library.db-wal", home / "CURRENT.new", *walked):
        with suppress(OSError):
            if path.is_file() and path.match(name):
                sizes[str(path)] = path.stat().st_size
    return {path: size for path, size in sizes.items() if size}


def wait_for_writing(home: Path, name: str, child: int) -> None:
    """Return when the child writes into a file of this name, or ends."""
    before = written(home, name=name)
    while written(home, name=name) == before and _alive(child):
        time.sleep(0.001)


def _alive(child: int) -> bool:
    try:
        return Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def kill(syncer: Syncer, child: int, home: Path, *, window: str, after_seconds: float) -> tuple[dict[str, int], int]:
    """Kill a syncing child so long after its start, or its write into the window: what was written, its status."""
    if window:
        wait_for_writing(home, window, child)
    time.sleep(after_seconds)
    at_kill = written(home)
    if _alive(child):
        os.kill(child, signal.SIGKILL)
    status, lines = syncer.end()
    assert status in (0, -signal.SIGKILL), lines
    return at_kill, status


def fresh_contents(tmp_path: Path, embeddings: Embeddings, model_cache: Path) -> list[Content]:
    """What an index built afresh holds, for each state of the corpus."""
    contents = []
    for number, state in enumerate(states()):
        folder = write_corpus(tmp_path / f"c{number}", state)
        reference = opened(folder, tmp_path / f"h{number}", embeddings, model_cache)
        reference.sync()
        contents.append(content(reference))
        reference.close()
    return contents


@pytest.mark.slow
@pytest.mark.timeout(45 * KILLS)
def test_after_many_kills_the_next_sync_gives_the_index_that_a_fresh_one_would_be(
    tmp_path: Path, syncer: Syncer, embeddings: Embeddings, model_cache: Path
) -> None:
    fresh = fresh_contents(tmp_path, embeddings, model_cache)
    folder, home = write_corpus(tmp_path / "articles", states()[0]), tmp_path / "home"
    started = time.monotonic()
    syncer.begin(folder, home, model_cache)
    assert syncer.end()[0] == 0
    usual_seconds = time.monotonic() - started

    choose = random.Random(SEED)
    struck = while_writing = read_on = 0
    for trial in range(KILLS):
        old, new = trial % len(fresh), (trial + 1) % len(fresh)
        become(folder, states()[new])
        before = written(home)
        child = syncer.begin(folder, home, model_cache)
        wait = WINDOWS[trial // 2 % len(WINDOWS)] if trial % 2 else ""
        longest = 0.025 if wait else usual_seconds / 3
        at_kill, status = kill(syncer, child, home, window=wait, after_seconds=choose.uniform(0, longest))
        struck += status == -signal.SIGKILL
        while_writing += status == -signal.SIGKILL and at_kill != before

        corpus = opened(folder, home, embeddings, model_cache)
        now = content(corpus)
        assert same(now, fresh[old]) or same(now, fresh[new]), f"trial {trial}: half a generation answers"
        corpus.sync()
        assert same(content(corpus), fresh[new]), f"trial {trial}: not what a fresh index holds"
        with corpus.reading() as index:
            read_on += index.seal.base != index.seal.number
        assert len(list((home / "generations").iterdir())) <= 4, "two, and the files that they read"
        corpus.close()
    hits = f"{struck} of {KILLS} kills hit a living sync, {while_writing} of them a writing one"
    print(f"seed {SEED}: {hits}; {read_on} indexes read earlier files on")  # noqa: T201
    assert 0 < read_on < KILLS
    assert struck >= KILLS // 2
    assert while_writing >= KILLS_WHILE_WRITING


def test_two_first_syncs_at_once_wait_for_each_other_and_lose_nothing(
    tmp_path: Path, syncer: Syncer, embeddings: Embeddings, model_cache: Path
) -> None:
    folder = write_corpus(tmp_path / "articles")
    other = Syncer()
    syncer.begin(folder, tmp_path / "home", model_cache)
    other.begin(folder, tmp_path / "home", model_cache)
    ends = [syncer.end(), other.end()]
    other.close()
    assert [status for status, _ in ends] == [0, 0], ends
    assert not any("damaged" in line for _, lines in ends for line in lines)
    corpus = opened(folder, tmp_path / "home", embeddings, model_cache)
    assert not corpus.sync().changed
    assert len(content(corpus).dense[0]) == corpus.sync().chunks
    corpus.close()


@pytest.mark.parametrize("largest_file_bytes", [20_000, 100_000, 200_000])
def test_a_full_disk_is_told_in_one_line_and_the_old_index_answers_on(
    tmp_path: Path, syncer: Syncer, embeddings: Embeddings, model_cache: Path, largest_file_bytes: int
) -> None:
    folder, home = write_corpus(tmp_path / "articles"), tmp_path / "home"
    corpus = opened(folder, home, embeddings, model_cache)
    corpus.sync()
    before = content(corpus)
    write_story(folder / "gale.txt", _story(7) + "\n\n" + _story(8) * 20)

    syncer.begin(folder, home, model_cache, largest_file_bytes=largest_file_bytes)
    status, lines = syncer.end()
    assert status == 20, lines  # a UserError, then, with space again, a whole sync in the same process
    told, answered, then = lines
    assert "nothing" in told, told
    assert answered == str(sorted(STORIES))
    assert "added=1" in then or "unchanged=4" in then

    after = opened(folder, home, embeddings, model_cache)
    assert "gale.txt" in {article.source for article in _articles(after)}
    assert set(before.ids) < set(content(after).ids)
    after.close()
    corpus.close()


def _articles(corpus: Corpus) -> tuple:
    with corpus.reading() as index:
        return index.articles()


def test_a_folder_that_may_not_be_written_ends_in_one_line(
    syncer: Syncer, embeddings: Embeddings, model_cache: Path
) -> None:
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        base.chmod(0o755)
        folder, home = write_corpus(base / "articles"), base / "home"
        corpus = opened(folder, home, embeddings, model_cache)
        corpus.sync()
        corpus.close()
        for path in [home, *home.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        # To root nothing is read-only.
        syncer.begin(folder, home, model_cache, user=os.geteuid() or 65534)
        status, lines = syncer.end()
        for path in [home, *home.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert status in (0, 2), lines
    assert len(lines) == 1
    assert status == 0 or "QA_INDEX_DIR" in lines[0]
