"""The house keeps its shape: who may import whom, where each big library lives, how long things may grow."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("vectorstore", "qa", "prompts", "evals", "training")
MAY_IMPORT = {
    "vectorstore": {"vectorstore"},
    "prompts": {"prompts"},
    "qa": {"qa", "vectorstore", "prompts"},
    "evals": {"evals", "qa", "vectorstore", "prompts"},
    "training": {"training", "evals", "qa", "vectorstore"},
}
ENCODERS = ("vectorstore/embedding/",)
READER = ("qa/reading/", "training/")
CHAT_MODELS = ("qa/chat_model.py", "qa/langchain.py")
WEB = ("qa/ui/", "qa/server/")
FORMATS = ("vectorstore/formats/",)
TERMINAL = (
    "qa/cli.py",
    "qa/commands/console.py",
    "qa/commands/corpus_commands.py",
    "evals/__main__.py",
    "evals/commands/",
    "evals/report/terminal.py",
)
OF_EXTRAS = ("opentelemetry", "mcp")
"""Imported only where the user asked for it."""
FOR_WORK = ("bm25s", "playwright", "safetensors", "tqdm")
"""Installed with `dev`, for training and for measuring."""
RIVALS = ("langchain_chroma", "langchain_huggingface", "langchain_text_splitters")
"""Installed by hand, to be compared with; no part of the program needs them."""
HOMES: dict[str, tuple[str, ...]] = {
    "chromadb": ("vectorstore/store.py",),
    "sqlite3": ("vectorstore/database.py",),
    "onnxruntime": (*ENCODERS, *READER),
    "tokenizers": (*ENCODERS, *READER),
    "sentence_transformers": (*ENCODERS, "qa/reading/"),
    "transformers": ENCODERS,
    "huggingface_hub": ENCODERS,
    "torch": (*ENCODERS, "qa/reading/", "training/"),
    "tiktoken": ("vectorstore/tokens.py",),
    "bm25s": ("training/negatives.py",),
    "rensa": ("vectorstore/duplicates.py",),
    "trafilatura": FORMATS,
    "lxml": FORMATS,
    "pypdfium2": FORMATS,
    "docx": FORMATS,
    "odfdo": FORMATS,
    "striprtf": FORMATS,
    "py3langid": ("vectorstore/facts/languages.py",),
    "chardet": ("vectorstore/decoding.py",),
    "watchfiles": ("qa/commands/watching.py",),
    "jinja2": ("evals/report/html.py",),
    "opentelemetry": ("qa/tracing.py",),
    "langchain": CHAT_MODELS,
    "langchain_core": CHAT_MODELS,
    "mcp": ("qa/server/mcp_tools.py",),
    "gradio": WEB,
    "fastapi": WEB,
    "uvicorn": WEB,
    "typer": TERMINAL,
    "rich": TERMINAL,
    **dict.fromkeys(RIVALS, ("evals/speed.py",)),
}
"""Each big library, and the files or folders that may import it."""
HEAVY = sorted(set(HOMES) - {"typer", "rich", "sqlite3"} | {"numpy", "pandas", "scipy"})
LONGEST_FILE_LINES = 300
LONGEST_FUNCTION_LINES = 40


class Import(NamedTuple):
    """One import statement, inside a function or not."""

    module: str
    place: str
    for_types_only: bool


def files(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def imports(path: Path) -> tuple[Import, ...]:
    """Every module that a file imports anywhere in it; `from a import b` may mean the module a.b."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[Import]:
    typing = {id(node) for block in ast.walk(parsed(path)) if _for_types(block) for node in ast.walk(block)}
    for node in ast.walk(parsed(path)):
        place = f"{name_of(path)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, place, id(node) in typing) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place}: imports are absolute"
            yield Import(str(node.module), place, id(node) in typing)


def _for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def library_of(module: str) -> str:
    return module.partition(".")[0]


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_point_down_only(package: str) -> None:
    ours = {*PACKAGES, "tests"}
    up = [
        f"{one.place} imports {one.module}"
        for path in files(package)
        for one in imports(path)
        if library_of(one.module) in ours - MAY_IMPORT[package]
    ]
    assert not up


@pytest.mark.parametrize("library", sorted(HOMES))
def test_each_big_library_lives_in_one_place(library: str) -> None:
    strays = [
        f"{one.place} imports {one.module}"
        for path in files(*PACKAGES)
        for one in imports(path)
        if library_of(one.module) == library and not one.for_types_only and not name_of(path).startswith(HOMES[library])
    ]
    assert not strays


def test_every_library_that_is_imported_is_a_bounded_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {_import_name(requirement) for requirement in project["dependencies"]}
    used = {library_of(one.module) for path in files(*PACKAGES) for one in imports(path)}
    assert used - set(sys.stdlib_module_names) - set(PACKAGES) <= declared | {*RIVALS, *FOR_WORK, *OF_EXTRAS}
    unbounded = [one for one in project["dependencies"] if "<" not in one and "==" not in one]
    assert not unbounded


def _import_name(requirement: str) -> str:
    name = requirement.split(">")[0].split("=")[0].replace("-", "_").lower()
    return {"python_dotenv": "dotenv", "python_docx": "docx"}.get(name, name)


def test_every_bound_holds_what_the_constraints_name() -> None:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    held = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    versions = {canonicalize_name(name): version for name, version in held.items()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for line in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        requirement = Requirement(line)
        version = versions.get(canonicalize_name(requirement.name))
        assert version, f"constraints.txt does not hold {requirement.name}"
        assert requirement.specifier.contains(version), f"{line} does not allow {version}"


def test_the_constraints_name_no_host_and_no_path() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert not [line for line in text.splitlines() if not line.startswith("#") and set(line) & set("/@+:\\ ")]


def test_no_file_grows_too_long() -> None:
    lines = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files(*PACKAGES)}
    assert not {name: count for name, count in lines.items() if count > LONGEST_FILE_LINES}


def test_no_function_grows_too_long() -> None:
    long = {
        f"{name_of(path)}:{node.lineno} {node.name}": _code_lines(node)
        for path in files(*PACKAGES)
        for node in ast.walk(parsed(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and _code_lines(node) > LONGEST_FUNCTION_LINES
    }
    assert not long


def _code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_nothing_is_printed_outside_the_command_lines() -> None:
    prints = [
        f"{name_of(path)}:{node.lineno}"
        for path in files(*PACKAGES)
        if name_of(path)
        not in (*TERMINAL, "evals/speed.py", "evals/scale.py", "evals/serving.py", "training/__main__.py")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "sys.stdout.write", "sys.stderr.write")
    ]
    assert not prints


def test_the_pipeline_shows_the_steps_and_nothing_else() -> None:
    heavy = [one.module for one in imports(ROOT / "qa" / "pipeline.py") if library_of(one.module) in HOMES]
    assert not heavy


def test_the_light_modules_load_no_heavy_library() -> None:
    assert loaded_by("import qa, qa.cli, qa.settings, qa.types, vectorstore.errors, prompts") == []


def test_help_loads_no_heavy_library() -> None:
    show = (
        "from typer.testing import CliRunner; from qa.cli import app; assert CliRunner().invoke(app, {}).exit_code == 0"
    )
    assert loaded_by("; ".join(show.format(words) for words in (["--help"], ["ask", "--help"]))) == []


def loaded_by(program: str) -> list[str]:
    """The heavy libraries that a fresh interpreter holds after running a program."""
    report = f"import sys; {program}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True, cwd=ROOT)
    return run.stdout.split()
