"""Chroma: the vector search of one generation, in a folder of its own or in a collection of a server.

Chroma is trusted with nothing (a kill, a full disk or a second writer ruins its folder): a collection
is filled once, checked, sealed, and replaced as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from vectorstore.errors import IndexDamaged, UserError
from vectorstore.lexical import Scored
from vectorstore.types import Chunk

Vectors = npt.NDArray[np.float32]
_BATCH = 5000  # Chroma refuses more than 5,461 records a call
_COLLECTION = "chunks"
_TIMEOUT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a collection lives: a folder, or a server and a name on it."""

    folder: Path | None = None
    url: str = ""
    name: str = _COLLECTION


@contextmanager
def _translated(place: Place) -> Iterator[None]:
    import httpx
    from chromadb.errors import ChromaError

    try:
        yield
    except ChromaError as error:
        raise IndexDamaged(f"Chroma cannot read {place.folder or place.url}: {error}") from error
    except (ValueError, OSError, RuntimeError, httpx.HTTPError) as error:
        if place.folder:
            raise
        raise UserError(f"no Chroma server answers at {place.url}; start it, or unset QA_CHROMA_URL") from error


@contextmanager
def _opened(place: Place) -> Iterator[Any]:
    """A client that is closed whatever happens: Chroma would give a failed folder's client to its successor."""
    with _translated(place):
        client = _client(place)
        try:
            yield client
        finally:
            _close(client)


def _drop_leftover(client: Any, place: Place) -> None:
    """Delete what an interrupted attempt left on a server under this name."""
    if place.url and place.name in [collection.name for collection in client.list_collections()]:
        client.delete_collection(place.name)


def _client(place: Place) -> Any:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False, allow_reset=False)
    if place.folder:
        settings.is_persistent = True
        return chromadb.PersistentClient(str(place.folder), settings=settings)
    address = urlsplit(place.url)
    secure = address.scheme == "https"
    port = address.port or (443 if secure else 8000)
    client = chromadb.HttpClient(address.hostname or "", port, ssl=secure, settings=settings)
    for session in _sessions(client):
        session.timeout = _TIMEOUT_SECONDS
    return client


def _sessions(client: Any) -> list[Any]:
    """The httpx sessions of a server's client; Chroma gives them no time limit and never closes them."""
    servers = (client._server, client._admin_client._server)
    return [server._session for server in servers if hasattr(server, "_session")]


def _close(client: Any) -> None:
    sessions = _sessions(client)
    client.close()
    for session in sessions:
        session.close()


def build_store(place: Place, batches: Iterable[tuple[Sequence[Chunk], Vectors]], *, count: int) -> None:
    """Make a new collection of `count` chunks; the vector files are written once, at the end."""
    with _opened(place) as client:
        # The vector files are flushed each time this many records have come: at the last one, so only once.
        vector_index = {"space": "cosine", "sync_threshold": max(count, 3), "ef_search": 100}
        _drop_leftover(client, place)
        collection = client.create_collection(place.name, embedding_function=None, configuration={"hnsw": vector_index})
        _add(collection, batches)


def drop_collections(url: str, *, prefix: str, keep: Sequence[str], also: Sequence[str] = ()) -> None:
    """Delete a server's collections that start with the prefix, but for those to keep, and some others."""
    with _opened(Place(url=url)) as client:
        for collection in client.list_collections():
            ours = collection.name.startswith(prefix) or collection.name in also
            if ours and collection.name not in keep:
                client.delete_collection(collection.name)


def _add(collection: Any, batches: Iterable[tuple[Sequence[Chunk], Vectors]]) -> None:
    for chunks, vectors in batches:
        for start in range(0, len(chunks), _BATCH):
            part = chunks[start : start + _BATCH]
            collection.add(
                ids=[chunk.id for chunk in part],
                embeddings=vectors[start : start + _BATCH],
                documents=[chunk.text.replace("\0", " ") for chunk in part],
                metadatas=[_metadata(chunk) for chunk in part],
            )


def _metadata(chunk: Chunk) -> dict[str, str | int]:
    published = int(chunk.published.strftime("%Y%m%d")) if chunk.published else 0
    return {
        "source": chunk.source,
        "title": chunk.title,
        "outlet": chunk.outlet,
        "published": published,
        "start": chunk.start,
        "end": chunk.end,
    }


class VectorStore:
    """An open collection, for reading; safe to share between threads."""

    def __init__(self, place: Place) -> None:
        self._place = place
        with _translated(place):
            self._client = _client(place)
            try:
                self._collection = self._client.get_collection(place.name, embedding_function=None)
            except BaseException:
                _close(self._client)
                raise

    def count(self) -> int:
        """How many chunks the collection holds."""
        with _translated(self._place):
            return int(self._collection.count())

    def search(self, vector: Vectors, *, candidates: int) -> list[Scored]:
        """The chunks nearest to a vector (dimensions,), best first, with their cosine similarity."""
        with _translated(self._place):
            found = self._collection.query(
                query_embeddings=vector.reshape(1, -1), n_results=candidates, include=["distances"]
            )
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return sorted((Scored(i, 1 - float(d)) for i, d in pairs), key=lambda hit: (-hit.score, hit.id))

    def close(self) -> None:
        """Let go of the files, or of the connection."""
        _close(self._client)
