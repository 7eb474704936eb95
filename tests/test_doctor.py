"""The doctor finds what is wrong, mends what a sync can mend, and says what to do about the rest."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from corpora import open_index, write_corpus, write_story

from qa.commands.doctor import diagnose, finding_line, formats, healthy
from qa.settings import load_settings
from vectorstore.corpus import Corpus
from vectorstore.embedding import Embeddings, load_embeddings
from vectorstore.examining import Finding
from vectorstore.locking import writing
from vectorstore.seals import current_number, folder_of


@pytest.fixture(scope="module")
def embeddings(model_cache: Path) -> Embeddings:
    return load_embeddings("all-MiniLM-L6-v2", cache_dir=model_cache)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory, model_cache: Path, embeddings: Embeddings) -> Path:
    base = tmp_path_factory.mktemp("pristine")
    corpus = open_index(write_corpus(base / "articles"), base / "home", model_cache)
    corpus.embeddings = embeddings
    corpus.sync()
    corpus.close()
    return base


@pytest.fixture
def home(pristine: Path, tmp_path: Path) -> Path:
    shutil.copytree(pristine, tmp_path / "copy")
    return tmp_path / "copy" / "home"


@contextmanager
def opened(home: Path, model_cache: Path, embeddings: Embeddings) -> Iterator[Corpus]:
    corpus = open_index(home.parent / "articles", home, model_cache)
    corpus.embeddings = embeddings
    yield corpus
    corpus.close()


@pytest.fixture
def examined(home: Path, model_cache: Path, embeddings: Embeddings) -> Callable[[], dict[str, Finding]]:
    """Run the doctor over the copy; its findings by check."""

    def examine() -> dict[str, Finding]:
        with opened(home, model_cache, embeddings) as corpus:
            return {finding.check: finding for finding in diagnose(load_settings(), corpus)}

    return examine


Examine = Callable[[], dict[str, Finding]]


def changed(home: Path, statement: str) -> None:
    with closing(sqlite3.connect(home / "library.db")) as connection:
        connection.execute(statement)
        connection.commit()


def amiss(findings: dict[str, Finding]) -> dict[str, str]:
    return {check: finding.state for check, finding in findings.items() if finding.state != "ok"}


def test_a_sound_index_is_left_as_it_is(examined: Examine, home: Path) -> None:
    before = current_number(home)
    findings = examined()
    assert amiss(findings) == {}
    assert findings["library"].text == "3 articles, 3 chunks, whole"
    assert "chromadb 1." in findings["packages"].text
    assert findings["lock"].text == "free"
    assert set(findings) >= {"vectors", "chunks", "search", "disk", "space", "embedding model", "reader", "formats"}
    assert current_number(home) == before


def test_without_an_index_one_is_made(examined: Examine, home: Path) -> None:
    shutil.rmtree(home)
    findings = examined()
    assert amiss(findings) == {"library": "mended", "index": "mended"}
    assert findings["library"].text == "there was none yet; now 3 articles, 3 chunks, whole"
    assert amiss(examined()) == {}


@pytest.mark.parametrize(
    ("damage", "found", "mended"),
    [
        (lambda home: (home / "CURRENT").unlink(), "pointer file is lost", {"index", "sync"}),
        (lambda home: (home / "CURRENT").write_text("99"), "generation 99 has no seal", {"index", "sync"}),
        (
            lambda home: next(folder_of(home, current_number(home)).rglob("*.npy")).write_bytes(b"rubbish"),
            "changed or are missing",
            {"index", "sync"},
        ),
        (
            lambda home: shutil.rmtree(folder_of(home, current_number(home)) / "chroma"),
            "changed or are missing",
            {"index", "sync"},
        ),
        (lambda home: (home / "library.db").write_bytes(b"rubbish" * 999), "damaged", {"library", "index", "sync"}),
    ],
)
def test_damage_that_a_sync_can_mend_is_mended(
    damage: Callable[[Path], object], found: str, mended: set[str], examined: Examine, home: Path
) -> None:
    damage(home)
    findings = examined()
    assert amiss(findings) == dict.fromkeys(mended, "mended")
    assert found in " ".join(finding.text for finding in findings.values())
    assert amiss(examined()) == {}


def test_a_library_that_was_set_aside_is_named_with_its_size_and_how_to_remove_it(
    examined: Examine, home: Path
) -> None:
    (home / "library.db").write_bytes(b"rubbish" * 300_000)
    text = examined()["disk"].text
    assert str(home / "library.damaged") in text
    assert "2.1 MB" in text
    assert "qa index --purge" in text


@pytest.mark.parametrize(
    ("statement", "check", "found"),
    [
        ("UPDATE vectors SET vector = zeroblob(1536)", "vectors", "not of unit length"),
        ("UPDATE vectors SET vector = zeroblob(7)", "vectors", "cannot be read"),
        ("DELETE FROM vectors", "vectors", "3 chunks have no vector"),
        (
            "UPDATE vectors SET vector = substr(vector, 1, 800) WHERE key = (SELECT max(key) FROM vectors)",
            "vectors",
            "not of one length",
        ),
        ("UPDATE chunks SET start = start + 1", "chunks", "not what its text says"),
    ],
)
def test_what_no_sync_can_mend_is_a_problem_with_what_to_do(
    statement: str, check: str, found: str, examined: Examine, home: Path
) -> None:
    changed(home, statement)
    finding = examined()[check]
    assert finding.state == "problem"
    assert found in finding.text
    assert f"delete {home}" in finding.text


def test_vectors_of_no_chunk_are_counted(examined: Examine, home: Path) -> None:
    changed(home, "INSERT INTO vectors SELECT 'stray', vector FROM vectors LIMIT 1")
    assert "; 1 of no chunk" in examined()["vectors"].text


def test_skipped_files_are_counted_by_reason(examined: Examine, home: Path) -> None:
    for name in ("one.txt", "two.txt"):
        write_story(home.parent / "articles" / name, " ")
    assert "2 skipped (2 × holds no text); `qa coverage` lists them" in examined()["sync"].text


def test_a_missing_folder_is_a_problem_and_no_index_is_made_for_it(examined: Examine, home: Path) -> None:
    shutil.rmtree(home.parent / "articles")
    shutil.rmtree(home)
    findings = examined()
    assert amiss(findings) == {"articles": "problem"}
    assert "there is no folder" in findings["articles"].text
    assert not home.exists()


def test_a_folder_without_articles_is_a_problem(examined: Examine, home: Path) -> None:
    shutil.rmtree(home.parent / "articles")
    (home.parent / "articles").mkdir()
    assert amiss(examined()) == {"articles": "problem"}


def test_an_index_folder_that_cannot_be_made_is_a_problem(
    model_cache: Path, home: Path, embeddings: Embeddings
) -> None:
    with opened(home.parent / "articles" / "comet.txt" / "home", model_cache, embeddings) as corpus:
        findings = list(diagnose(load_settings(), corpus))
    assert not healthy(findings)
    assert "QA_INDEX_DIR" in "".join(finding.text for finding in findings if finding.state == "problem")


@pytest.mark.skipif(os.name != "posix", reason="permissions are of POSIX")
def test_an_index_folder_that_is_read_only_is_a_problem() -> None:
    tried = "import os, sys; from pathlib import Path; from vectorstore.examining import examine_place"
    # To root nothing is read-only.
    tried += f"; os.setuid({os.geteuid() or 65534}); print(*examine_place(Path(sys.argv[1])))"
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o555)
        command = [sys.executable, "-c", tried, str(Path(home) / "index")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
        Path(home).chmod(0o755)
    assert "state='problem'" in ran.stdout
    assert "QA_INDEX_DIR" in ran.stdout


def test_who_holds_the_lock_is_told_and_nothing_is_written(examined: Examine, home: Path) -> None:
    (home / "CURRENT").unlink()
    with writing(home, wait_seconds=0):
        findings = examined()
    assert f"pid {os.getpid()}" in findings["lock"].text
    assert "index" not in findings
    assert not (home / "CURRENT").exists()


def test_an_embedding_model_that_cannot_be_used_is_a_problem(home: Path, model_cache: Path) -> None:
    corpus = open_index(home.parent / "articles", home, model_cache, embedding_model="/nowhere/at/all")
    findings = {finding.check: finding for finding in diagnose(load_settings(), corpus)}
    corpus.close()
    assert amiss(findings) == {"embedding model": "problem"}


def test_a_format_without_its_package_is_a_problem_with_the_line_that_installs_it() -> None:
    finding = formats({".pdf": "no-such-package-of-ours", ".html": "trafilatura"})
    assert finding.state == "problem"
    assert finding.text == ".pdf cannot be read; pip install no-such-package-of-ours"


def test_no_key_and_no_password_is_shown(examined: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-key")
    monkeypatch.setenv("QA_CHAT_MODEL", "openai:any")
    monkeypatch.setenv("QA_CHAT_BASE_URL", "http://user:hidden@127.0.0.1:9/v1")
    findings = examined()
    shown = "\n".join(map(finding_line, findings.values())) + json.dumps([f.text for f in findings.values()])
    assert findings["chat model"].state == "problem"
    assert "QA_CHAT_BASE_URL" in findings["settings"].text
    assert "secret" not in shown
    assert "hidden" not in shown


def test_a_finding_is_one_line() -> None:
    line = finding_line(Finding("articles", "ok", "a\n\x1b[31mfolder"))
    assert line == "ok       articles: a [31mfolder"
