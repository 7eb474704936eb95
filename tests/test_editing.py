"""Files come into the folder of articles whole and readable or not at all, and what goes out can be brought back."""

from __future__ import annotations

import io
import os
import resource
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from corpora import STORIES, write_corpus, write_story

from qa.editing import Added, ArticleFiles
from qa.file_names import safe_name
from vectorstore.errors import ArticleError, CorpusMissing, UserError
from vectorstore.finding import find_files

STORY = "Bridge closed\n\nThe old bridge of Lund is closed until Friday. Engineers found two cracks in a pier.\n"
ROWS = "title,text\nRain,The rain flooded nine cellars in Lund.\nSnow,The snow closed the road to Holt.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "articles")


@pytest.fixture
def files(folder: Path, tmp_path: Path) -> ArticleFiles:
    return ArticleFiles(folder, removed=tmp_path / "home" / "removed", max_file_mb=0.1)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def sources(folder: Path) -> list[str]:
    return [found.source for found in find_files(folder).files]


def test_a_file_comes_into_the_folder_as_it_is(files: ArticleFiles, folder: Path) -> None:
    assert files.add("bridge.txt", [STORY[:20].encode(), STORY[20:].encode()]) == Added("bridge.txt", 1)
    assert files.add("rows.csv", io.BytesIO(ROWS.encode())) == Added("rows.csv", 2)
    assert (folder / "bridge.txt").read_text(encoding="utf-8") == STORY
    assert sorted(everything(folder)) == sorted([*STORIES, "bridge.txt", "rows.csv"])


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("empty.txt", b"", "holds no text"),
        ("blank.txt", b" \n\n", "holds no text"),
        ("program.exe", b"MZ", "no reader for .exe files"),
        ("README", b"text", "its name has no suffix"),
        ("", b"text", "its name is empty"),
        ("..", b"text", "its name is empty"),
        ("harbour.meta.json", b"{}", "tells of another file; put it beside that one by hand"),
        ("long.txt", b"word " * 20_001, "larger than 0.1 MB (QA_MAX_FILE_MB)"),
    ],
)
def test_what_is_no_article_is_refused_and_leaves_nothing(
    files: ArticleFiles, folder: Path, name: str, data: bytes, why: str
) -> None:
    before = everything(folder)
    with pytest.raises(ArticleError) as refused:
        files.add(name, [data])
    assert refused.value.why == why
    assert everything(folder) == before
    assert names(folder) == sorted(STORIES)


def test_a_document_is_read_before_it_comes_in(files: ArticleFiles, folder: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("nothing.txt", "nothing")
    with pytest.raises(ArticleError) as refused:
        files.add("broken.docx", [packed.getvalue()])
    assert refused.value.why
    assert names(folder) == sorted(STORIES)


def test_the_same_file_comes_in_once_and_another_of_its_name_gets_a_number(files: ArticleFiles, folder: Path) -> None:
    other, third = STORY.replace("two", "three"), STORY.replace("two", "four")
    added = [files.add("bridge.txt", [text.encode()]).source for text in (STORY, other, third)]
    assert added == ["bridge.txt", "bridge (2).txt", "bridge (3).txt"]
    for again in (STORY, other, third):
        with pytest.raises(ArticleError, match="is already there"):
            files.add("bridge.txt", [again.encode()])
    assert (folder / "bridge.txt").read_text(encoding="utf-8") == STORY
    assert len(sources(folder)) == len(STORIES) + 3


def test_uploads_of_one_name_at_once_all_come_in(files: ArticleFiles, folder: Path) -> None:
    texts = [STORY.replace("two", f"{number}") for number in range(8)]
    threads = [threading.Thread(target=files.add, args=("a.txt", [text.encode()])) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = {path.read_text(encoding="utf-8") for path in folder.glob("a*.txt")}
    assert held == set(texts)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../outside.txt", "outside.txt"),
        ("C:\\Users\\me\\news.TXT", "news.TXT"),
        ("/etc/passwd.md", "passwd.md"),
        (".hidden.txt", "hidden.txt"),
        ("~$draft.docx", "draft.docx"),
        ("con.txt", "_con.txt"),
        ("LPT1.html.gz", "_LPT1.html.gz"),
        ("a\x00b\nc\u202etxt.md", "abctxt.md"),
        ("what? a <b>.txt", "what_ a _b_.txt"),
        ("cafe\u0301.txt", "café.txt"),
        ("news.csv#3.txt", "news.csv_3.txt"),
        ("issue #4.txt", "issue #4.txt"),
        ("  two   blanks . .txt", "two blanks . .txt"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_long_name_keeps_its_suffix_and_whole_characters() -> None:
    short = safe_name("é" * 300 + ".html.gz")
    assert short.endswith("é.html.gz")
    assert len(short.encode()) <= 150
    assert len(safe_name("x" * 400).encode()) <= 150


def test_nothing_is_written_outside_or_through_a_link(files: ArticleFiles, folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    (folder / "link.txt").symlink_to(outside)
    assert files.add("link.txt", [STORY.encode()]).source == "link (2).txt"
    assert not outside.exists()
    assert files.add("../outside.txt", [STORY.encode()]).source == "outside.txt"
    assert not outside.exists()


def test_a_file_on_its_way_is_seen_by_no_sync_and_an_abandoned_one_is_cleared(
    files: ArticleFiles, folder: Path
) -> None:
    with files.begin("bridge.txt") as upload:
        upload.write(STORY.encode())
        assert sources(folder) == sorted(STORIES)
        assert len(names(folder)) == len(STORIES) + 1
    assert names(folder) == sorted(STORIES)
    abandoned = files.begin("a.txt")
    (aside,) = folder.glob(".*")
    past = time.time() - 7200
    os.utime(aside, (past, past))
    files.add("bridge.txt", [STORY.encode()])
    assert not aside.exists()
    abandoned.close()


def test_uploads_fill_the_folder_to_a_limit(folder: Path, tmp_path: Path) -> None:
    few = ArticleFiles(folder, removed=tmp_path / "removed", max_file_mb=1, most_files=len(STORIES) + 1)
    few.add("bridge.txt", [STORY.encode()])
    with pytest.raises(UserError, match="the folder holds 4 files, the most that uploads may fill it to"):
        few.add("snow.txt", [STORY.replace("bridge", "road").encode()])


def test_a_removed_file_goes_with_its_sidecar_and_comes_back(files: ArticleFiles, folder: Path, tmp_path: Path) -> None:
    write_story(folder / "deep" / "bridge.txt", STORY)
    write_story(folder / "deep" / "bridge.txt.meta.json", '{"outlet": "Lund Post"}')
    before = everything(folder)
    removed = files.remove("deep/bridge.txt")
    assert removed.sources == ("deep/bridge.txt", "deep/bridge.txt.meta.json")
    assert sources(folder) == sorted(STORIES)
    assert files.restore(removed.token) == removed.sources
    assert everything(folder) == before
    assert not list((tmp_path / "home" / "removed").iterdir())


def test_a_row_stands_for_its_file_and_a_shared_sidecar_stays(files: ArticleFiles, folder: Path) -> None:
    write_story(folder / "rows.csv", ROWS)
    write_story(folder / "rows.txt", STORY)
    write_story(folder / "rows.meta.json", '{"outlet": "Lund Post"}')
    assert files.remove("rows.csv#2").sources == ("rows.csv",)
    assert files.remove("rows.txt").sources == ("rows.txt", "rows.meta.json")


@pytest.mark.parametrize("source", ["../outside.txt", "nothing.txt", "", ".", "/etc/passwd", "out/secret.txt", "..#1"])
def test_only_a_file_that_is_found_below_the_folder_is_removed(
    files: ArticleFiles, folder: Path, tmp_path: Path, source: str
) -> None:
    write_story(tmp_path / "outside.txt", STORY)
    write_story(tmp_path / "elsewhere" / "secret.txt", STORY)
    (folder / "out").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    before = everything(tmp_path)
    with pytest.raises(CorpusMissing, match="there is no article file"):
        files.remove(source)
    assert everything(tmp_path) == before


def test_nothing_is_brought_back_over_another_file(files: ArticleFiles, folder: Path) -> None:
    removed = files.remove("comet.txt")
    write_story(folder / "comet.txt", STORY)
    with pytest.raises(ArticleError, match="another file has its place"):
        files.restore(removed.token)
    assert (folder / "comet.txt").read_text(encoding="utf-8") == STORY
    (folder / "comet.txt").unlink()
    files.restore(removed.token)
    assert (folder / "comet.txt").read_text(encoding="utf-8") == STORIES["comet.txt"]


@pytest.mark.parametrize("token", ["", "..", "0" * 32, "../../articles", "g" * 32])
def test_only_what_was_removed_is_brought_back(files: ArticleFiles, folder: Path, token: str) -> None:
    files.remove("comet.txt")
    with pytest.raises(CorpusMissing, match="nothing to bring back"):
        files.restore(token)
    assert "comet.txt" not in sources(folder)


def test_what_was_removed_is_erased_after_a_day(files: ArticleFiles, tmp_path: Path) -> None:
    old = files.remove("comet.txt")
    past = time.time() - 25 * 3600
    os.utime(tmp_path / "home" / "removed" / old.token, (past, past))
    files.remove("budget.txt")
    with pytest.raises(CorpusMissing):
        files.restore(old.token)


@pytest.fixture
def read_only(folder: Path) -> Iterator[Path]:
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)


_AS_NOBODY = """
import os, sys
from pathlib import Path
from qa.editing import ArticleFiles
from vectorstore.errors import UserError
files = ArticleFiles(Path(sys.argv[1]), removed=Path(sys.argv[2]), max_file_mb=1)
{}
for step in (lambda: files.add("a.txt", [b"The bridge of Lund is closed. " * 3000]), lambda: files.remove("comet.txt")):
    try:
        print(step())
    except UserError as error:
        print(error)
"""


def told(folder: Path, removed: Path, before: str) -> list[str]:
    program = [sys.executable, "-c", _AS_NOBODY.format(before), str(folder), str(removed)]
    root = str(Path(__file__).parent.parent)
    ran = subprocess.run(program, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": root})
    return ran.stdout.splitlines()


def test_a_disk_that_takes_no_more_is_told_in_one_line_and_nothing_is_left(folder: Path, tmp_path: Path) -> None:
    limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); " + (
        f"resource.setrlimit(resource.RLIMIT_FSIZE, (4096, {resource.RLIM_INFINITY}))"
    )
    first = told(folder, tmp_path / "removed", limit)[0]
    assert first.startswith("the folder of articles cannot be written (file too large)")
    assert names(folder) == sorted(STORIES.keys() - {"comet.txt"})


def test_a_folder_that_cannot_be_written_is_told_in_one_line(read_only: Path, tmp_path: Path) -> None:
    become = "os.getuid() or os.setuid(65534)"
    for above in (tmp_path, *tmp_path.parents):
        if above.stat().st_uid == os.getuid() and above != above.parent:
            above.chmod(above.stat().st_mode | 0o055)
    added, removed = told(read_only, tmp_path / "removed", become)
    assert added == ("the folder of articles cannot be written (permission denied); make it writable for the server")
    assert removed.startswith("the folder of articles cannot be changed (permission denied)")
    assert names(read_only) == sorted(STORIES)
