"""The documents tell the truth: settings, files, examples and transcripts are compared with the program."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from qa.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PACKAGES = ("qa", "vectorstore", "prompts", "evals")
DOCUMENTS = (
    "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "evals/README.md", "vectorstore/README.md",
    "qa/SETTINGS.md", "qa/server/README.md",
)  # fmt: skip
UNLISTED = {"__init__.py", "qa/__main__.py"}


def section(title: str) -> str:
    """The text of one section of the README."""
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def blocks(text: str, language: str = "") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def tree() -> dict[str, str]:
    """The files of the README's tree, by their path, with their descriptions."""
    listed: dict[str, str] = {}
    folder = ""
    for line in blocks(section("How it works"))[0].splitlines():
        if not line.startswith(" "):
            folder = line.split()[0]
            continue
        for names, words in re.findall(r" {2}((?:[\w./-]+, )*[\w./-]+) {1,20}(\S.*?)(?= {2,}|$)", line):
            listed |= {folder + name: words for name in names.split(", ")}
    return listed


def test_the_readme_stays_short() -> None:
    assert len(README.splitlines()) < 200


def test_the_settings_table_is_what_the_settings_are() -> None:
    table = (ROOT / "qa" / "SETTINGS.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(QA_\w+)` \| (.*?) \| (.*?) \|$", table, re.MULTILINE)
    fields = Settings.model_fields.items()
    shown = [
        ("none" if str(field.default) in ("", "None") else f"`{field.default}`", field.description)
        for _, field in fields
    ]
    names = [f"QA_{name.upper()}" for name, _ in fields]
    assert rows == [(name, default, words) for name, (default, words) in zip(names, shown, strict=True)]


def test_the_tree_lists_every_file_and_no_other() -> None:
    listed = {name for name in tree() if not name.endswith("/")}
    there = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.*")
        if path.suffix in (".py", ".md", ".css", ".js", ".toml") and "__pycache__" not in path.parts
    }
    folders = tuple(name for name in tree() if name.endswith("/"))
    wanted = {name for name in there if not name.startswith(folders) and not _unlisted(name)}
    assert {name for name in listed if name.startswith(PACKAGES)} == wanted
    assert not [name for name in tree() if not (ROOT / name).exists()]


def _unlisted(name: str) -> bool:
    return name in UNLISTED or Path(name).name in UNLISTED


def test_the_tree_has_a_few_words_a_file() -> None:
    assert not {name: words for name, words in tree().items() if not 2 <= len(words.split()) <= 7}


def test_the_example_in_python_runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_INDEX_DIR", str(Path("index").absolute()))
    monkeypatch.chdir(ROOT)
    (example,) = blocks(README, "python")
    exec(compile(example, "README.md", "exec"), {})
    assert "Citation(" in capsys.readouterr().out


def test_the_transcript_is_what_the_command_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_INDEX_DIR", str(Path("index").absolute()))
    transcript = blocks(section("An example"))[0]
    commands = re.findall(r"^\$ qa (.*)\n((?:(?!\$ ).*\n)*)", transcript, re.MULTILINE)
    assert commands
    for words, shown in commands:
        command = [sys.executable, "-m", "qa", *shlex.split(words)]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
        assert run.stdout.strip() == shown.strip()


def test_every_verb_that_the_documents_name_is_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    verbs = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)", README + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")))
    assert named <= verbs
    assert {"install", "serve", "test", "ask", "evals", "check", "fix", "clean"} <= verbs


def test_every_command_in_the_readme_exists() -> None:
    from typer.main import get_command

    from qa.cli import app

    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"^(?:\$ |QA_\S+ (?:\S+=\S+ )*)?qa ([a-z]+)", README, re.MULTILINE))
    assert named == commands


def test_every_command_and_option_of_the_evals_is_in_their_handbook_and_exists() -> None:
    from typer.main import get_command

    from evals.__main__ import app

    group = get_command(app)
    commands = group.commands  # type: ignore[attr-defined]
    options = {name for command in (group, *commands.values()) for one in command.params for name in one.opts}
    handbook = (ROOT / "evals" / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"python -m evals ([a-z]+)", handbook)) == set(commands)
    assert set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", handbook)) <= options


def test_every_extra_is_named_in_the_readme() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = section("With a chat model")
    assert all(f"`{extra}`" in named for extra in project["optional-dependencies"] if extra != "dev")


def test_the_changelog_knows_the_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"## [{project['version']}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_document_names_a_place_of_somebodys_machine(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    assert not re.search(r"/(?:home|root|Users|work|tmp|opt)/|[A-Z]:\\\\|TODO|FIXME", text)


def test_make_alone_prints_the_verbs() -> None:
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "make serve " in shown
    assert shown.count("\n") == len(shown.splitlines()) >= 9
