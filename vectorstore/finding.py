"""A folder -> the files that can become articles, each with its sidecar, and a word for each that cannot."""

from __future__ import annotations

import errno
import os
import re
import stat
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from vectorstore.errors import CorpusMissing
from vectorstore.formats.registry import SUFFIXES, format_of
from vectorstore.types import Skipped

SIDECAR = ".meta.json"
"""How the name of a file ends that tells of the one beside it: `a.txt.meta.json` or `a.meta.json` of `a.txt`."""

_SUFFIX = re.compile(r"\.\w{1,12}")
_LITTER = {"thumbs.db", "desktop.ini", "icon\r"}
_UNPRINTABLE = "name holds control characters or is not UTF-8"
_LITTER_SUFFIXES = (".tmp", ".bak", ".swp", ".part", ".crdownload", ".lock")


@dataclass(frozen=True, slots=True)
class Found:
    """A file that can become articles."""

    source: str
    """Its path below the folder, with `/`."""
    place: str
    """Its path; a hundred thousand Path objects would take a second."""
    beside: str = ""
    """The path of its sidecar, where there is one."""

    @property
    def path(self) -> Path:
        """Its path."""
        return Path(self.place)

    @property
    def sidecar(self) -> Path | None:
        """The path of its sidecar."""
        return Path(self.beside) if self.beside else None


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a folder, sorted by source, and what was left out."""

    files: tuple[Found, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    source: str
    path: str
    linked: bool
    regular: bool


def find_files(root: Path, *, ignoring: Path | None = None) -> Listing:
    """Every file below a folder that some format reads; raises CorpusMissing when there is no such folder.

    A folder to ignore, such as an index kept among the articles, is not entered.
    """
    _require_folder(root)
    entries, skipped = _walk(root, ignoring)
    telling = {entry.source: entry for entry in entries if entry.source.lower().endswith(SIDECAR)}
    unfit = {source: why for source, entry in telling.items() if (why := _why_no_sidecar(root, entry))}
    sidecars = {source: entry.path for source, entry in telling.items() if source not in unfit}
    plain = {entry.source for entry in entries if not entry.linked}
    files: list[Found] = []
    for entry in entries:
        if entry.source in telling:
            continue
        why = _why_not(root, entry, plain)
        if why:
            skipped.append(Skipped(shown(entry.source), why))
        else:
            files.append(Found(entry.source, entry.path, _sidecar_of(entry.source, sidecars)))
    files.sort(key=lambda found: found.source)
    used = {found.beside for found in files}
    unused = (source for source, entry in telling.items() if entry.path not in used)
    skipped.extend(Skipped(shown(source), unfit.get(source, "tells of no file that is read")) for source in unused)
    return Listing(tuple(files), tuple(sorted(skipped, key=lambda row: row.path)))


def open_regular(place: str) -> BinaryIO:
    """Open a file to read its bytes; raises OSError for what is none, without waiting for the writer of a pipe."""
    file = open(place, "rb", opener=_at_once)  # noqa: SIM115
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    file.close()
    raise OSError(errno.EINVAL, "not a regular file")


def shown(source: str) -> str:
    """A path as one line that any terminal can print."""
    return source if source.isprintable() else "".join(map(_escaped, source))


def os_reason(error: OSError) -> str:
    """What the system says of a file that cannot be read, in lower case."""
    return (error.strerror or type(error).__name__).lower()


def _sidecar_of(source: str, sidecars: dict[str, str]) -> str:
    if not sidecars:
        return ""
    stem = source[: len(source) - len(format_of(source.rpartition("/")[2]))]
    return sidecars.get(f"{source}{SIDECAR}") or sidecars.get(f"{stem}{SIDECAR}") or ""


def _require_folder(root: Path) -> None:
    advice = "put articles there, or set QA_CORPUS_DIR to the folder that holds them"
    try:
        if not stat.S_ISDIR(root.stat().st_mode):
            raise CorpusMissing(f"{root} is not a folder: set QA_CORPUS_DIR to the folder that holds the articles")
        os.scandir(root).close()
    except FileNotFoundError as error:
        raise CorpusMissing(f"there is no folder {root}: {advice}") from error
    except OSError as error:
        raise CorpusMissing(f"the folder {root} cannot be read ({os_reason(error)}): {advice}") from error


def _walk(root: Path, ignoring: Path | None) -> tuple[list[_Entry], list[Skipped]]:
    """All entries that are neither folders, hidden nor litter; a hundred thousand in about a second."""
    entries: list[_Entry] = []
    skipped: list[Skipped] = []
    folders = [("", str(root))]
    left = ignoring.resolve() if ignoring else Path()
    while folders:
        above, folder = folders.pop()
        try:
            with os.scandir(folder) as scan:
                listing = list(scan)
        except OSError as error:
            skipped.append(Skipped(shown(above.rstrip("/")), os_reason(error)))
            continue
        for item in listing:
            if item.name.startswith("."):
                continue
            if item.is_dir(follow_symlinks=False):
                if item.name != left.name or Path(item.path).resolve() != left:
                    folders.append((f"{above}{item.name}/", item.path))
            elif item.is_symlink() or not _is_litter(item.name):
                regular = item.is_file(follow_symlinks=False)
                entries.append(_Entry(above + item.name, item.path, item.is_symlink(), regular))
    return entries, skipped


def _is_litter(name: str) -> bool:
    """Whether a file was left by an editor, a browser or a system; nobody takes it for an article."""
    lowered = name.lower()
    return lowered in _LITTER or lowered.startswith("~$") or lowered.endswith(("~", *_LITTER_SUFFIXES))


def _why_not(root: Path, entry: _Entry, plain: set[str]) -> str:
    """Why an entry is no article, in a few words; empty for a file to read."""
    if _is_unprintable(entry.source):
        return _UNPRINTABLE
    if entry.linked:
        return _why_not_linked(root, entry, plain)
    kind = format_of(entry.source.rpartition("/")[2])
    if kind not in SUFFIXES:
        named = _SUFFIX.fullmatch(kind)
        return f"no reader for {kind} files" if named else "its name has no suffix that tells its format"
    table = _table_before(entry.source, plain)
    if table:
        return f"its name is that of a row of {shown(table)}"
    return "" if entry.regular else "not a regular file"


def _table_before(source: str, present: set[str]) -> str:
    """The file beside it one of whose rows would go by the same name; mostly none, and empty."""
    heads = (source[: mark.start()] for mark in re.finditer("#", source))
    return next((head for head in heads if head in present), "")


def _is_unprintable(source: str) -> bool:
    return not source.isprintable() and any(
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in source
    )


def _why_no_sidecar(root: Path, entry: _Entry) -> str:
    if _is_unprintable(entry.source):
        return _UNPRINTABLE
    path = Path(entry.path)
    why = _why_astray(root, path) if entry.linked else ""
    return why or ("" if path.is_file() else "not a regular file")


def _why_not_linked(root: Path, entry: _Entry, plain: set[str]) -> str:
    """A folder behind a link is not entered: below the root it is found anyway, elsewhere it is not ours."""
    path = Path(entry.path)
    why = _why_astray(root, path)
    if why:
        return why
    folder, target = root.resolve(), path.resolve()
    if target.is_dir():
        return "link to a folder"
    twin = target.relative_to(folder).as_posix()
    if twin in plain:
        return f"link to {shown(twin)}"
    return _why_not(root, replace(entry, linked=False, regular=target.is_file()), plain)


def _why_astray(root: Path, link: Path) -> str:
    try:
        inside = link.resolve(strict=True).is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return "broken link"
    return "" if inside else "link that leads out of the folder of articles"


def _at_once(place: str, flags: int) -> int:
    return os.open(place, flags | getattr(os, "O_NONBLOCK", 0))


def _escaped(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
