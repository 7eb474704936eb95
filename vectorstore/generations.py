"""Generations: each a whole search index, built aside, checked, sealed, and published by one pointer file.

    home/CURRENT               number of the generation to read
    home/generations/7/        seal.json, bm25/, chroma/ (or a collection on a server)

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
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from vectorstore.durable import sync_path, sync_tree, write_synced
from vectorstore.errors import IndexDamaged, UserError
from vectorstore.lexical import build_lexical
from vectorstore.library import Library
from vectorstore.seals import LAYOUT, Seal, current_number, digests, folder_of, read_seal, verify
from vectorstore.store import Place, Vectors, build_store, change_store, drop_collections
from vectorstore.types import Chunk

KEPT = 2
_COPY_SHARE = 0.1  # above this share of changed chunks, building afresh is as quick and leaves no churn
_COPY_LEAST = 2000  # below this many chunks a fresh build takes about a second


@dataclass(frozen=True, slots=True)
class Plan:
    """What the next generation must hold."""

    revision: int
    recipe: str
    embedding: str
    url: str = ""
    after: int = 0
    """The highest number this process has opened: Chroma confuses two folders of one path in one process."""


def build(home: Path, library: Library, plan: Plan) -> Seal:
    """Build, check and publish the next generation; the caller holds the write lock."""
    number = max(plan.after, current_number(home), *_numbers(home)) + 1
    _remove_unpublished(home)
    previous = _reusable(home, library, plan)
    _need_space(home, library)
    folder = folder_of(home, number)
    try:
        folder.mkdir(parents=True)
        seal = _fill(home, library, plan, number=number, previous=previous)
        _check_in_child(home, seal, library)
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
    """Whether a kill after publishing left more generations than are kept."""
    return len(_numbers(home)) > KEPT


def prune(home: Path, library: Library, *, url: str, keep: int = KEPT) -> int:
    """Remove all but the newest generations of this library; the oldest kept revision."""
    seals = sorted(_seals(home), key=lambda seal: seal.number)
    kept = [seal for seal in seals if seal.library == library.identity][-keep:]
    for number in _numbers(home):
        if number not in [seal.number for seal in kept]:
            shutil.rmtree(folder_of(home, number), ignore_errors=True)
    if url:
        lost = [seal.collection for seal in seals if seal.url == url and seal not in kept]
        drop_collections(url, prefix=_prefix(library), keep=[seal.collection for seal in kept], also=lost)
    return min((seal.revision for seal in kept), default=0)


def _fill(home: Path, library: Library, plan: Plan, *, number: int, previous: Seal | None) -> Seal:
    folder = folder_of(home, number)
    count = library.count_chunks(revision=plan.revision)
    name = f"{_prefix(library)}-{number}"
    place = Place(url=plan.url, name=name) if plan.url else Place(folder=folder / "chroma")
    churn = 0
    if previous and not plan.url:
        churn = previous.churn + _copy_and_change(home, library, plan, previous=previous, place=place)
    else:
        build_store(place, library.chunk_vectors(revision=plan.revision), count=count)
    batches = library.chunk_vectors(revision=plan.revision)
    build_lexical((chunk for chunks, _ in batches for chunk in chunks), folder / "bm25")
    return Seal(
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
        churn=churn,
    )


def _reusable(home: Path, library: Library, plan: Plan) -> Seal | None:
    """The current generation, when copying it and changing a little beats building afresh."""
    number = current_number(home)
    try:
        seal = verify(home, number) if number else None
    except IndexDamaged:
        return None
    if not seal or seal.url or plan.url or seal.chunks < _COPY_LEAST:
        return None
    if (seal.recipe, seal.library) != (plan.recipe, library.identity):
        return None
    gone, come = library.changed_chunk_ids(since=seal.revision, until=plan.revision)
    return seal if len(gone) + len(come) + seal.churn <= seal.chunks * _COPY_SHARE else None


def _copy_and_change(home: Path, library: Library, plan: Plan, *, previous: Seal, place: Place) -> int:
    assert place.folder
    shutil.copytree(folder_of(home, previous.number) / "chroma", place.folder)
    gone, come = library.changed_chunk_ids(since=previous.revision, until=plan.revision)
    change_store(place, gone=gone, come=_chunks_with_vectors(library, come, revision=plan.revision))
    return len(gone) + len(come)


def _chunks_with_vectors(
    library: Library, ids: Sequence[str], *, revision: int
) -> list[tuple[Sequence[Chunk], Vectors]]:
    chunks, vectors = library.chunks(ids, revision=revision), library.vectors(ids, revision=revision)
    return [([chunks[i] for i in ids], np.stack([vectors[i] for i in ids]))] if ids else []


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


def _need_space(home: Path, library: Library) -> None:
    need = 2 * library.path.stat().st_size + 4_000_000
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
