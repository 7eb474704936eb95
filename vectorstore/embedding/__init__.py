"""Texts to unit vectors, with any sentence-transformers model; the one packaged with Footnote needs no network.

source: name -> folder, fingerprint · conversion, export: folder -> ONNX graph, once, in a child process
onnx_model: the graph at work · fallback: a model that has no graph, in sentence-transformers
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from vectorstore.embedding.conversion import ConversionFailed, ConversionUnusable, convert, read_conversion
from vectorstore.embedding.interface import Embeddings
from vectorstore.embedding.onnx_model import OnnxEmbeddings
from vectorstore.embedding.source import PACKAGED, Source, find_model, remembered_fingerprint

__all__ = ["PACKAGED", "Embeddings", "load_embeddings"]


def load_embeddings(model: str, *, cache_dir: Path, notify: Callable[[str], None] | None = None) -> Embeddings:
    """Make a model ready: a packaged name, a folder, or a Hugging Face name; raises ModelUnavailable.

    The first use converts it, which takes some twenty seconds and is told to `notify`; later ones take a third of one.
    """
    source = find_model(model)
    fingerprint = remembered_fingerprint(source.folder, cache_dir)
    target = cache_dir / f"{source.slug}-{fingerprint}"
    try:
        return _open(source, fingerprint, target)
    except ConversionUnusable:
        return _convert_and_open(source, fingerprint, target, notify=notify or _silent)


def _open(source: Source, fingerprint: str, target: Path, *, notices: tuple[str, ...] = ()) -> Embeddings:
    conversion = read_conversion(target, fingerprint)
    if conversion.outcome == "converted":
        return OnnxEmbeddings(target, conversion, model=source.model, notices=notices)
    return _fall_back(source, fingerprint, conversion.why)


def _fall_back(source: Source, fingerprint: str, why: str) -> Embeddings:
    from vectorstore.embedding.fallback import FallbackEmbeddings

    notice = f"{source.model} runs in sentence-transformers, which is slow to start: {why}"
    return FallbackEmbeddings(source, fingerprint, notices=(notice,))


def _convert_and_open(source: Source, fingerprint: str, target: Path, *, notify: Callable[[str], None]) -> Embeddings:
    """Convert under a lock, unless another process was quicker; without a conversion the model still works."""
    from filelock import FileLock

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock"):
            try:
                return _open(source, fingerprint, target)
            except ConversionUnusable as reason:
                notice = _convert(source, target, reason, notify=notify)
            return _open(source, fingerprint, target, notices=(notice,))
    except OSError as error:
        return _fall_back(source, fingerprint, f"its conversion cannot be kept in {target.parent} ({error.strerror})")
    except (ConversionFailed, ConversionUnusable) as error:
        return _fall_back(source, fingerprint, str(error))


def _convert(source: Source, target: Path, reason: ConversionUnusable, *, notify: Callable[[str], None]) -> str:
    """One line on what was done and why."""
    again = " again" if target.exists() else ""
    notify(f"converting {source.model}{again}, which takes some twenty seconds ({reason})")
    started = time.monotonic()
    convert(source, target)
    return f"{source.model} was converted{again} in {time.monotonic() - started:.0f} s ({reason})"


def _silent(_line: str) -> None:
    """For a caller that has nowhere to show a line."""
