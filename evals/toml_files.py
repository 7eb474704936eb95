"""TOML files of tables, and rows of one shape; errors name file and line."""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from vectorstore.errors import DatasetError

_Model = TypeVar("_Model", bound=BaseModel)


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a file; raises DatasetError."""
    try:
        return tomllib.loads(_read_text(path))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise DatasetError(path, int(line[1]) if line else 0, f"is not TOML: {error}") from error


def _read_text(path: Path) -> str:
    try:
        content = path.read_bytes()
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DatasetError(path, line, "is not UTF-8; save the file with that encoding") from error
    except OSError as error:
        raise DatasetError(path, 0, f"cannot be read: {error.strerror or error}") from error


def lines_of(path: Path, table: str, count: int) -> list[int]:
    """Line numbers of the `[[table]]` headers; all zero for a file that writes its tables otherwise."""
    header = re.compile(rf"\s*\[\[\s*{table}\s*\]\]")
    found = [n for n, line in enumerate(_read_text(path).splitlines(), 1) if header.match(line)]
    return found if len(found) == count else [0] * count


def validated(model: type[_Model], row: object, path: Path, *, line: int) -> _Model:
    """The row in this shape; raises DatasetError with the nearest field for a name that there is not."""
    try:
        return model.model_validate(row)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        reason = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            near = difflib.get_close_matches(str(problem["loc"][-1]), model.model_fields, n=1)
            reason = "no such field" + (f"; did you mean {near[0]}?" if near else "")
        raise DatasetError(path, line, f"{place}: {reason}" if place else reason) from error
