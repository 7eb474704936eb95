"""Sync, seen from outside: what a folder holds is what a search finds, whatever happened in between."""

from __future__ import annotations

import copy
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from corpora import STORIES, open_index, write_corpus, write_story

from vectorstore.corpus import Corpus
from vectorstore.errors import CorpusEmpty, CorpusMissing, EmbeddingMismatch, IndexLocked, IndexMissing, UserError
from vectorstore.locking import writing
from vectorstore.seals import current_number
from vectorstore.within import Within


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "articles")


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Corpus:
    base = tmp_path_factory.mktemp("synced")
    corpus = open_index(write_corpus(base / "articles"), base / "home", model_cache)
    corpus.sync()
    corpus.close()
    return corpus


@pytest.fixture
def corpus(synced: Corpus, folder: Path, tmp_path: Path, model_cache: Path) -> Iterator[Corpus]:
    """A corpus that was synced already: a copy of one, which is cheaper than a sync."""
    shutil.copytree(synced.options.home, tmp_path / "home")
    corpus = open_index(folder, tmp_path / "home", model_cache)
    corpus.embeddings = synced.embeddings
    yield corpus
    corpus.close()


def found(corpus: Corpus, query: str, candidates: int = 3) -> list[str]:
    """The sources that both searches give for a query, best dense one first."""
    vector = corpus.embeddings.embed_query(query)
    with corpus.reading() as index:
        dense = index.search_dense(
            vector, embedding=corpus.embeddings.fingerprint, candidates=candidates, within=Within()
        )
        lexical = index.search_lexical(query, candidates=candidates, within=Within())
    return [passage.chunk.source for passage in (*dense, *lexical)]


def test_what_the_embedding_model_has_to_tell_is_told_once(corpus: Corpus) -> None:
    corpus.embeddings = copy.copy(corpus.embeddings)
    corpus.embeddings.notices = ("it is slow here",)  # type: ignore[misc]
    assert [corpus.sync().notices for _ in range(3)] == [("it is slow here",), (), ()]


def test_the_first_sync_adds_every_article(folder: Path, tmp_path: Path, model_cache: Path) -> None:
    report = open_index(folder, tmp_path / "home", model_cache).sync()
    assert (report.added, report.replaced, report.removed, report.unchanged) == (3, 0, 0, 0)
    assert report.chunks >= 3
    assert report.skipped == ()


def test_the_right_article_is_found_by_meaning_and_by_words(corpus: Corpus) -> None:
    assert found(corpus, "How many people were rescued from the ship?")[0] == "harbour.txt"
    assert found(corpus, "Okafor")[-1] == "comet.txt"


def test_a_second_sync_changes_nothing_and_builds_nothing(corpus: Corpus) -> None:
    before = current_number(corpus.options.home)
    report = corpus.sync()
    assert not report.changed
    assert report.unchanged == 3
    assert current_number(corpus.options.home) == before


def test_an_edited_article_answers_with_its_new_words_only(corpus: Corpus, folder: Path) -> None:
    write_story(folder / "comet.txt", STORIES["comet.txt"].replace("Okafor", "Lindqvist"))
    report = corpus.sync()
    assert (report.replaced, report.unchanged) == (1, 2)
    assert "comet.txt" in found(corpus, "Lindqvist")
    with corpus.reading() as index:
        assert not index.knows("okafor")


def test_an_edit_that_keeps_size_and_time_is_seen(corpus: Corpus, folder: Path) -> None:
    path = folder / "comet.txt"
    times = path.stat().st_mtime_ns
    path.write_text(STORIES["comet.txt"].replace("Mia", "Zoe"), encoding="utf-8")
    os.utime(path, ns=(times, times))
    assert corpus.sync().replaced == 1


def test_a_touched_file_is_not_indexed_again(corpus: Corpus, folder: Path) -> None:
    os.utime(folder / "comet.txt")
    report = corpus.sync()
    assert not report.changed
    assert report.unchanged == 3


def test_a_deleted_article_vanishes(corpus: Corpus, folder: Path) -> None:
    (folder / "comet.txt").unlink()
    report = corpus.sync()
    assert (report.removed, report.unchanged) == (1, 2)
    assert "comet.txt" not in found(corpus, "comet Okafor", candidates=20)


def test_a_renamed_file_leaves_no_ghost(corpus: Corpus, folder: Path) -> None:
    (folder / "comet.txt").rename(folder / "sky.txt")
    report = corpus.sync()
    assert (report.added, report.removed) == (1, 1)
    assert set(found(corpus, "comet", candidates=20)) == {"sky.txt", "harbour.txt", "budget.txt"}


def test_articles_in_subfolders_are_known_by_their_path_below_the_folder(corpus: Corpus, folder: Path) -> None:
    write_story(folder / "2026" / "may" / "regatta.txt", "Regatta\n\nThe yacht Petrel won the Lund regatta in May.\n")
    corpus.sync()
    assert found(corpus, "Petrel")[-1] == "2026/may/regatta.txt"


def test_a_bad_file_is_skipped_with_its_reason_and_remembered(corpus: Corpus, folder: Path) -> None:
    (folder / "empty.txt").write_bytes(b"")
    (folder / "photo.txt").write_bytes(bytes(range(256)) * 20)
    for _ in range(2):
        report = corpus.sync()
        reasons = {skip.path: skip.why for skip in report.skipped}
        assert set(reasons) == {"empty.txt", "photo.txt"}
        assert all(reasons.values())
        assert report.unchanged == 3


def test_an_article_that_turned_bad_no_longer_answers(corpus: Corpus, folder: Path) -> None:
    (folder / "comet.txt").write_bytes(b"")
    report = corpus.sync()
    assert report.removed == 1
    assert report.skipped[0].path == "comet.txt"
    assert "comet.txt" not in found(corpus, "comet", candidates=20)


def test_a_changed_chunk_size_builds_a_new_index_of_the_same_articles(corpus: Corpus, folder: Path) -> None:
    corpus.close()
    other = open_index(folder, corpus.options.home, corpus.options.cache_dir, chunk_tokens=40)
    report = other.sync()
    assert report.replaced == 3
    assert report.chunks > 3
    assert found(other, "How many people were rescued from the ship?")[0] == "harbour.txt"


def test_vectors_of_another_model_are_refused_rather_than_compared(corpus: Corpus) -> None:
    vector = corpus.embeddings.embed_query("ferry")
    with corpus.reading() as index, pytest.raises(EmbeddingMismatch):
        index.search_dense(vector, embedding="another", candidates=3, within=Within())


def test_a_reader_keeps_its_generation_while_the_next_ones_are_published(corpus: Corpus, folder: Path) -> None:
    with corpus.reading() as index:
        write_story(folder / "comet.txt", STORIES["comet.txt"].replace("Okafor", "Lindqvist"))
        corpus.sync()
        old = index.search_lexical("Okafor", candidates=3, within=Within())
        assert [passage.chunk.source for passage in old] == ["comet.txt"]
        assert "Okafor" in index.article("comet.txt").text
    assert found(corpus, "Lindqvist")[-1] == "comet.txt"


def test_another_process_sees_what_was_synced_between_its_questions(corpus: Corpus, folder: Path) -> None:
    reader = open_index(folder, corpus.options.home, corpus.options.cache_dir)
    assert "harbour.txt" in found(reader, "Aurora")
    write_story(folder / "gale.txt", "Gale warning\n\nA gale named Zephyrine is expected on Friday.\n")
    corpus.sync()
    assert found(reader, "Zephyrine")[-1] == "gale.txt"


def test_only_two_generations_are_kept(corpus: Corpus, folder: Path) -> None:
    for round_ in range(2):
        write_story(folder / "comet.txt", STORIES["comet.txt"] + f"\nUpdate {round_} was added by the editors.\n")
        corpus.sync()
    assert len(list((corpus.options.home / "generations").iterdir())) == 2


def test_a_second_writer_is_refused_by_name_and_loses_nothing(corpus: Corpus, folder: Path) -> None:
    write_story(folder / "gale.txt", "Gale warning\n\nA gale named Zephyrine is expected on Friday.\n")
    fresh = open_index(folder, corpus.options.home.with_name("other"), corpus.options.cache_dir)
    with writing(corpus.options.home, wait_seconds=0), writing(fresh.options.home, wait_seconds=0):
        report = corpus.sync(wait_seconds=0)
        assert f"pid {os.getpid()}" in report.notices[0]
        assert found(corpus, "Aurora")[0] == "harbour.txt"
        with pytest.raises(IndexLocked, match=f"pid {os.getpid()}"):
            fresh.sync(wait_seconds=0)
    assert corpus.sync().added == 1


def test_many_threads_may_ask_while_one_syncs(corpus: Corpus, folder: Path) -> None:
    failures: list[BaseException] = []

    def ask_often() -> None:
        try:
            for _ in range(15):
                assert "harbour.txt" in found(corpus, "ferry Aurora")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=ask_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for round_ in range(2):
        write_story(folder / "comet.txt", STORIES["comet.txt"] + f"\nUpdate {round_} was added by the editors.\n")
        corpus.sync()
    for thread in threads:
        thread.join()
    assert not failures


def test_a_question_does_not_wait_for_a_long_sync(corpus: Corpus, folder: Path) -> None:
    write_story(folder / "gale.txt", "Gale warning\n\nA gale named Zephyrine is expected on Friday.\n")
    reached, go_on = threading.Event(), threading.Event()

    def wait_in_the_middle(done: int, of: int) -> None:
        reached.set()
        go_on.wait(30)

    syncing = threading.Thread(target=lambda: corpus.sync(progress=wait_in_the_middle))
    syncing.start()
    try:
        assert reached.wait(30)
        report = corpus.sync(wait_seconds=0)
        assert "being indexed" in report.notices[0]
        assert found(corpus, "Aurora")[0] == "harbour.txt"
    finally:
        go_on.set()
        syncing.join()
    assert found(corpus, "Zephyrine")[-1] == "gale.txt"


def test_a_missing_or_empty_folder_is_told_in_one_line(tmp_path: Path, model_cache: Path) -> None:
    with pytest.raises(CorpusMissing, match="no folder"):
        open_index(tmp_path / "nowhere", tmp_path / "home", model_cache).sync()
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "blank.txt").write_text(" \n")
    empty = open_index(tmp_path / "empty", tmp_path / "home", model_cache)
    with pytest.raises(CorpusEmpty, match=r"holds no article that can be read \(blank.txt: holds no text\)") as told:
        empty.sync()
    assert [one.path for one in told.value.skipped] == ["blank.txt"]
    assert not (tmp_path / "home" / "generations").exists()
    assert empty.is_empty
    assert empty.articles() == ()


def test_an_emptied_folder_tells_nothing_until_it_holds_articles_again(
    folder: Path, tmp_path: Path, model_cache: Path
) -> None:
    corpus = open_index(folder, tmp_path / "home", model_cache)
    before = corpus.sync().chunks
    folder.rename(tmp_path / "elsewhere")
    folder.mkdir()
    with pytest.raises(CorpusEmpty):
        corpus.sync()
    assert corpus.articles() == ()
    with pytest.raises(CorpusEmpty), corpus.reading():
        pass
    folder.rmdir()
    (tmp_path / "elsewhere").rename(folder)
    report = corpus.sync()
    assert (report.added, report.chunks, corpus.is_empty) == (0, before, False)
    assert len(corpus.articles()) == report.unchanged


def test_reading_before_the_first_sync_says_what_to_do(folder: Path, tmp_path: Path, model_cache: Path) -> None:
    corpus = open_index(folder, tmp_path / "home", model_cache)
    with pytest.raises(IndexMissing, match="qa index"), corpus.reading():
        pass


def test_an_index_folder_that_cannot_be_made_is_told_in_one_line(
    folder: Path, tmp_path: Path, model_cache: Path
) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    with pytest.raises(UserError, match="QA_INDEX_DIR"):
        open_index(folder, tmp_path / "taken" / "home", model_cache).sync()


def test_an_erased_article_is_nowhere_on_disk_after_a_purge(corpus: Corpus, folder: Path) -> None:
    (folder / "comet.txt").unlink()
    corpus.purge()
    corpus.close()
    files = [path for path in corpus.options.home.rglob("*") if path.is_file()]
    assert len(files) > 3
    assert not [path.name for path in files if b"Okafor" in path.read_bytes()]
