"""Small corpora for tests, and a Corpus over them with the real embedding model."""

from __future__ import annotations

import os
from pathlib import Path

from vectorstore.corpus import Corpus
from vectorstore.types import CorpusOptions

STORIES = {
    "harbour.txt": "Ferry runs aground\n\nThe ferry Aurora ran aground near Lund harbour on Monday. All 212 "
    "passengers were brought ashore by noon. Captain Ines Falk said that the engine had failed in heavy fog.\n",
    "budget.txt": "Council passes budget\n\nThe city council of Lund passed a budget of 48 million euros on Tuesday. "
    "Mayor Tom Berg called it a sober plan. Libraries will open on Sundays for the first time.\n",
    "comet.txt": "Comet seen over the bay\n\nAstronomers at Holt observatory photographed a new comet last week. It "
    "will be visible to the naked eye until 14 March. The comet was found by student Mia Okafor.\n",
}


def write_corpus(folder: Path, stories: dict[str, str] | None = None) -> Path:
    """Write stories into a folder, with file times well in the past, as a settled folder has them."""
    for name, text in (STORIES if stories is None else stories).items():
        write_story(folder / name, text)
    return folder


def write_story(path: Path, text: str, *, age_seconds: float = 60.0) -> None:
    """Write one story as UTF-8."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    past = path.stat().st_mtime - age_seconds
    os.utime(path, (past, past))


def open_index(folder: Path, home: Path, model_cache: Path, **changes: object) -> Corpus:
    """A Corpus with the default recipe."""
    values = {
        "folder": folder,
        "home": home,
        "cache_dir": model_cache,
        "embedding_model": "all-MiniLM-L6-v2",
        "chunk_tokens": 60,
        "encoding": "cl100k_base",
        "max_file_mb": 1.0,
    }
    return Corpus(CorpusOptions(**{**values, **changes}))  # type: ignore[arg-type]
