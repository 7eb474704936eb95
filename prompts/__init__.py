"""Every word that a model is told: Markdown files with `$variables`, checked when they are loaded."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

_VARIABLE = re.compile(r"\$(?:\{([a-z_]+)\}|([a-z_]+))")
_PARTS = re.compile(r"\A\s*# System\n(.*?)^# User\n(.*)\Z", re.DOTALL | re.MULTILINE)


class PromptError(Exception):
    """A prompt file that is missing or malformed, or values that do not fit it."""


@dataclass(frozen=True, slots=True)
class Instructions:
    """A prompt with its values filled in, as a chat model receives it."""

    system: str
    user: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file: what the model is told once (`system`) and what it is asked (`user`)."""

    name: str
    system: str
    user: str

    @property
    def variables(self) -> frozenset[str]:
        """The names that `fill` wants."""
        return frozenset(braced or bare for braced, bare in _VARIABLE.findall(self.system + self.user))

    def fill(self, **values: str) -> Instructions:
        """Insert the values literally, once; raises PromptError naming what is missing or unknown."""
        self.expect(values.keys())
        return Instructions(_insert(self.system, values), _insert(self.user, values))

    def expect(self, names: Set[str]) -> None:
        """Raise PromptError unless the prompt has exactly these variables."""
        missing, unknown = sorted(self.variables - names), sorted(names - self.variables)
        problems = [f"{'$' + name} has no value" for name in missing] + [f"no ${name} in its text" for name in unknown]
        if problems:
            raise PromptError(f"prompt {self.name!r}: {', '.join(problems)}")


def load_prompt(name: str, variables: Set[str] | None = None, *, folder: Path | None = None) -> Prompt:
    """Read NAME.md, a `# System` part and a `# User` part; `variables` is what the caller will fill in.

    Raises PromptError when the file is missing, has no such parts, or has other variables.
    """
    path = (folder or Path(__file__).parent) / f"{name}.md"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PromptError(f"prompt {name!r}: {path} cannot be read") from error
    parts = _PARTS.match(text)
    if not parts:
        raise PromptError(f"prompt {name!r}: {path} needs a '# System' heading, then a '# User' heading")
    prompt = Prompt(name, system=parts[1].strip(), user=parts[2].strip())
    if variables is not None:
        prompt.expect(variables)
    return prompt


def _insert(template: str, values: dict[str, str]) -> str:
    # One pass over the template only: a value that holds $question is text, not a variable.
    return _VARIABLE.sub(lambda match: values[match[1] or match[2]], template)
