"""What changed in a folder since the last sync, told by a stat where that is safe and by a hash where it is not."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vectorstore.loading import find_articles
from vectorstore.records import FileRecord
from vectorstore.types import Skipped

_SETTLED_SECONDS = 2.0  # a file written so recently could change again without a new time stamp


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it stands now."""

    source: str
    path: Path
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
    skipped: tuple[Skipped, ...]

    @property
    def empty(self) -> bool:
        """Whether the articles are as the library has them."""
        return not self.fresh and not self.gone


def scan(
    folder: Path, known: Mapping[str, FileRecord], recipes: Mapping[str, str], *, recipe: str, max_file_mb: float
) -> Changes:
    """Compare a folder with what the library knows of it; raises CorpusMissing when there is no such folder."""
    paths, unreadable = find_articles(folder)
    fresh, touched, skipped, unchanged = [], [], list(unreadable), 0
    for path in paths:
        source = path.relative_to(folder).as_posix()
        before = known.get(source)
        seen = Seen(source, path, _record(path, before, max_bytes=int(max_file_mb * 1_000_000)))
        if before is None or seen.record.sha256 != before.sha256 or recipes.get(source, recipe) != recipe:
            fresh.append(seen)
            continue
        if seen.record.signature != before.signature:
            touched.append(seen)
        if before.why:
            skipped.append(Skipped(source, before.why))
        else:
            unchanged += 1
    present = {path.relative_to(folder).as_posix() for path in paths}
    gone = tuple(sorted(set(known) - present))
    return Changes(tuple(fresh), gone, tuple(touched), unchanged, tuple(skipped))


def _record(path: Path, before: FileRecord | None, *, max_bytes: int) -> FileRecord:
    why = before.why if before else ""
    try:
        signature, size = _signature(path)
        too_large = size > max_bytes
        if before and signature and signature == before.signature and too_large == before.sha256.endswith(" bytes"):
            return before
        digest = f"{size} bytes" if too_large else _sha256(path)
    except OSError as error:
        return FileRecord("", f"unreadable: {error.strerror}", why)
    return FileRecord(signature, digest, why)


def _signature(path: Path) -> tuple[str, int]:
    stat = path.stat()
    if time.time() - max(stat.st_mtime, stat.st_ctime) < _SETTLED_SECONDS:
        return "", stat.st_size
    return f"{stat.st_size}:{stat.st_mtime_ns}:{stat.st_ctime_ns}:{stat.st_ino}", stat.st_size


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
