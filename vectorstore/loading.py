"""A folder -> the files that can become articles; a file -> an Article, its text exactly as decoded."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vectorstore.decoding import NotTextError, decode
from vectorstore.errors import ArticleError, CorpusMissing
from vectorstore.furniture import BLANKS, paragraphs
from vectorstore.metadata import read_metadata
from vectorstore.types import Article, Skipped

Reader = Callable[[bytes], str]

READERS: dict[str, Reader] = {".txt": decode, ".md": decode}
"""Suffix, in lower case -> what turns a file's bytes into text; it raises NotTextError."""

_LITTER = {"thumbs.db", "desktop.ini", "icon\r"}
_LITTER_SUFFIXES = {".tmp", ".bak", ".swp", ".part", ".crdownload", ".lock"}


@dataclass(frozen=True, slots=True)
class _Entry:
    source: str
    path: Path
    linked: bool


def find_articles(root: Path) -> tuple[list[Path], list[Skipped]]:
    """Files below `root` with a known suffix, sorted by their `/` path, and what was left out; raises CorpusMissing."""
    _require_folder(root)
    entries, skipped = _walk(root)
    plain = {entry.source for entry in entries if not entry.linked}
    found: list[_Entry] = []
    for entry in entries:
        why = _why_not(root, entry, plain)
        if why:
            skipped.append(Skipped(_shown(entry.source), why))
        else:
            found.append(entry)
    found.sort(key=lambda entry: entry.source)
    return [entry.path for entry in found], sorted(skipped, key=lambda row: row.path)


def load_article(root: Path, path: Path, *, max_file_mb: float) -> Article:
    """Read one file below `root`; raises ArticleError with the reason when it cannot become an article."""
    source = path.relative_to(root).as_posix()
    try:
        why = _why_unreadable(root, path, max_file_mb=max_file_mb)
        text = "" if why else READERS[path.suffix.lower()](path.read_bytes())
    except NotTextError as error:
        raise ArticleError(_shown(source), str(error)) from error
    except OSError as error:
        raise ArticleError(_shown(source), _reason(error)) from error
    why = why or _why_empty(text)
    if why:
        raise ArticleError(_shown(source), why)
    return _article(source, text)


def _why_unreadable(root: Path, path: Path, *, max_file_mb: float) -> str:
    """Decided by a stat, before anything is opened: opening a pipe would wait for its writer."""
    status = path.stat()
    if not path.resolve().is_relative_to(root.resolve()):
        return "link that leads out of the folder of articles"
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file"
    if status.st_size > max_file_mb * 1_000_000:
        return f"larger than {max_file_mb:g} MB (QA_MAX_FILE_MB)"
    return "" if path.suffix.lower() in READERS else f"no reader for {path.suffix} files"


def _why_empty(text: str) -> str:
    if not text.strip(BLANKS):
        return "holds no text"
    return "" if paragraphs(text) else "holds no text beside page furniture"


def _article(source: str, text: str) -> Article:
    metadata = read_metadata(text)
    return Article(
        id=hashlib.sha256(f"{source}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16],
        title=metadata.title,
        text=text,
        source=source,
        outlet=metadata.outlet,
        author=metadata.author,
        published=metadata.published,
        published_from=metadata.published_from,
        language=metadata.language,
    )


def _require_folder(root: Path) -> None:
    advice = "put articles there, or set QA_CORPUS_DIR to the folder that holds them"
    try:
        if not stat.S_ISDIR(root.stat().st_mode):
            raise CorpusMissing(f"{root} is not a folder: set QA_CORPUS_DIR to the folder that holds the articles")
        os.scandir(root).close()
    except FileNotFoundError as error:
        raise CorpusMissing(f"there is no folder {root}: {advice}") from error
    except OSError as error:
        raise CorpusMissing(f"the folder {root} cannot be read ({_reason(error)}): {advice}") from error


def _walk(root: Path) -> tuple[list[_Entry], list[Skipped]]:
    entries: list[_Entry] = []
    skipped: list[Skipped] = []
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            listing = list(os.scandir(folder))
        except OSError as error:
            skipped.append(Skipped(_shown(folder.relative_to(root).as_posix()), _reason(error)))
            continue
        for item in listing:
            path = folder / item.name
            if item.name.startswith("."):
                continue
            if item.is_dir(follow_symlinks=False):
                folders.append(path)
            elif item.is_symlink() or not _is_litter(item.name):
                entries.append(_Entry(path.relative_to(root).as_posix(), path, item.is_symlink()))
    return entries, skipped


def _is_litter(name: str) -> bool:
    lowered = name.lower()
    if not Path(name).suffix:
        return True
    return lowered in _LITTER or lowered.startswith("~$") or lowered.endswith(("~", *_LITTER_SUFFIXES))


def _why_not(root: Path, entry: _Entry, plain: set[str]) -> str:
    """Why an entry is no article, in a few words; empty for a file to read."""
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in entry.source):
        return "name holds control characters or is not UTF-8"
    if entry.linked:
        return _why_not_linked(root, entry, plain)
    suffix = entry.path.suffix.lower()
    if suffix not in READERS:
        return f"no reader for {suffix} files"
    return "" if entry.path.is_file() else "not a regular file"


def _why_not_linked(root: Path, entry: _Entry, plain: set[str]) -> str:
    """A folder behind a link is not entered: below the root it is found anyway, elsewhere it is not ours."""
    try:
        target = entry.path.resolve(strict=True)
    except (OSError, RuntimeError):
        return "broken link"
    folder = root.resolve()
    if not target.is_relative_to(folder):
        return "link that leads out of the folder of articles"
    if target.is_dir():
        return "link to a folder"
    if _is_litter(entry.path.name):
        return "link to a file of unknown kind"
    twin = target.relative_to(folder).as_posix()
    if twin in plain:
        return f"link to {_shown(twin)}"
    return _why_not(root, _Entry(entry.source, entry.path, linked=False), plain)


def _shown(source: str) -> str:
    """A path as one line that any terminal can print."""
    return "".join(_escaped(character) for character in source)


def _escaped(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
