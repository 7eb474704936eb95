"""Compressed files are read whole or not at all, and never grow beyond bounds; each suffix has a reader."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc

import pytest

from vectorstore.formats.extracted import UnreadableError
from vectorstore.formats.packed import unpack
from vectorstore.formats.registry import PLAIN, SUFFIXES, format_of, read

TEXT = "Prices rose in March, the bank said.\r\nThey fell in May.\r\n"


def bomb(megabytes: int) -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        for _ in range(megabytes):
            file.write(bytes(1_000_000))
    return packed.getvalue()


def test_what_was_packed_comes_back() -> None:
    assert unpack(gzip.compress(TEXT.encode()), max_bytes=1_000).decode() == TEXT


def test_members_one_after_another_are_one_text_and_padding_is_none() -> None:
    assert unpack(gzip.compress(b"One. ") + gzip.compress(b"Two.") + bytes(9), max_bytes=1_000) == b"One. Two."


@pytest.mark.parametrize("cut", [3, 12, -9, -1])
def test_a_file_cut_short_is_refused(cut: int) -> None:
    with pytest.raises(UnreadableError, match=r"^not a whole gzip file$"):
        unpack(gzip.compress(TEXT.encode())[:cut], max_bytes=1_000)


def test_a_file_with_broken_bytes_is_refused() -> None:
    data = bytearray(gzip.compress(TEXT.encode() * 9))
    data[25] ^= 0xFF
    with pytest.raises(UnreadableError, match=r"^not a whole gzip file$"):
        unpack(bytes(data), max_bytes=1_000)


@pytest.mark.parametrize("data", [b"", b"plain text"])
def test_what_is_no_gzip_file_is_told(data: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"^not a gzip file$"):
        unpack(data, max_bytes=1_000)


def test_a_bomb_is_refused_in_bounded_memory() -> None:
    data = bomb(50)
    tracemalloc.start()
    with pytest.raises(UnreadableError, match=r"^expands to more than 2 MB \(QA_MAX_FILE_MB\)$"):
        unpack(data, max_bytes=2_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000


def test_exactly_as_much_as_allowed_is_read() -> None:
    assert len(unpack(gzip.compress(bytes(1_000)), max_bytes=1_000)) == 1_000
    with pytest.raises(UnreadableError, match="expands to more than"):
        unpack(gzip.compress(bytes(1_001)), max_bytes=1_000)


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a.TXT", ".txt"), ("b.v2.Md", ".md"), ("sub.d/c.html.GZ", ".html.gz"), ("d.jsonl.gz", ".jsonl.gz"),
        ("e.tar.gz", ".gz"), ("f.pdf.gz", ".gz"), ("g", ""), (".txt", ""), ("h.docx", ".docx"), ("i.xyz", ".xyz"),
    ],
)  # fmt: skip
def test_the_suffix_decides_how_a_file_is_read(name: str, suffix: str) -> None:
    assert format_of(name) == suffix


def test_every_format_of_the_issue_has_a_reader() -> None:
    assert set(".txt .md .html .htm .pdf .docx .epub .eml .rtf .odt .json .jsonl .csv".split()) <= SUFFIXES
    assert {suffix + ".gz" for suffix in (*PLAIN, ".html", ".htm", ".eml", ".rtf")} <= SUFFIXES
    assert not {".gz", ".pdf.gz", ".docx.gz"} & SUFFIXES


def test_a_text_file_is_one_article_with_its_line_ends_packed_or_not() -> None:
    for suffix, data in ((".txt", TEXT.encode()), (".md.gz", gzip.compress(TEXT.encode("utf-16")))):
        (article,) = read(suffix, data, max_mb=1)
        assert (article.text, dict(article.fields), article.row) == (TEXT, {}, "")


def test_rows_are_read_from_a_packed_table() -> None:
    lines = "".join(json.dumps({"id": name, "text": f"{name} happened."}) + "\n" for name in ("a", "b"))
    articles = read(".jsonl.gz", gzip.compress(lines.encode()), max_mb=1)
    assert [(article.row, article.text) for article in articles] == [("a", "a happened."), ("b", "b happened.")]


@pytest.mark.parametrize("suffix", [".txt", ".json", ".csv", ".jsonl.gz"])
def test_binary_data_is_refused_whatever_its_name(suffix: str) -> None:
    data = bytes(range(256)) * 9
    with pytest.raises(UnreadableError, match=r"^not a text file$"):
        read(suffix, gzip.compress(data) if suffix.endswith(".gz") else data, max_mb=1)


def test_a_packed_text_is_bounded_by_the_setting() -> None:
    with pytest.raises(UnreadableError, match=r"^expands to more than 0.5 MB \(QA_MAX_FILE_MB\)$"):
        read(".txt.gz", bomb(1), max_mb=0.5)


def test_a_suffix_that_nothing_reads_is_told() -> None:
    with pytest.raises(UnreadableError, match=r"^no reader for \.xyz files$"):
        read(".xyz", b"text", max_mb=1)


def test_a_format_of_the_worker_is_read_packed_too() -> None:
    page = f"<html><body><article><h1>Prices</h1><p>{TEXT * 20}</p></article></body></html>"
    (article,) = read(".html.gz", gzip.compress(page.encode()), max_mb=1)
    assert "They fell in May." in article.text
    assert "<p>" not in article.text
