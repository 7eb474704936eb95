"""Files become articles with their text untouched, or are reported with a reason."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vectorstore.decoding import NotTextError, decode
from vectorstore.errors import ArticleError, CorpusMissing
from vectorstore.loading import find_articles, load_article
from vectorstore.types import Article

SEEDS = Path(__file__).parent.parent / "seeds"


def write(folder: Path, name: str, content: str | bytes = "A headline\nA sentence of the body.\n") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def load(path: Path, max_file_mb: float = 20.0) -> Article:
    return load_article(path.parent, path, max_file_mb=max_file_mb)


def sources(root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in find_articles(root)[0]]


def reasons(root: Path) -> dict[str, str]:
    return {row.path: row.why for row in find_articles(root)[1]}


def test_every_seed_is_an_article_whose_text_is_the_file() -> None:
    paths, skipped = find_articles(SEEDS)
    assert [path.name[:3] for path in paths] == ["000", "001", "002", "003", "004"]
    assert not skipped
    for path in paths:
        with path.open(newline="", encoding="utf-8") as file:
            assert load_article(SEEDS, path, max_file_mb=20).text == file.read()


@pytest.mark.parametrize(
    "content", ["One.\r\nTwo.\rThree.\n\n", "\ufeffÉtat.\r\n", "👩‍🚀 e\u0301\u00a0x", "a\x0cb\u2028c.", "no end"]
)
def test_text_is_kept_exactly_as_open_gives_it(tmp_path: Path, content: str) -> None:
    path = write(tmp_path, "a.txt", content)
    with path.open(newline="", encoding="utf-8") as file:
        assert load(path).text == file.read() == content


@settings(deadline=None)  # the first text loads the detector of encodings
@given(st.text(min_size=1))
def test_any_utf8_text_without_nul_decodes_to_itself_or_is_refused(text: str) -> None:
    try:
        assert decode(text.encode()) == text or "\0" in text
    except NotTextError:
        assert any(ord(character) < 32 or 0x7F <= ord(character) <= 0x9F for character in text) or text.startswith("{")


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_text_that_can_be_stored_or_are_refused(data: bytes) -> None:
    try:
        decode(data).encode()
    except NotTextError as error:
        assert str(error) == "not a text file"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8-sig", "Größe zählt."),
        ("utf-16", "Größe zählt."),
        ("utf-32", "Größe zählt."),
        ("utf-16-le", "Größe zählt für alle."),
        ("utf-16-be", "Größe zählt für alle."),
        ("cp1252", "El señor Peña irá mañana a España."),
        ("cp1252", "café"),
        ("cp1252", "Le président est fâché, l’hôtel être à l’Élysée."),
        ("cp1250", "Prezydent powiedział w poniedziałek, że rząd przedłuży środki."),
        ("cp1251", "Сегодня президент встретился с делегацией."),
        ("shift_jis", "東京都は月曜日に新しい規制を発表した。"),
        ("gb18030", "中国国家主席习近平批评美国干涉委内瑞拉事务。"),
    ],
)
def test_an_article_in_another_encoding_is_read(tmp_path: Path, encoding: str, text: str) -> None:
    assert load(write(tmp_path, "a.txt", text.encode(encoding))).text.lstrip("\ufeff") == text


def test_one_broken_byte_does_not_garble_a_utf8_article(tmp_path: Path) -> None:
    text = "Élysée, Élysée, Élysée, Élysée, Élysée, Élysée, Élysée, où ça été."
    assert load(write(tmp_path, "a.txt", text.encode() + b"\xc3")).text == text + "\ufffd"


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7 text", b"PK\x03\x04zip", b"ab\0cd\0\0ef", b"\x01\x02\x03\x04a" * 9, os.urandom(999) + b"\0"]
)
def test_binary_data_is_no_article(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ArticleError, match="not a text file"):
        load(write(tmp_path, "a.txt", data))


@pytest.mark.parametrize(
    "content",
    ["", " \r\n\t", "\ufeff", "\u200b\u2060\n", "\x07\x01", "---\ntitle: x\n---\n\n", "***\n", "Advertisement\n"],
)
def test_a_file_with_nothing_to_cite_is_no_article(tmp_path: Path, content: str) -> None:
    with pytest.raises(ArticleError, match="holds no text"):
        load(write(tmp_path, "a.txt", content))


def test_a_file_that_is_too_large_is_refused_by_its_size_alone(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "x" * 2001)
    with pytest.raises(ArticleError, match=r"larger than 0.002 MB \(QA_MAX_FILE_MB\)"):
        load(path, max_file_mb=0.002)


def test_a_file_that_vanishes_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match=r"gone.txt: no such file"):
        load(tmp_path / "gone.txt")


def test_pipes_and_sockets_are_reported_and_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.md")
    assert find_articles(tmp_path)[0] == []
    assert reasons(tmp_path) == {"pipe.txt": "not a regular file", "socket.md": "not a regular file"}
    with pytest.raises(ArticleError, match="not a regular file"):
        load(tmp_path / "pipe.txt")


def test_articles_are_found_in_subfolders_in_the_order_of_their_paths(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.MD", "a-b.txt", "a/.git/x.txt", ".footnote/y.txt", ".hidden.md"):
        write(tmp_path, name)
    assert sources(tmp_path) == ["a-b.txt", "a/z.MD", "b.txt"]
    assert reasons(tmp_path) == {}


def test_a_file_of_unknown_kind_is_reported_and_litter_is_not(tmp_path: Path) -> None:
    for name in ("report.pptx", "LICENSE", ".DS_Store", "Thumbs.db", "a.txt~", "~$a.docx", "a.txt.swp"):
        write(tmp_path, name)
    assert reasons(tmp_path) == {
        "report.pptx": "no reader for .pptx files",
        "LICENSE": "its name has no suffix that tells its format",
    }


def test_links_that_lead_out_are_not_followed_and_loops_are_harmless(tmp_path: Path) -> None:
    root = tmp_path / "root"
    secret = write(tmp_path, "secret/s.txt")
    write(root, "a.txt")
    write(root, ".data/kept.txt")
    for name, target in {
        "out.txt": secret, "outside": secret.parent, "loop": root, "self.txt": root / "self.txt",
        "broken.txt": root / "none.txt", "twin.txt": root / "a.txt", "mounted.txt": root / ".data/kept.txt",
    }.items():  # fmt: skip
        (root / name).symlink_to(target)
    assert sources(root) == ["a.txt", "mounted.txt"]
    assert reasons(root) == {
        "out.txt": "link that leads out of the folder of articles",
        "outside": "link that leads out of the folder of articles",
        "loop": "link to a folder",
        "self.txt": "broken link",
        "broken.txt": "broken link",
        "twin.txt": "link to a.txt",
    }
    with pytest.raises(ArticleError, match="leads out"):
        load(root / "out.txt")


def test_a_corpus_that_is_itself_a_link_is_read(tmp_path: Path) -> None:
    write(tmp_path, "real/a.txt")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert load(find_articles(tmp_path / "link")[0][0]).source == "a.txt"


def test_odd_names_do_not_stop_the_rest(tmp_path: Path) -> None:
    for name in ("new\nline.txt", "\x1b[31m.txt", "bidi\u202etxt.md", "a b & é.txt"):
        write(tmp_path, name)
    broken = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    Path(os.fsdecode(broken)).write_text("x")
    assert sources(tmp_path) == ["a b & é.txt", "bidi\u202etxt.md"]
    assert set(reasons(tmp_path)) == {"new\\nline.txt", "\\x1b[31m.txt", "caf\\udce9.txt"}
    assert all(why == "name holds control characters or is not UTF-8" for why in reasons(tmp_path).values())


def test_a_missing_corpus_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CorpusMissing, match=r"there is no folder .*QA_CORPUS_DIR"):
        find_articles(tmp_path / "none")
    with pytest.raises(CorpusMissing, match="is not a folder"):
        find_articles(write(tmp_path, "a.txt"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_reported_with_the_reason(tmp_path: Path) -> None:
    write(tmp_path, "closed/a.txt").parent.chmod(0)
    path = write(tmp_path, "a.txt")
    path.chmod(0)
    assert reasons(tmp_path) == {"closed": "permission denied"}
    with pytest.raises(ArticleError, match="permission denied"):
        load(path)


def test_the_id_depends_on_place_and_text(tmp_path: Path) -> None:
    ids = {load(write(tmp_path, name, text)).id for name in ("a.txt", "b.txt") for text in ("One.", "Two.")}
    assert len(ids) == 4
    assert load(tmp_path / "a.txt").id == load(tmp_path / "a.txt").id
    assert {len(each) for each in ids} == {16}
