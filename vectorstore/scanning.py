"""What changed in a folder since the last sync, told by a stat where that is safe and by a hash where it is not."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from vectorstore.finding import Found, find_files, open_regular
from vectorstore.records import FileRecord
from vectorstore.types import Skipped

_SETTLED_SECONDS = 2.0  # a file written so recently could change again without a new time stamp
_BYTES = " bytes"


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it stands now."""

    found: Found
    record: FileRecord


@dataclass(frozen=True, slots=True)
class Changes:
    """The difference between a folder and the library."""

    fresh: tuple[Seen, ...]
    """Files to read: new, edited, or indexed by another recipe."""
    gone: tuple[str, ...]
    touched: tuple[Seen, ...]
    """Files with another time stamp and the same content."""
    unchanged: int
    """How many articles stay as they are."""
    skipped: tuple[Skipped, ...]

    @property
    def empty(self) -> bool:
        """Whether the articles are as the library has them."""
        return not self.fresh and not self.gone


def recipe_of_problem(recipe: str, max_file_mb: float) -> str:
    """What stands for the recipe of a file that was not read, or not wholly: another limit tries it again."""
    return f"{recipe}, at most {max_file_mb:g} MB"


def scan(
    folder: Path,
    known: Mapping[str, FileRecord],
    *,
    recipe: str,
    max_file_mb: float,
    ignoring: Path | None = None,
) -> Changes:
    """Compare a folder with what the library knows of it; raises CorpusMissing when there is no such folder."""
    listing = find_files(folder, ignoring=ignoring)
    recipes = (recipe, recipe_of_problem(recipe, max_file_mb))
    fresh, touched, skipped, unchanged = [], [], list(listing.skipped), 0
    for found in listing.files:
        before = known.get(found.source)
        record = _record(found, before, max_bytes=int(max_file_mb * 1_000_000))
        if before is None or record.sha256 != before.sha256 or before.recipe not in recipes:
            fresh.append(Seen(found, record))
            continue
        if record.signature != before.signature:
            touched.append(Seen(found, record))
        skipped.extend(before.problems)
        unchanged += before.articles
    present = {found.source for found in listing.files}
    gone = tuple(sorted(set(known) - present))
    return Changes(tuple(fresh), gone, tuple(touched), unchanged, tuple(skipped))


def _record(found: Found, before: FileRecord | None, *, max_bytes: int) -> FileRecord:
    """What the file is now; its content is read only where its stamp does not vouch for it."""
    known = before or FileRecord("", "")
    try:
        signature, size = _signature(found)
        too_large = size > max_bytes
        if signature and signature == known.signature and too_large == known.sha256.endswith(_BYTES):
            return known
        digest = f"{size}{_BYTES}" if too_large else _sha256(found, max_bytes)
    except OSError as error:
        return replace(known, signature="", sha256=f"unreadable: {error.strerror}")
    return replace(known, signature=signature, sha256=digest)


def _signature(found: Found) -> tuple[str, int]:
    """The stamps of a file and of its sidecar, empty where they may still change unseen; the file's size in bytes."""
    status = os.stat(found.place)  # noqa: PTH116
    stamps = _stamps(status)
    if found.beside and stamps:
        beside = _stamps(os.stat(found.beside))  # noqa: PTH116
        stamps = f"{stamps} {beside}" if beside else ""
    return stamps, status.st_size


def _stamps(status: os.stat_result) -> str:
    if time.time() - max(status.st_mtime, status.st_ctime) < _SETTLED_SECONDS:
        return ""
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}"


def _sha256(found: Found, max_bytes: int) -> str:
    """Of the file and its sidecar; a sidecar that cannot be read hides no edit of the file."""
    digest = _digest(found.place, max_bytes)
    if not found.beside:
        return digest
    try:
        return f"{digest} {_digest(found.beside, max_bytes)}"
    except OSError as error:
        return f"{digest} unreadable: {error.strerror}"


def _digest(place: str, max_bytes: int) -> str:
    """Over so many bytes at most: no file is read to an end that flees."""
    with open_regular(place) as file:
        return hashlib.sha256(file.read(max_bytes + 1)).hexdigest()
