"""A model converted to ONNX, once, in a process of its own, and kept in the cache folder.

The asking process never imports torch: that is eleven seconds and half a gigabyte. A conversion appears whole or not at
all, since it is made in a folder aside that is then renamed; a model that cannot be converted is remembered as well.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from vectorstore.embedding.source import Source, sha256_of
from vectorstore.errors import ModelUnavailable

FORMAT = 2
GRAPH, TOKENIZER, MANIFEST = "model.onnx", "tokenizer.json", "meta.json"

_LONGEST_EXPORT_SECONDS = 1800
_OFFLINE_AND_QUIET = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TOKENIZERS_PARALLELISM": "false",
}


class ConversionUnusable(Exception):
    """There is no conversion yet, or it is damaged; the text says which."""


class ConversionFailed(Exception):
    """The converter broke off, which says little about the model; the text says why."""


class Padding(BaseModel):
    """How a batch is filled up to one length."""

    model_config = ConfigDict(frozen=True)
    id: int
    type_id: int
    left: bool


class Conversion(BaseModel):
    """What the converter says of its work; `meta.json` beside the graph."""

    model_config = ConfigDict(frozen=True)
    format: int = FORMAT
    outcome: Literal["converted", "refused", "unloadable"]
    why: str = ""
    fingerprint: str
    dimensions: int = 0
    max_seq_length: int = 0
    inputs: tuple[str, ...] = ()
    query_prompt: str = ""
    document_prompt: str = ""
    padding: Padding = Padding(id=0, type_id=0, left=False)
    probe: tuple[float, ...] = ()
    """The vector of a fixed text, asked for again on each load."""
    sizes: Mapping[str, int] = {}
    versions: Mapping[str, str] = {}


def read_conversion(folder: Path, fingerprint: str) -> Conversion:
    """The manifest of a conversion whose files are all there; raises ConversionUnusable."""
    try:
        conversion = Conversion.model_validate_json((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise ConversionUnusable("not converted yet") from None
    except (OSError, ValidationError) as error:
        raise ConversionUnusable("its manifest is damaged") from error
    if (conversion.format, conversion.fingerprint) != (FORMAT, fingerprint):
        raise ConversionUnusable("it was made by another version")
    for name, size in conversion.sizes.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size:
            raise ConversionUnusable(f"{name} is damaged")
    return conversion


def convert(source: Source, target: Path) -> None:
    """Replace `target` by a new conversion; the caller holds the lock. Raises ModelUnavailable, ConversionFailed."""
    _check_weights(source)
    _remove_leftovers(target)
    partial = target.with_name(f"{target.name}.partial-{os.getpid()}")
    partial.mkdir()
    try:
        conversion = _export(source, partial)
        if conversion.outcome == "unloadable":
            fix = f"sentence-transformers cannot load {source.folder} ({conversion.why}); check or replace that folder"
            raise ModelUnavailable(source.model, fix)
        shutil.rmtree(target, ignore_errors=True)
        partial.replace(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _check_weights(source: Source) -> None:
    if source.weights_sha256 and sha256_of(source.folder / "model.safetensors") != source.weights_sha256:
        raise ModelUnavailable(source.model, f"its weights in {source.folder} are damaged: install the package again")


def _remove_leftovers(target: Path) -> None:
    for leftover in target.parent.glob(f"{target.name}.partial-*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _export(source: Source, folder: Path) -> Conversion:
    """Run the exporter; a child that dies without a word has its last words taken from stderr."""
    command = [sys.executable, "-m", "vectorstore.embedding.export", str(source.folder), str(folder)]
    try:
        child = subprocess.run(
            command,
            env=_environment(),
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=_LONGEST_EXPORT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ConversionFailed("its conversion took over half an hour") from None
    try:
        return Conversion.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        last_words = child.stderr.strip().rsplit("\n", 1)[-1][:200] or f"exit status {child.returncode}"
        raise ConversionFailed(f"its conversion broke off ({last_words})") from error


def _environment() -> dict[str, str]:
    """This process's environment, with this very package first on the child's path."""
    package_root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, [package_root, os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, **_OFFLINE_AND_QUIET, "PYTHONPATH": path}
