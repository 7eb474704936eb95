"""The health check of a generation, run in a process of its own: python -m vectorstore.checking HOME NUMBER LIBRARY."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from vectorstore.errors import IndexDamaged
from vectorstore.library import Library
from vectorstore.seals import Seal, folder_of
from vectorstore.store import VectorStore

_PROBES = 50
_NEAREST = 10
_FOUND_SHARE = 0.8
"""Least share of chunks that must be among the nearest to their own vectors: the search is approximate."""


def check(home: Path, number: int, library: Library) -> None:
    """Raise IndexDamaged unless the collection counts right and its vectors find their own chunks, nearly all."""
    seal = Seal(**json.loads((folder_of(home, number) / "draft.json").read_text(encoding="utf-8")))
    if library.identity != seal.library:
        raise IndexDamaged("the library was replaced meanwhile")
    store = VectorStore(seal.place(home))
    if store.count() != seal.chunks:
        raise IndexDamaged(f"{store.count()} chunks in Chroma, {seal.chunks} in the library")
    step = max(1, seal.chunks // _PROBES)
    place = probed = found = 0
    for chunks, vectors in library.chunk_vectors(revision=seal.revision):
        for row in range(-place % step, len(chunks), step):
            best = store.search(vectors[row], candidates=_NEAREST)
            probed += 1
            found += bool(best) and best[0].score > 0.999
        place += len(chunks)
    store.close()
    if found < _FOUND_SHARE * probed:
        raise IndexDamaged(f"only {found} of {probed} chunks find themselves")


if __name__ == "__main__":
    try:
        check(Path(sys.argv[1]), int(sys.argv[2]), Library(Path(sys.argv[3])))
    except IndexDamaged as damage:
        sys.exit(str(damage))
