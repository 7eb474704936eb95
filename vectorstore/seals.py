"""The seal of a generation: what it holds, and what its files must look like before anything opens them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from vectorstore.database import sound
from vectorstore.errors import IndexDamaged
from vectorstore.store import Place

LAYOUT = "generation-3"
"""How the files are laid out; a generation of another layout is built anew."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What a generation holds, and what its files must look like; written last."""

    number: int
    library: str
    revision: int
    recipe: str
    embedding: str
    chunks: int
    corpus: str
    url: str
    collection: str
    digests: dict[str, str]
    chromadb: str
    layout: str
    base: int
    """The generation whose files this one reads, its own or an earlier one's."""
    base_revision: int
    """What those files hold; what came and went since is read from the library."""

    def place(self, home: Path) -> Place:
        """Where the vectors are."""
        if self.url:
            return Place(url=self.url, name=self.collection)
        return Place(folder=folder_of(home, self.base) / "chroma")


def folder_of(home: Path, number: int) -> Path:
    """The folder of a generation."""
    return home / "generations" / str(number)


def current_number(home: Path) -> int:
    """The number of the published generation; 0 when there is none."""
    try:
        return int((home / "CURRENT").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def read_seal(home: Path, number: int) -> Seal:
    """The seal of a generation; raises IndexDamaged when it is missing or unreadable."""
    try:
        return Seal(**json.loads((folder_of(home, number) / "seal.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise IndexDamaged(f"generation {number} has no seal") from error


def verify(home: Path, number: int) -> Seal:
    """Check the files that a generation reads against their seal before anything opens them; raises IndexDamaged.

    A damaged vector file can kill the process that opens it, so the bytes are compared first.
    Chroma writes a row into its SQLite file on every opening: that one has its own check.
    """
    seal = read_seal(home, number)
    if seal.chromadb != version("chromadb"):
        raise IndexDamaged(f"the index was made with chromadb {seal.chromadb}")
    if seal.layout != LAYOUT:
        raise IndexDamaged("the index was made by another version")
    folder = folder_of(home, seal.base)
    if digests(folder) != seal.digests:
        raise IndexDamaged("the files of the index were changed or are missing")
    if not seal.url and not sound(folder / "chroma" / "chroma.sqlite3"):
        raise IndexDamaged("the index's database is not whole")
    return seal


def digests(folder: Path) -> dict[str, str]:
    """sha256 of every file that no reader changes, by its path below the generation's folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.parent != folder)
    sealed = [path for path in files if not path.name.startswith("chroma.sqlite3") and not _unflushed(path.parent)]
    return {path.relative_to(folder).as_posix(): _digest(path) for path in sealed}


def _unflushed(folder: Path) -> bool:
    """Chroma never writes the vectors of a collection of one or two chunks; it keeps them in its database."""
    return (folder / "header.bin").exists() and not (folder / "index_metadata.pickle").exists()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
