"""Rows of a corpus as a folder of text files, as a user would have them, each file known by the id of its row."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from evals.benchmarks.beir import ArticleRow
from vectorstore.errors import UserError

_FILES_IN_A_FOLDER = 1_000
_LONGEST_SLUG = 40


@dataclass(frozen=True, slots=True)
class ArticleFiles:
    """A folder of articles, and the id of each by its path below the folder."""

    folder: Path
    ids: Mapping[str, str]

    def text(self, source: str) -> str:
        """A file as a reader with an editor sees it, line ends kept."""
        with (self.folder / source).open(encoding="utf-8", newline="") as file:
            return file.read()


def write_articles(rows: Iterable[ArticleRow], folder: Path) -> ArticleFiles:
    """One file a row that holds text; a folder that is there already was written whole, and stays."""
    ids: dict[str, str] = {}
    part = folder.with_name(f"{folder.name}.part")
    write = not folder.exists()
    try:
        if write:
            shutil.rmtree(part, ignore_errors=True)
        for number, row in enumerate(rows, 1):
            source = _source(number, row.id)
            text = _text(row)
            if not text.strip():
                continue
            ids[source] = row.id
            if write:
                _write(part / source, text)
        if write and ids:
            part.rename(folder)
    except OSError as error:
        raise UserError(
            f"the articles cannot be written to {folder}: {error.strerror}; name a --work folder"
        ) from error
    return ArticleFiles(folder, ids)


def _source(number: int, identity: str) -> str:
    """A path that every system takes, whatever the id holds: the row's number tells it from all others."""
    slug = re.sub(r"[^A-Za-z0-9]+", "-", identity)[:_LONGEST_SLUG].strip("-")
    return f"{number // _FILES_IN_A_FOLDER:04d}/{number:07d}{'-' if slug else ''}{slug}.txt"


def _text(row: ArticleRow) -> str:
    """The text under its title, which stands in front matter so that no title is mistaken for anything else."""
    title = " ".join((row.title or "").split())
    if not row.text.strip():
        return title
    if not title:
        return row.text
    return f'---\ntitle: "{title}"\n---\n\n{row.text}'


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        file.write(text)
