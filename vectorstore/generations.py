"""Generations: each a whole search index, built aside, checked, sealed, and published by one pointer file.

    home/CURRENT               number of the generation to read
    home/generations/7/        seal.json, bm25/, chroma/ (or a collection on a server)
    home/generations/8/        seal.json: reads the files of 7, and from the library what came and went since

Readers never see half a generation; a kill at any moment leaves the pointer at a whole one.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path

from vectorstore.durable import sync_path, sync_tree, write_synced
from vectorstore.errors import IndexDamaged, UserError
from vectorstore.lexical import build_lexical
from vectorstore.library import Library
from vectorstore.seals import LAYOUT, Seal, current_number, digests, folder_of, read_seal, verify
from vectorstore.store import Place, build_store, drop_collections

KEPT = 2
_SPARE_BYTES = 4_000_000
_CHANGED_SHARE = 0.1
_CHANGED_MOST = 5000
"""Chunks that came or went since the files were built: beyond this, or this share of all, they are built afresh."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the next generation must hold."""

    revision: int
    recipe: str
    embedding: str
    url: str = ""
    after: int = 0
    """The highest number this process has opened: Chroma confuses two folders of one path in one process."""
    verified: int = 0
    """The generation whose files this process has compared with their seal, when it opened them."""
    afresh: bool = False
    """Whether nothing of earlier files may be kept."""


def build(home: Path, library: Library, plan: Plan) -> Seal:
    """Build, check and publish the next generation; the caller holds the write lock.

    After a small change the files of an earlier generation are read on, beside what came and went since.
    """
    number = max(plan.after, current_number(home), *_numbers(home)) + 1
    _remove_unpublished(home)
    base = None if plan.afresh else _reusable(home, library, plan)
    folder = folder_of(home, number)
    try:
        folder.mkdir(parents=True)
        seal = _continued(library, plan, base=base, number=number) if base else _filled(home, library, plan, number)
        write_synced(folder / "seal.json", json.dumps(asdict(seal)))
        sync_tree(folder)
        _publish(home, number)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise UserError(f"the index cannot be written ({error.strerror}); nothing was changed") from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return seal


def is_crowded(home: Path) -> bool:
    """Whether a kill after publishing left more than is kept."""
    return len(_numbers(home)) > KEPT and not set(_numbers(home)) <= _needed(sorted(_seals(home), key=_number)[-KEPT:])


def prune(home: Path, library: Library, *, url: str, keep: int = KEPT) -> int:
    """Remove all but the newest generations of this library and the files they read; the oldest revision they need."""
    seals = sorted(_seals(home), key=_number)
    kept = [seal for seal in seals if seal.library == library.identity][-keep:]
    needed = _needed(kept)
    for number in _numbers(home):
        if number not in needed:
            shutil.rmtree(folder_of(home, number), ignore_errors=True)
    if url:
        lost = [seal.collection for seal in seals if seal.url == url and seal not in kept]
        drop_collections(url, prefix=_prefix(library), keep=[seal.collection for seal in kept], also=lost)
    return min((seal.base_revision for seal in kept), default=0)


def _number(seal: Seal) -> int:
    return seal.number


def _needed(seals: Sequence[Seal]) -> set[int]:
    return {number for seal in seals for number in (seal.number, seal.base)}


def _filled(home: Path, library: Library, plan: Plan, number: int) -> Seal:
    """A generation with files of its own."""
    _need_space(home)
    folder = folder_of(home, number)
    count = library.count_chunks(revision=plan.revision)
    name = f"{_prefix(library)}-{number}"
    place = Place(url=plan.url, name=name) if plan.url else Place(folder=folder / "chroma")
    build_store(place, library.chunk_vectors(revision=plan.revision), count=count)
    batches = library.chunk_vectors(revision=plan.revision)
    build_lexical((chunk for chunks, _ in batches for chunk in chunks), folder / "bm25")
    seal = Seal(
        number=number,
        library=library.identity,
        revision=plan.revision,
        recipe=plan.recipe,
        embedding=plan.embedding,
        chunks=count,
        corpus=library.corpus_fingerprint(revision=plan.revision),
        url=plan.url,
        collection=name if plan.url else "",
        digests=digests(folder),
        chromadb=version("chromadb"),
        layout=LAYOUT,
        base=number,
        base_revision=plan.revision,
    )
    _check_in_child(home, seal, library)
    return seal


def _continued(library: Library, plan: Plan, *, base: Seal, number: int) -> Seal:
    """A generation that reads the files of another."""
    return replace(
        base,
        number=number,
        revision=plan.revision,
        chunks=library.count_chunks(revision=plan.revision),
        corpus=library.corpus_fingerprint(revision=plan.revision),
    )


def _reusable(home: Path, library: Library, plan: Plan) -> Seal | None:
    """The current generation, when so little changed since its files were built that they can be read on."""
    number = current_number(home)
    try:
        seal = read_seal(home, number)
        if seal.base != plan.verified:
            verify(home, number)
    except IndexDamaged:
        return None
    if (seal.recipe, seal.library, seal.url) != (plan.recipe, library.identity, plan.url):
        return None
    changed = library.count_changed(since=seal.base_revision, until=plan.revision)
    return seal if changed <= min(_CHANGED_MOST, seal.chunks * _CHANGED_SHARE) else None


def _check_in_child(home: Path, seal: Seal, library: Library) -> None:
    """Open and ask the new collection in another process: a bad one could end this one."""
    write_synced(folder_of(home, seal.number) / "draft.json", json.dumps(asdict(seal)))
    # -P: the folder a user works in may hold a json.py of its own.
    command = [sys.executable, "-P", "-m", "vectorstore.checking", str(home), str(seal.number), str(library.path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)}
    result = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600, check=False)
    if result.returncode != 0:
        lines = result.stderr.strip().splitlines() or [f"exit status {result.returncode}"]
        raise IndexDamaged(f"a new index did not pass its check: {lines[-1]}")
    (folder_of(home, seal.number) / "draft.json").unlink()


def _publish(home: Path, number: int) -> None:
    aside = home / "CURRENT.new"
    write_synced(aside, str(number))
    aside.replace(home / "CURRENT")
    sync_path(home)


def space_needed(home: Path) -> int:
    """Bytes that must be free to build the index of a library anew."""
    library = home / "library.db"
    return _SPARE_BYTES + (2 * library.stat().st_size if library.exists() else 0)


def _need_space(home: Path) -> None:
    need = space_needed(home)
    free = shutil.disk_usage(home).free
    if free < need:
        sizes = f"needs about {need // 10**6} MB, {free // 10**6} MB are free"
        raise UserError(f"not enough disk space at {home}: {sizes}; nothing was changed")


def _numbers(home: Path) -> list[int]:
    parent = home / "generations"
    return [int(path.name) for path in parent.iterdir() if path.name.isdigit()] if parent.is_dir() else []


def _remove_unpublished(home: Path) -> None:
    """Remove what an interrupted build left behind; without a pointer nobody can tell what that is."""
    for number in _numbers(home):
        if 0 < current_number(home) < number:
            shutil.rmtree(folder_of(home, number), ignore_errors=True)


def has_sealed(home: Path) -> bool:
    """Whether any generation was ever finished here."""
    return any(_seals(home))


def _seals(home: Path) -> Iterator[Seal]:
    for number in _numbers(home):
        with suppress(IndexDamaged):
            yield read_seal(home, number)


def _prefix(library: Library) -> str:
    return f"footnote-{library.identity[:12]}"
