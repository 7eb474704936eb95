"""`python -m evals.speed FOLDER`: Footnote's sync against a plain LangChain pipeline, on the same files and machine.

The two take turns over equal parts of the files, each in a process of its own that has loaded its model and done a
small piece of work first. Both embed with the same weights on the CPU. FOLDER is only read: the work is on a copy.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from evals.speed_report import BENCHMARK_PACKAGES, Later, Round, SpeedReport, Work, to_dict, to_text
from vectorstore.errors import CorpusMissing, UserError

if TYPE_CHECKING:
    from qa import Footnote

QUESTIONS = (
    "Who won the final?",
    "How many people lost their jobs?",
    "What did the prime minister say about the election?",
    "How much did profits rise?",
    "Which film won the award for best picture?",
    "When will the new service be launched?",
    "Why did the shares fall?",
    "Where was the meeting held?",
    "What is known about the new computer virus?",
    "Who was injured in the match against Scotland?",
)
_CHROMA_BATCH = 5461  # Chroma refuses more texts in a call, and LangChain does not divide them
_REPEATS = 3
_WARM_UP = "Ferry runs aground\n\nThe ferry Aurora ran aground on Monday. All 212 passengers were safe by noon.\n"
Run = Callable[..., Any]


def text_files(folder: Path, most: int | None = None) -> list[Path]:
    """The .txt articles below a folder, sorted; `most` of them, evenly spaced; raises CorpusMissing for none."""
    from vectorstore.loading import find_articles

    found = [path for path in find_articles(folder)[0] if path.suffix.lower() == ".txt"]
    if not found:
        raise CorpusMissing(f"{folder} holds no .txt article")
    kept = min(most or len(found), len(found))
    return [found[place * len(found) // kept] for place in range(kept)]


def copy_files(paths: Sequence[Path], *, root: Path, target: Path) -> Path:
    """Copy files below `root` into another folder under the same names; the target."""
    for path in paths:
        copy = target / path.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return target


def require_packages(packages: Mapping[str, str]) -> None:
    """Raise UserError with the pip line when a module is not installed."""
    missing = [requirement for module, requirement in packages.items() if not find_spec(module)]
    if missing:
        wanted = " ".join(f'"{requirement}"' for requirement in missing)
        raise UserError(f"the plain pipeline needs packages that are not installed: pip install {wanted}")


def index_plainly(folder: Path, home: Path) -> Work:
    """Split, embed and store as LangChain's tutorials do; `home` is Chroma's folder."""
    from langchain_chroma import Chroma
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    embeddings = _plain_embeddings()
    started = time.perf_counter()
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    paths = text_files(folder)
    split = [(path, splitter.split_text(path.read_text(encoding="utf-8", errors="replace"))) for path in paths]
    texts = [text for _, pieces in split for text in pieces]
    sources = [{"source": str(path)} for path, pieces in split for _ in pieces]
    store = Chroma("articles", embeddings, persist_directory=str(home))
    for start in range(0, len(texts), _CHROMA_BATCH):
        store.add_texts(texts[start : start + _CHROMA_BATCH], sources[start : start + _CHROMA_BATCH])
    seconds = time.perf_counter() - started
    return Work(len(paths), len(texts), _tokens(texts), seconds)


def index_with_footnote(folder: Path, home: Path) -> Work:
    """Sync a folder; `home` is the folder of Footnote's library and index."""
    from vectorstore.library import Library

    with _opened(folder, home) as footnote:
        started = time.perf_counter()
        report = footnote.sync()
        seconds = time.perf_counter() - started
        library = Library(footnote.corpus.options.home / "library.db")
        texts = [chunk.text for chunks, _ in library.chunk_vectors(revision=library.revision) for chunk in chunks]
        library.close()
    return Work(report.added, len(texts), _tokens(texts), seconds)


def measure_later(folder: Path, home: Path, questions: Sequence[str]) -> Later:
    """Sync an indexed folder again, ask it, and edit one of its files."""
    with _opened(folder, home) as footnote:
        first_sync, *next_syncs = (_seconds(footnote.sync) for _ in range(1 + _REPEATS))
        for question in questions:
            footnote.ask(question)
        answers = [_seconds(footnote.ask, question) for _ in range(_REPEATS) for question in questions]
        edited = folder / footnote.articles()[0].source
        edits = [_seconds(_edit_and_sync, footnote, edited) for _ in range(_REPEATS)]
    return Later(first_sync, tuple(next_syncs), tuple(edits), tuple(answers))


def measure(folder: Path, *, files: int | None, rounds: int, questions: Sequence[str], tell: Run) -> SpeedReport:
    """Measure everything on a copy of the folder's .txt files; `tell` gets a line for each step."""
    require_packages(BENCHMARK_PACKAGES)
    paths = text_files(folder, files)
    with TemporaryDirectory(prefix="footnote-speed-") as name:
        place = Path(name)
        parts = [paths[start::rounds] for start in range(min(rounds, len(paths)))]
        slices = [copy_files(part, root=folder, target=place / f"part{n}") for n, part in enumerate(parts)]
        whole = copy_files(paths, root=folder, target=place / "whole")
        with _worker(index_plainly, place / "plain") as plain, _worker(index_with_footnote, place / "ours") as ours:
            measured = tuple(_take_turns(slices, place, plain=plain, ours=ours, tell=tell))
        with _worker(index_with_footnote, place / "first") as ours:
            tell("Footnote, all files in one sync")
            at_once = ours(index_with_footnote, whole, place / "home")
        with _worker(index_with_footnote, place / "second") as ours:
            tell("Footnote, again in a new process")
            return SpeedReport(measured, at_once, ours(measure_later, whole, place / "home", questions))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; a UserError is one line on stderr and exit status 2."""
    parser = argparse.ArgumentParser(prog="python -m evals.speed", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder of .txt articles; it is only read")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the report as JSON")
    parser.add_argument("--files", type=_count, metavar="N", help="take N files, evenly spaced")
    parser.add_argument("--rounds", type=_count, default=4, metavar="N", help="parts that the files are cut in (4)")
    parser.add_argument("--questions", type=Path, metavar="FILE", help="questions to ask, one a line")
    given = parser.parse_args(arguments)
    try:
        questions = _read_questions(given.questions) if given.questions else QUESTIONS
        report = measure(given.folder, files=given.files, rounds=given.rounds, questions=questions, tell=_tell)
        if given.json:
            given.json.write_text(json.dumps(to_dict(report), indent=1) + "\n", encoding="utf-8")
    except (UserError, OSError) as error:
        _tell(f"evals.speed: {error}")
        return 2
    sys.stdout.write(to_text(report) + "\n")
    return 0


def _take_turns(slices: Sequence[Path], place: Path, *, plain: Run, ours: Run, tell: Run) -> Iterator[Round]:
    """One slice after another, who begins changing each time, so that a machine that slows down favours nobody."""
    turns = [(plain, index_plainly), (ours, index_with_footnote)]
    for number, folder in enumerate(slices):
        tell(f"round {number + 1} of {len(slices)}")
        order = turns if number % 2 == 0 else turns[::-1]
        works = {index: run(index, folder, place / f"{index.__name__}-{number}") for run, index in order}
        yield Round(works[index_plainly], works[index_with_footnote])


@contextmanager
def _worker(index: Callable[[Path, Path], Work], home: Path) -> Iterator[Run]:
    """A new process, warmed up by indexing one short article; calls the functions that it is given."""
    articles = home / "articles"
    articles.mkdir(parents=True)
    (articles / "ferry.txt").write_text(_WARM_UP, encoding="utf-8")
    with ProcessPoolExecutor(1, get_context("spawn"), _set_quiet) as pool:

        def run(function: Run, *given: object) -> Any:
            return pool.submit(_picklable, function, *given).result()

        run(index, articles, home / "warm-up")
        yield run


def _picklable(function: Run, *given: object) -> Any:
    """A UserError as a plain one: its kinds take other arguments than their text, and do not travel."""
    try:
        return function(*given)
    except UserError as error:
        raise UserError(str(error)) from None


def _set_quiet() -> None:
    os.environ.update(ANONYMIZED_TELEMETRY="False", HF_HUB_DISABLE_PROGRESS_BARS="1", TOKENIZERS_PARALLELISM="true")


@lru_cache(maxsize=1)
def _plain_embeddings() -> Any:
    """LangChain's embeddings with the weights that Footnote is set to use, loaded once in a process."""
    from langchain_huggingface import HuggingFaceEmbeddings

    from qa.settings import load_settings
    from vectorstore.embedding.source import find_model

    folder = find_model(load_settings().embedding_model).folder
    return HuggingFaceEmbeddings(model_name=str(folder), model_kwargs={"device": "cpu"})


@contextmanager
def _opened(folder: Path, home: Path) -> Iterator[Footnote]:
    """Footnote over a folder, with its model loaded, no chat model, and Chroma inside the process."""
    from qa import open_corpus
    from qa.settings import load_settings

    settings = load_settings(index_dir=home, chat_model="", chroma_url="")
    with open_corpus(folder, settings) as footnote:
        assert footnote.corpus.recipe.embeddings.max_tokens > 0
        yield footnote


def _edit_and_sync(footnote: Footnote, path: Path) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write("\n\nA correction was added to this article on Friday.\n")
    assert footnote.sync().replaced == 1


def _seconds(function: Run, *given: object) -> float:
    started = time.perf_counter()
    function(*given)
    return time.perf_counter() - started


def _tokens(texts: Sequence[str]) -> int:
    from vectorstore.tokens import count_tokens

    return sum(count_tokens(text) for text in texts)


def _read_questions(path: Path) -> list[str]:
    questions = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if not questions:
        raise UserError(f"{path} holds no question; write one a line")
    return questions


def _count(value: str) -> int:
    number = int(value)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
