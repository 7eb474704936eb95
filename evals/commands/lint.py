"""`python -m evals lint`: the question set against its articles."""

from __future__ import annotations

import typer

from evals.commands.options import CorpusOption, QuestionsOption, console, settings_for
from evals.corpus import read_corpus
from evals.examples import QUESTIONS_DIR, load_questions
from evals.lint import lint


def lint_questions(corpus: CorpusOption = None, questions: QuestionsOption = QUESTIONS_DIR) -> None:
    """Check the question set against its articles; exit status 1 when something is wrong."""
    question_set = load_questions(questions)
    problems = lint(question_set, read_corpus(settings_for(corpus).corpus_dir))
    page = console()
    for problem in problems:
        page.print(f"{problem.place}: {problem.why}", style="red")
    page.print(f"{len(question_set.examples)} examples, {len(problems)} problems")
    raise typer.Exit(1 if problems else 0)
