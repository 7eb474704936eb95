"""Files that are on disk, not only in the memory of the system, when a function returns."""

from __future__ import annotations

import os
from pathlib import Path


def write_synced(path: Path, text: str) -> None:
    """Write a text file that is on disk when this returns."""
    path.write_text(text, encoding="utf-8")
    sync_path(path)


def sync_tree(folder: Path) -> None:
    """Put all that is below a folder on disk, and its name in the folder above."""
    for path in [*folder.rglob("*"), folder, folder.parent]:
        sync_path(path)


def sync_path(path: Path) -> None:
    """Put one file or folder on disk."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
