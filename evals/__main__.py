"""`python -m evals`: the commands, and what becomes of errors."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from evals.commands.ablate import ablate_parts
from evals.commands.accept import accept
from evals.commands.benchmark import benchmark
from evals.commands.check import check
from evals.commands.compare import compare_runs
from evals.commands.injection import injection
from evals.commands.lint import lint_questions
from evals.commands.new import new
from evals.commands.run import evaluate
from vectorstore.errors import UserError

app = typer.Typer(
    help="How good the answers, the footnotes and the abstentions are.",
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.callback(invoke_without_command=True)(evaluate)
app.command("lint")(lint_questions)
app.command("accept")(accept)
app.command("compare")(compare_runs)
app.command("ablate")(ablate_parts)
app.command("benchmark")(benchmark)
app.command("check")(check)
app.command("injection")(injection)
app.command("new")(new)


def main() -> None:
    """Run the command line; a UserError is one line on stderr and exit status 2."""
    try:
        app()
    except UserError as error:
        Console(stderr=True, soft_wrap=True, markup=False, highlight=False).print(f"evals: {error}")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
