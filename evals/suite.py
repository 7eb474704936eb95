"""The suite over a question set: lint, ask twice, score, compare, judge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evals import second_pass
from evals.about import About, Price
from evals.corpus import Corpus, read_corpus
from evals.curves import Attempt
from evals.examples import RULES_FILE, Example, QuestionSet, load_questions
from evals.gate import Evidence, Rules, breaches, load_rules
from evals.judge import judge
from evals.lint import IS_DRAFT, lint
from evals.measures import attempts_of, measures
from evals.pairing import Comparison, compare
from evals.references import references
from evals.report import Measured, Report
from evals.runner import Answerer, Progress, Run, run
from evals.saved import SavedRun, load_run, save
from qa import Settings, open_corpus
from qa.types import Answer, Turn
from vectorstore.errors import DatasetError, UserError

if TYPE_CHECKING:
    from qa.chat_model import ChatModel

BASELINE_FILE = "baseline.json"
"""Beside the questions."""


OF_ANOTHER_MODEL = "Not compared with the baseline, which is of another model; --baseline names another."


@dataclass(frozen=True, slots=True)
class Job:
    """What to measure, and against what."""

    settings: Settings
    questions: QuestionSet
    corpus: Corpus
    examples: Sequence[Example]
    """Those of the set that are asked."""
    rules: Rules
    baseline: SavedRun | None
    baseline_note: str
    """Why there is none."""
    twice: bool
    """Ask again in a second process; not done with a chat model, whose calls cost and vary."""
    price: Price | None = None
    judge: ChatModel | None = None


def prepare(
    settings: Settings,
    folder: Path,
    *,
    rules: Path | None = None,
    baseline: Path | None = None,
    once: bool = False,
    renewing: bool = False,
) -> Job:
    """Read and check all files, before anything is asked; raises UserError.

    `renewing` the baseline, one that cannot be compared with is no error, as long as it is of the same model.
    """
    questions = load_questions(folder)
    corpus = read_corpus(settings.corpus_dir)
    if questions.corpus_fingerprint != corpus.fingerprint:
        why = "written for other articles than these; name theirs with --corpus, or see `python -m evals lint`"
        raise DatasetError(folder, 0, why)
    model = settings.chat_model or "extractive"
    try:
        held, note = _baseline(baseline, folder, corpus, model)
    except DatasetError as error:
        if not renewing:
            raise
        held, note = None, str(error)
    if renewing and note == OF_ANOTHER_MODEL:
        raise UserError(f"{folder / BASELINE_FILE} is not of {model}; name another file with --baseline")
    return Job(
        settings,
        questions,
        corpus,
        questions.examples,
        load_rules(rules or folder / RULES_FILE),
        held,
        note,
        twice=not once and not settings.chat_model,
    )


def measure(job: Job, *, progress: Progress | None = None) -> Report:
    """Ask everything and judge it; raises UserError where nothing can be asked."""
    found, seen = _ask(job, progress)
    about = _about(job)
    comparison = _comparison(job, found, about)
    differing = None if seen is None else second_pass.differing(found, seen)
    attempts = attempts_of(found) if seen is None else tuple(one.attempt for one in seen.values())
    judgements = judge(found, job.judge, progress=progress) if job.judge else {}
    judged = [one.right for one in judgements.values()]
    problems = [one for one in lint(job.questions, job.corpus) if not one.why.endswith(IS_DRAFT)]
    told = [f"{problem.place}: {problem.why}" for problem in problems]
    return Report(
        about=about,
        corpus=job.corpus,
        own=Measured(found, measures(found, attempts, differing=differing, judged=judged)),
        references=_references(job),
        attempts=attempts,
        rules=job.rules,
        breaches=breaches(found, job.rules, Evidence(told, differing or (), comparison)),
        comparison=comparison,
        note=_note(job),
        judgements=judgements,
    )


def _ask(job: Job, progress: Progress | None) -> tuple[Run, Mapping[str, second_pass.Seen] | None]:
    with _answering(job.settings) as answer:
        if not job.twice:
            return run(answer, job.examples, job.corpus, progress=progress), None
        other = second_pass.SecondPass(job.settings, job.questions.path, job.examples)
        try:
            return run(answer, job.examples, job.corpus, progress=progress), other.finish()
        finally:
            other.stop()


@contextmanager
def _answering(settings: Settings) -> Iterator[Answerer]:
    with open_corpus(None, settings) as footnote:
        footnote.sync()

        def answer(question: str, history: Sequence[Turn]) -> Answer:
            return footnote.ask(question, history=history)

        yield answer


def _about(job: Job) -> About:
    settings = job.settings
    return About(
        settings.chat_model or "extractive",
        settings.fingerprint,
        job.corpus.fingerprint,
        abstain_below=None if settings.chat_model else settings.abstain_below,
        price=job.price,
    )


def _note(job: Job) -> str:
    drafts = sum(example.draft for example in job.examples)
    told = f"{drafts} examples are drafts that nobody has edited: the figures say little yet." if drafts else ""
    return " ".join(part for part in (job.baseline_note, told) if part)


def _references(job: Job) -> Mapping[str, Measured]:
    found = {}
    for name, answerer in references(job.examples, job.corpus).items():
        other = run(answerer, job.examples, job.corpus)
        attempts: tuple[Attempt, ...] = attempts_of(other)
        found[name] = Measured(other, measures(other, attempts))
    return found


def _baseline(path: Path | None, folder: Path, corpus: Corpus, model: str) -> tuple[SavedRun | None, str]:
    chosen = path or folder / BASELINE_FILE
    if not path and not chosen.exists():
        return None, "There is no baseline to compare with; `python -m evals accept` makes one of a run."
    held = load_run(chosen)
    if held.corpus_fingerprint != corpus.fingerprint:
        raise DatasetError(chosen, 0, "is a baseline of other articles; `python -m evals accept` makes one of these")
    if held.model != model and not path:
        return None, OF_ANOTHER_MODEL
    return held, ""


def _comparison(job: Job, found: Run, about: About) -> Comparison | None:
    if job.baseline is None:
        return None
    asked = {example.id for example in job.examples}
    rows = tuple(row for row in job.baseline.rows if row.id in asked or len(asked) == len(job.questions.examples))
    return compare(job.baseline.model_copy(update={"rows": rows}), save(found, about))
