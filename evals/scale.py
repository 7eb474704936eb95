"""`python -m evals.scale --articles 100000`: what a large folder costs to keep in step, in one run on one machine.

The articles are made up, a chunk each. Vectors are of hashed words and cost next to nothing, so that what is timed is
the work around the embedding model. Tells the seconds of a first sync, of one that finds nothing changed, of the first
answer after one file was edited, and of answers when nothing was.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from qa.footnote import Footnote, open_corpus
from qa.settings import load_settings

_DIMENSIONS = 384
_A_FOLDER = 1000
_EDITS = 3
_WORDS = (
    "harbour ferry council budget comet bridge storm school river market train strike museum farm minister hospital "
    "tunnel island festival court engine library glacier factory pilot orchard reactor senate ballot quarry"
).split()
_NAMES = "Berg Falk Okafor Lindqvist Moreau Tanaka Silva Novak Haddad Kowalski Osei Petrov Ramos Weiss Yilmaz".split()


@dataclass(frozen=True, slots=True)
class HashedWords:
    """An embedding model of no worth but its speed: texts that share words are near."""

    model: str = "hashed words"
    fingerprint: str = "hashed-words-1"
    dimensions: int = _DIMENSIONS
    max_tokens: int = 256
    backend: str = "numpy"
    notices: tuple[str, ...] = ()

    def count_tokens(self, text: str) -> int:
        """Words of the text."""
        return len(text.split())

    def embed_documents(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors (texts, 384)."""
        vectors = np.full((len(texts), _DIMENSIONS), 1e-6, dtype=np.float32)
        for row, text in enumerate(texts):
            places = [zlib.crc32(word.encode()) % _DIMENSIONS for word in text.lower().split()]
            np.add.at(vectors[row], places, 1.0)
        lengths: npt.NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / lengths

    def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        """Unit vector (384,)."""
        vector: npt.NDArray[np.float32] = self.embed_documents([text])[0]
        return vector


def main() -> None:
    """Make the folder, time the work, print a line each."""
    parser = argparse.ArgumentParser(prog="python -m evals.scale", description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000, help="how many articles the folder has")
    wanted = parser.parse_args().articles
    with TemporaryDirectory() as place:
        folder = Path(place) / "articles"
        _say("made", _timed(lambda: _write(folder, wanted)), f"{wanted} files")
        _measure(folder, Path(place) / "index", wanted)


def _measure(folder: Path, home: Path, wanted: int) -> None:
    with _opened(folder, home) as footnote:
        _say("first sync", _timed(footnote.sync))
        time.sleep(2)  # younger files are hashed again, as they could still change within their time stamp
        _say("sync that finds new time stamps", _timed(footnote.sync))
        _say("unchanged", _timed(footnote.sync))
        _ask(footnote, wanted // 2)
        for edit in range(_EDITS):
            _edited(footnote, folder, number=wanted // 3 + edit, passengers=7000 + edit)
    with _opened(folder, home) as footnote:
        _say("unchanged, index opened anew", _timed(footnote.sync))
        _ask(footnote, wanted // 4)
        _edited(footnote, folder, number=wanted // 5, passengers=8001)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    sys.stdout.write(f"{'largest memory':>40}: {peak:.0f} MB\n")


def _opened(folder: Path, home: Path) -> Footnote:
    footnote = open_corpus(folder, load_settings(index_dir=home))
    footnote.corpus.embeddings = HashedWords()
    return footnote


def _ask(footnote: Footnote, number: int) -> None:
    seconds = min(_timed(lambda: footnote.ask(_question(number))) for _ in range(2))
    _say("an answer, nothing changed", seconds)


def _edited(footnote: Footnote, folder: Path, *, number: int, passengers: int) -> None:
    """Edit one file and ask for what it tells now; raises when the answer does not."""
    _path(folder, number).write_text(_text(number, passengers=passengers), encoding="utf-8")
    answers = []
    seconds = _timed(lambda: answers.append(footnote.ask(_question(number))))
    told = str(passengers) in answers[0].text.replace(",", "")
    _say(
        "from an edit to the answer",
        seconds,
        "which tells it" if told else f"WHICH DOES NOT TELL IT: {answers[0].text}",
    )


def _question(number: int) -> str:
    return f"How many passengers did the vessel {_vessel(number)} carry?"


def _write(folder: Path, count: int) -> None:
    past = time.time() - 3600
    for number in range(count):
        path = _path(folder, number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_text(number, passengers=100 + number % 800), encoding="utf-8")
        os.utime(path, (past, past))


def _path(folder: Path, number: int) -> Path:
    return folder / f"{number // _A_FOLDER:03}" / f"{number:06}.txt"


def _vessel(number: int) -> str:
    rest, first = divmod(number, 26)
    third, second = divmod(rest, 26)
    return f"{chr(65 + first)}{chr(97 + second)}zor{third}"


def _text(number: int, *, passengers: int) -> str:
    """A report of some 60 words, mostly its own."""
    words = random.Random(number)
    other = " ".join(words.choices(_WORDS, k=24))
    name = words.choice(_NAMES)
    return (
        f"Report {number} from the {words.choice(_WORDS)} by the {words.choice(_WORDS)}\n\n"
        f"The vessel {_vessel(number)} carried {passengers} passengers past the {words.choice(_WORDS)} on Monday. "
        f"Captain {name} spoke of the {other}.\n"
    )


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _say(what: str, seconds: float, more: str = "") -> None:
    sys.stdout.write(f"{what:>40}: {seconds:8.2f} s  {more}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
