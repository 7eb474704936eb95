"""Damaged files: found before anything opens them, told in one line, healed by the next sync."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from corpora import open_index, write_corpus

from qa import open_corpus
from qa.settings import load_settings
from vectorstore.corpus import Corpus
from vectorstore.embedding import Embeddings, load_embeddings
from vectorstore.errors import IndexDamaged, UserError
from vectorstore.seals import current_number, folder_of, verify
from vectorstore.within import Within

QUERIES = ("How many passengers were on the ferry?", "Okafor", "sober budget plan")
Damage = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Pristine:
    """An undamaged index, and what it answers."""

    folder: Path
    home: Path
    found: list[list[tuple[str, float]]]
    embeddings: Embeddings
    model_cache: Path

    def copy(self, to: Path) -> Path:
        shutil.copytree(self.home, to)
        return to

    def open(self, home: Path) -> Corpus:
        corpus = open_index(self.folder, home, self.model_cache)
        corpus.embeddings = self.embeddings
        return corpus


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Pristine:
    base = tmp_path_factory.mktemp("pristine")
    embeddings = load_embeddings("all-MiniLM-L6-v2", cache_dir=model_cache)
    corpus = open_index(write_corpus(base / "articles"), base / "home", model_cache)
    corpus.embeddings = embeddings
    corpus.sync()
    answers = found(corpus)
    corpus.close()
    return Pristine(base / "articles", base / "home", answers, embeddings, model_cache)


@pytest.fixture
def home(pristine: Pristine, tmp_path: Path) -> Path:
    return pristine.copy(tmp_path / "home")


@pytest.fixture
def corpus(pristine: Pristine, home: Path) -> Iterator[Corpus]:
    corpus = pristine.open(home)
    yield corpus
    corpus.close()


def found(corpus: Corpus) -> list[list[tuple[str, float]]]:
    """Every chunk with its score, for each query, from both searches."""
    answers = []
    with corpus.reading() as index:
        for query in QUERIES:
            vector = corpus.embeddings.embed_query(query)
            fingerprint = corpus.embeddings.fingerprint
            dense = index.search_dense(vector, embedding=fingerprint, candidates=99, within=Within())
            lexical = index.search_lexical(query, candidates=99, within=Within())
            answers.append([(passage.chunk.id, round(passage.score, 3)) for passage in (*dense, *lexical)])
    return answers


def zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def garbage(path: Path) -> None:
    path.write_bytes(b"\xde\xad\xbe\xef" * (path.stat().st_size // 4 + 1))


def header(path: Path) -> None:
    path.write_bytes(b"\xff" * 64 + path.read_bytes()[64:])


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    start = len(content) // 2 // 4096 * 4096
    content[start : start + 4096] = b"\xa5" * 4096
    path.write_bytes(content[: path.stat().st_size])


def missing(path: Path) -> None:
    path.unlink()


GENERATION = [
    *[("chroma/chroma.sqlite3", damage) for damage in (zeros, emptied, garbage, header, truncated, middle, missing)],
    *[("chroma/*/data_level0.bin", damage) for damage in (missing, truncated, garbage, header)],
    *[("chroma/*/link_lists.bin", damage) for damage in (missing,)],
    *[("chroma/*/index_metadata.pickle", damage) for damage in (garbage, missing)],
    *[("bm25/chunks.json", damage) for damage in (garbage, missing)],
    *[("bm25/*.npy", damage) for damage in (truncated, missing)],
    *[("seal.json", damage) for damage in (garbage, missing)],
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "damage"), GENERATION, ids=lambda value: getattr(value, "__name__", str(value)))
def test_a_damaged_generation_is_found_before_it_is_opened_and_healed(
    pristine: Pristine, corpus: Corpus, name: str, damage: Damage
) -> None:
    home = corpus.options.home
    damage(sorted(folder_of(home, 1).glob(name))[0])
    with pytest.raises(IndexDamaged):
        verify(home, 1)
    report = corpus.sync()
    assert len(report.notices) == 1
    assert "damaged" in report.notices[0]
    assert report.unchanged == 3
    assert found(corpus) == pristine.found
    assert corpus.sync().notices == ()


def test_vector_files_that_are_gone_altogether_are_healed(pristine: Pristine, corpus: Corpus) -> None:
    shutil.rmtree(folder_of(corpus.options.home, 1) / "chroma")
    assert "damaged" in corpus.sync().notices[0]
    assert found(corpus) == pristine.found


@pytest.mark.parametrize("pointer", [b"\xff\xfegarbage", b"", b"99", b"-5", None])
def test_a_pointer_that_leads_nowhere_is_healed(pristine: Pristine, corpus: Corpus, pointer: bytes | None) -> None:
    path = corpus.options.home / "CURRENT"
    missing(path) if pointer is None else path.write_bytes(pointer)
    assert len(corpus.sync().notices) == 1
    assert found(corpus) == pristine.found
    assert corpus.sync().notices == ()


@pytest.mark.parametrize("damage", [emptied, zeros, garbage, header, truncated, missing])
def test_a_damaged_library_is_made_anew_from_the_articles(pristine: Pristine, corpus: Corpus, damage: Damage) -> None:
    damage(corpus.options.home / "library.db")
    report = corpus.sync()
    assert len(report.notices) == 1
    assert "library" in report.notices[0]
    assert report.added == 3
    assert found(corpus) == pristine.found
    assert corpus.sync().notices == ()


def test_a_library_damaged_in_the_middle_is_healed_by_the_sync_that_meets_it(
    pristine: Pristine, corpus: Corpus
) -> None:
    for table in ("chunks", "vectors"):
        _scramble(corpus.options.home / "library.db", table)
    corpus.distrust()
    report = corpus.sync()
    assert "library" in report.notices[0]
    assert found(corpus) == pristine.found


def _scramble(path: Path, table: str) -> None:
    """Overwrite the root page of a table."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)


def test_a_library_of_a_newer_version_is_left_as_it_is(corpus: Corpus) -> None:
    path = corpus.options.home / "library.db"
    _set_schema(path, 99)
    before = {file: file.read_bytes() for file in corpus.options.home.rglob("*") if file.is_file()}
    with pytest.raises(UserError, match="newer"):
        corpus.sync()
    assert {file: file.read_bytes() for file in corpus.options.home.rglob("*") if file.is_file()} == before


def test_a_library_of_an_older_version_is_made_anew(pristine: Pristine, corpus: Corpus) -> None:
    _set_schema(corpus.options.home / "library.db", 0)
    assert corpus.sync().added == 3
    assert found(corpus) == pristine.found


def _set_schema(path: Path, schema: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (str(schema),))
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_an_index_folder_deleted_under_an_open_corpus_is_made_anew(pristine: Pristine, corpus: Corpus) -> None:
    corpus.sync()
    shutil.rmtree(corpus.options.home)
    assert corpus.sync().added == 3
    assert found(corpus) == pristine.found
    assert not corpus.sync().changed


def test_a_library_that_another_process_made_anew_is_taken_over(pristine: Pristine, corpus: Corpus) -> None:
    corpus.sync()
    other = pristine.open(corpus.options.home)
    garbage(corpus.options.home / "library.db")
    assert "library" in other.sync().notices[0]
    number = current_number(corpus.options.home)
    assert not corpus.sync().changed
    assert found(corpus) == found(other) == pristine.found
    assert current_number(corpus.options.home) == number
    other.close()


def test_a_generation_that_turns_bad_under_its_reader_is_healed_after_distrust(
    pristine: Pristine, corpus: Corpus
) -> None:
    assert found(corpus) == pristine.found
    garbage(folder_of(corpus.options.home, 1) / "chroma" / "chroma.sqlite3")
    with pytest.raises(IndexDamaged):
        found(corpus)
    corpus.distrust()
    assert len(corpus.sync().notices) == 1
    assert found(corpus) == pristine.found


def test_damage_found_while_asking_is_healed_and_the_answer_comes(pristine: Pristine, tmp_path: Path) -> None:
    settings = load_settings(index_dir=tmp_path / "index", chunk_tokens=60)
    with open_corpus(pristine.folder, settings) as footnote:
        assert footnote.ask("How many passengers were on the ferry?").citations
        garbage(folder_of(footnote.corpus.options.home, 1) / "chroma" / "chroma.sqlite3")
        answer = footnote.ask("Who found the comet?")
    assert "Okafor" in answer.text
    assert sum("damaged" in notice for notice in answer.notices) == 1


def test_what_a_purge_leaves_holds_no_library_that_was_set_aside(corpus: Corpus) -> None:
    garbage(corpus.options.home / "library.db")
    corpus.sync()
    assert (corpus.options.home / "library.damaged").exists()
    corpus.purge()
    assert not (corpus.options.home / "library.damaged").exists()
