"""Adding article files to the folder of articles, and taking them out again so that they can be brought back."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from qa.commands.coverage import file_of
from qa.file_names import numbered, safe_name, why_no_name
from vectorstore.durable import sync_path
from vectorstore.errors import ArticleError, CorpusMissing, UserError
from vectorstore.finding import Found, find_files, open_regular, os_reason
from vectorstore.loading import load_file

_ASIDE = ".uploading-"
_ABANDONED_SECONDS = 3600
_KEPT_SECONDS = 24 * 3600
_TOKEN = re.compile(r"[0-9a-f]{32}")
_PIECE = 1 << 20
_MOST_NAMESAKES = 1000


@dataclass(frozen=True, slots=True)
class Added:
    """A file that is now in the folder of articles, and how many articles it holds."""

    source: str
    articles: int


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken out of the folder: the file, and its sidecar; `restore(token)` brings both back for a day."""

    token: str
    sources: tuple[str, ...]


class ArticleFiles:
    """The files of a folder of articles, to add to and to remove from; safe to share between threads."""

    def __init__(
        self,
        folder: Path,
        *,
        removed: Path,
        max_file_mb: float,
        most_files: int = 1000,
        ignoring: Path | None = None,
    ) -> None:
        """`removed` is a folder for what is taken out; `ignoring` one among the articles that holds none."""
        self.folder = folder
        self.max_file_mb = max_file_mb
        self.most_files = most_files
        self._removed = removed
        self._ignoring = ignoring
        self._lock = threading.Lock()

    def add(self, name: str, data: BinaryIO | Iterable[bytes]) -> Added:
        """Write a file into the folder, under a name made safe, once it is known that it holds articles.

        Raises ArticleError for what is refused, and UserError when the folder cannot be written.
        """
        with self.begin(name) as upload:
            for piece in _pieces(data):
                upload.write(piece)
            return upload.finish()

    def begin(self, name: str) -> Upload:
        """A file that comes piece by piece; raises ArticleError for a name that no reader takes."""
        safe = safe_name(name)
        why = why_no_name(safe)
        if why:
            raise ArticleError(safe or "the file", why)
        with _told("written"):
            self._make_room()
            aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=self.folder))
        return Upload(self, aside, safe)

    def remove(self, source: str) -> Removed:
        """Take the file of an article out of the folder, with all its articles; raises CorpusMissing for no such."""
        with self._lock, _told("changed"):
            found = self._find(file_of(source))
            self._forget_old()
            token = secrets.token_hex(16)
            moved = [found.source, *self._own_sidecar(found)]
            try:
                for one in moved:
                    _move(self.folder / one, self._removed / token / one)
            except OSError:
                with suppress(UserError, OSError):
                    self._bring_back(token)
                raise
        return Removed(token, tuple(moved))

    def restore(self, token: str) -> tuple[str, ...]:
        """Bring back what was removed; raises CorpusMissing for no such, ArticleError where another has its place."""
        with self._lock, _told("changed"):
            return self._bring_back(token)

    def take_in(self, path: Path) -> Path:
        """Move a file that was read into the folder, under the first free name; raises ArticleError for a twin."""
        with self._lock:
            sync_path(path)
            for number in range(1, _MOST_NAMESAKES):
                place = self.folder / numbered(path.name, number)
                if _claimed(path, place):
                    sync_path(self.folder)
                    return place
                if _same_content(path, place):
                    raise ArticleError(path.name, "is already there")
        raise ArticleError(path.name, "too many files have this name")

    def _make_room(self) -> None:
        """Clear what an interrupted upload left; raises UserError when the folder holds as many files as it may."""
        for left in self.folder.glob(f"{_ASIDE}*"):
            with suppress(OSError):
                if time.time() - left.lstat().st_mtime > _ABANDONED_SECONDS:
                    shutil.rmtree(left)
        if len(find_files(self.folder, ignoring=self._ignoring).files) >= self.most_files:
            raise UserError(f"the folder holds {self.most_files:,} files, the most that uploads may fill it to")

    def _find(self, source: str) -> Found:
        """The file as a look at the folder finds it: no other path reaches the disk."""
        files = find_files(self.folder, ignoring=self._ignoring).files
        for found in files:
            if found.source == source and _is_inside(found.path.parent, self.folder):
                return found
        raise CorpusMissing(f"there is no article file {source!r} in the folder")

    def _own_sidecar(self, found: Found) -> Iterator[str]:
        """The path of its sidecar, unless that tells of another file, too."""
        if not found.beside:
            return
        files = find_files(self.folder, ignoring=self._ignoring).files
        if sum(other.beside == found.beside for other in files) == 1:
            yield Path(found.beside).relative_to(self.folder).as_posix()

    def _bring_back(self, token: str) -> tuple[str, ...]:
        kept = self._removed / token
        if not _TOKEN.fullmatch(token) or not kept.is_dir():
            raise CorpusMissing("there is nothing to bring back; removed files are kept for a day")
        sources = [path.relative_to(kept).as_posix() for path in sorted(kept.rglob("*")) if not _is_folder(path)]
        for source in sources:
            if os.path.lexists(self.folder / source):
                raise ArticleError(source, "cannot be brought back: another file has its place")
            if not _is_inside((self.folder / source).parent, self.folder):
                raise ArticleError(source, "cannot be brought back: its folder is a link now")
        for source in sources:
            _move(kept / source, self.folder / source)
        shutil.rmtree(kept, ignore_errors=True)
        return tuple(sources)

    def _forget_old(self) -> None:
        """What nobody brought back within a day is erased."""
        for kept in self._removed.glob("*"):
            with suppress(OSError):
                if _TOKEN.fullmatch(kept.name) and time.time() - kept.lstat().st_mtime > _KEPT_SECONDS:
                    shutil.rmtree(kept)


class Upload:
    """A file on its way into the folder, kept aside until `finish`; leaving the `with` block clears what is left."""

    def __init__(self, files: ArticleFiles, aside: Path, name: str) -> None:
        self._files, self._aside, self._path = files, aside, aside / name
        self._most = int(files.max_file_mb * 1_000_000)
        self._size = 0

    def __enter__(self) -> Upload:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, piece: bytes) -> None:
        """Take the next bytes; raises ArticleError once they are more than a file may have."""
        self._size += len(piece)
        if self._size > self._most:
            raise ArticleError(self._path.name, f"larger than {self._files.max_file_mb:g} MB (QA_MAX_FILE_MB)")
        with _told("written"), self._path.open("ab") as file:
            file.write(piece)

    def finish(self) -> Added:
        """Read the file and move it into the folder; raises ArticleError, with the reason, for one without articles."""
        name = self._path.name
        with _told("written"):
            self._path.touch()
            listing = find_files(self._aside)
            if not listing.files:
                raise ArticleError(
                    name, listing.skipped[0].why if listing.skipped else "its name is that of no article"
                )
            loaded = load_file(self._aside, listing.files[0], max_file_mb=self._files.max_file_mb)
            if not loaded.articles:
                raise ArticleError(name, loaded.problems[0].why)
            place = self._files.take_in(self._path)
        return Added(place.name, len(loaded.articles))

    def close(self) -> None:
        """Clear what is kept aside."""
        shutil.rmtree(self._aside, ignore_errors=True)


def _pieces(data: BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
    if isinstance(data, Iterable) and not hasattr(data, "read"):
        yield from data
        return
    while piece := data.read(_PIECE):
        yield piece


def _claimed(path: Path, place: Path) -> bool:
    """Whether a file could be put in a place that was free; another file is never written over."""
    try:
        os.link(path, place)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        if os.path.lexists(place):
            return False
        path.rename(place)
    return True


def _same_content(path: Path, place: Path) -> bool:
    with suppress(OSError), path.open("rb") as one, open_regular(str(place)) as other:
        if os.fstat(one.fileno()).st_size != os.fstat(other.fileno()).st_size:
            return False
        return all(piece == other.read(_PIECE) for piece in iter(lambda: one.read(_PIECE), b""))
    return False


def _move(path: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(path, place)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _is_inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


@contextmanager
def _told(what: str) -> Iterator[None]:
    """An error of the disk as one line that says what would help."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise UserError("the disk is full; free some space and try again") from error
        raise UserError(
            f"the folder of articles cannot be {what} ({os_reason(error)}); make it writable for the server"
        ) from error
