from __future__ import annotations

from pathlib import Path

import pytest

import prompts
from prompts import Instructions, PromptError, load_prompt

SHIPPED = {
    "answer": {"context", "history", "question", "query", "sentinel"},
    "rewrite": {"history", "question"},
}


def write(folder: Path, text: str) -> Path:
    (folder / "small.md").write_text(text, encoding="utf-8")
    return folder


def test_every_shipped_prompt_loads_with_the_variables_its_caller_fills() -> None:
    shipped = {path.stem for path in Path(prompts.__file__).parent.glob("*.md")}
    for name in shipped & SHIPPED.keys():
        assert load_prompt(name, SHIPPED[name]).variables == SHIPPED[name]
    assert shipped >= SHIPPED.keys()


def test_values_are_inserted_once_and_never_read_as_a_template(tmp_path: Path) -> None:
    prompt = load_prompt("small", folder=write(tmp_path, "# System\nS $a ${b}.\n# User\nU $a, costs $5 million\n"))
    filled = prompt.fill(a="$b and ${a} \\1 {x}", b="$$ %s")
    assert filled == Instructions("S $b and ${a} \\1 {x} $$ %s.", "U $b and ${a} \\1 {x}, costs $5 million")


def test_a_value_that_is_missing_is_named() -> None:
    with pytest.raises(PromptError, match=r"'rewrite': \$history has no value"):
        load_prompt("rewrite").fill(question="why?")


def test_a_value_that_the_prompt_does_not_know_is_named() -> None:
    with pytest.raises(PromptError, match=r"no \$colour in its text"):
        load_prompt("rewrite").fill(question="why?", history="", colour="red")


def test_a_prompt_with_other_variables_than_its_caller_expects_fails_on_load() -> None:
    with pytest.raises(PromptError, match=r"\$history has no value.*no \$topic"):
        load_prompt("rewrite", {"question", "topic"})


def test_a_missing_prompt_is_named() -> None:
    with pytest.raises(PromptError, match="'nowhere'"):
        load_prompt("nowhere")


@pytest.mark.parametrize("text", ["", "just text", "# User\nhello", "# System\nhello"])
def test_a_file_without_its_two_parts_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PromptError, match="# System"):
        load_prompt("small", folder=write(tmp_path, text))
