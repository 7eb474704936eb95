"""The CI examples: the services accept them, their options exist, and their shell steps do what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from corpora import write_corpus

from evals.corpus import read_corpus

ROOT = Path(__file__).parent.parent
GITHUB = ROOT / "evals" / "ci" / "github-actions.yml"
GITLAB = ROOT / "evals" / "ci" / "gitlab-ci.yml"
BASH = ["bash", "--noprofile", "--norc", "-eo", "pipefail"]
REPORTS = {"report.json", "junit.xml", "summary.md", "report.html"}
QUESTIONS = """
[[example]]
id = "passengers"
types = ["number"]
split = "dev"
question = "How many passengers were brought ashore?"
numbers = [{ value = 212 }]
evidence = [[{ source = "harbour.txt", quote = "All 212 passengers were brought ashore by noon." }]]

[[example]]
id = "mayor"
types = ["person"]
split = "test"
question = "Who is the mayor of Lund?"
answers = ["Tom Berg"]
evidence = [[{ source = "budget.txt", quote = "Mayor Tom Berg called it a sober plan." }]]

[[example]]
id = "cake"
types = ["out_of_domain"]
split = "dev"
question = "How long do you bake a chocolate cake?"
answerable = false
abstain_reason = "out_of_domain"
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One shell step of a job; the installation is left out, as the tests run where Footnote is installed."""

    script: str
    always: bool = False


def parsed(path: Path) -> dict[str, Any]:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def steps_of(path: Path, job: str) -> list[Step]:
    return [step for step in _all_steps(path, job) if not step.script.startswith("pip install ")]


def _all_steps(path: Path, job: str) -> Iterator[Step]:
    if path == GITLAB:
        content = parsed(path)[job]
        yield from (Step(script) for script in (*content["before_script"], *content["script"]))
        return
    for step in parsed(path)["jobs"][job]["steps"]:
        if "run" in step:
            yield Step(step["run"], always=step.get("if") == "always()")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a job ended, and what its log holds."""

    status: int
    log: str


EVALS = [pytest.param(GITHUB, "evals", id="github"), pytest.param(GITLAB, "footnote", id="gitlab")]
JOBS = [*EVALS, pytest.param(GITHUB, "comment", id="github-comment")]


@pytest.mark.parametrize(
    ("path", "schema"), [(GITHUB, "vendor.github-workflows"), (GITLAB, "vendor.gitlab-ci")], ids=["github", "gitlab"]
)
def test_the_service_accepts_the_file(path: Path, schema: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("path", "job"), JOBS)
def test_every_shell_step_is_good_bash_and_free_of_expressions(path: Path, job: str) -> None:
    for step in _all_steps(path, job):
        done = subprocess.run(["bash", "-n"], input=step.script, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert "${{" not in step.script, "an expression in a script lets a branch's name run as code"


@pytest.mark.parametrize(("path", "job"), EVALS)
def test_every_option_exists(path: Path, job: str) -> None:
    from typer.main import get_command

    from evals.__main__ import app

    command = get_command(app)
    known = {"": command, **command.commands}  # type: ignore[attr-defined]
    calls = [
        call for step in steps_of(path, job) for call in re.findall(r"python -m evals ?([a-z]*) (--.*)", step.script)
    ]
    assert [name for name, _ in calls] == ["lint", ""]
    for name, words in calls:
        options = {option for parameter in known[name].params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", words)) <= options


@pytest.mark.parametrize("path", [GITHUB, GITLAB], ids=["github", "gitlab"])
def test_the_names_to_set_are_files_of_a_clone_and_commands_that_exist(path: Path) -> None:
    from typer.main import get_command

    from evals.__main__ import app

    content = parsed(path)
    names = content["env"] if path == GITHUB else content["footnote"]["variables"]
    assert all((ROOT / names[name]).exists() for name in ("CORPUS", "QUESTIONS"))
    commands = set(re.findall(r"`python -m evals (\w+)`", path.read_text(encoding="utf-8")))
    assert commands <= set(get_command(app).commands)  # type: ignore[attr-defined]


def test_a_job_that_runs_the_code_of_a_pull_request_may_not_write() -> None:
    content = parsed(GITHUB)
    assert content["permissions"] == {}
    assert {name: job["permissions"] for name, job in content["jobs"].items()} == {
        "evals": {"contents": "read"},
        "comment": {"pull-requests": "write"},
    }
    assert not [step for step in content["jobs"]["comment"]["steps"] if "checkout" in step.get("uses", "")]
    assert True not in content or "pull_request_target" not in content[True]  # `on` is true in YAML 1.1


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A team's folder with articles and questions; its index stays from one test to the next."""
    folder = tmp_path_factory.mktemp("team")
    articles, questions = write_corpus(folder / "articles"), folder / "questions"
    questions.mkdir()
    (questions / "set.toml").write_text(f'corpus_fingerprint = "{read_corpus(articles).fingerprint}"\n')
    (questions / "thresholds.toml").write_text('[[threshold]]\nmetric = "over_abstention"\nat_most = 0.2\n')
    return folder


@pytest.fixture
def project(team: Path) -> Path:
    """The same, with good questions and no report yet."""
    (team / "questions" / "news.toml").write_text(QUESTIONS)
    (team / "shown.md").unlink(missing_ok=True)
    shutil.rmtree(team / "report", ignore_errors=True)
    return team


def run_job(path: Path, job: str, project: Path, **changes: str) -> Ran:
    """Run the shell steps as the service does: after a failure only those that always run."""
    programs = f"{project / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    names = {"CORPUS": "articles", "QUESTIONS": "questions", "PATH": programs, "PYTHONPATH": str(ROOT)}
    environment = {**os.environ, **names, "GITHUB_STEP_SUMMARY": str(project / "shown.md"), **changes}
    status, log = 0, ""
    for step in steps_of(path, job):
        if not status or step.always:
            command = [*BASH, "-c", step.script]
            done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
            status, log = status or done.returncode, log + done.stdout + done.stderr
    assert "Traceback" not in log, log
    return Ran(status, log)


@pytest.mark.slow
@pytest.mark.parametrize(("path", "job"), EVALS)
def test_the_job_is_green_for_good_answers_and_leaves_its_reports(path: Path, job: str, project: Path) -> None:
    ran = run_job(path, job, project)
    assert ran.status == 0, ran.log
    assert {file.name for file in (project / "report").iterdir()} == REPORTS
    if path == GITHUB:
        assert (project / "shown.md").read_text() == (project / "report" / "summary.md").read_text() != ""


@pytest.mark.slow
def test_the_job_is_red_for_bad_answers_and_leaves_its_reports_all_the_same(project: Path) -> None:
    ran = run_job(GITHUB, "evals", project, QA_ABSTAIN_BELOW="1.0")
    assert ran.status == 1, ran.log
    assert "over_abstention is 1.000" in ran.log
    assert {file.name for file in (project / "report").iterdir()} == REPORTS
    assert "could not be measured" not in (project / "shown.md").read_text()


@pytest.mark.parametrize(("path", "job"), EVALS)
def test_the_job_is_red_for_a_malformed_question(path: Path, job: str, project: Path) -> None:
    file = project / "questions" / "news.toml"
    file.write_text(QUESTIONS.replace("All 212 passengers were", "All 213 passengers were"))
    ran = run_job(path, job, project)
    assert ran.status == 1, ran.log
    assert "passengers: not in harbour.txt" in ran.log
    assert path == GITLAB or "could not be measured" in (project / "shown.md").read_text()


@pytest.mark.parametrize("earlier", ["", "17\n23\n"], ids=["first", "renewed"])
def test_the_comment_is_written_once_and_then_renewed(earlier: str, tmp_path: Path) -> None:
    gh = tmp_path / "bin" / "gh"
    gh.parent.mkdir()
    gh.write_text(f'#!/bin/sh\necho "$*" >> calls\ncase "$*" in *--paginate*) printf "{earlier}";; esac\n')
    gh.chmod(0o755)
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "summary.md").write_text("All is well.\n")
    ran = run_job(GITHUB, "comment", tmp_path, NUMBER="5", GITHUB_REPOSITORY="team/news")
    assert ran.status == 0, ran.log
    calls = (tmp_path / "calls").read_text().splitlines()
    place = "POST repos/team/news/issues/5/comments" if not earlier else "PATCH repos/team/news/issues/comments/23"
    assert len(calls) == 2
    assert calls[1] == f"api --method {place} --field body=@comment.md"
    assert (tmp_path / "comment.md").read_text() == "<!-- footnote -->\nAll is well.\n"
