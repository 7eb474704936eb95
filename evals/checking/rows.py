"""Lines of data files, packed with gzip or not, and JSON rows of one shape; errors name file and line."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from evals.toml_files import validated
from vectorstore.errors import DatasetError

_Model = TypeVar("_Model", bound=BaseModel)


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, without their ends, with their 1-based numbers; raises DatasetError."""
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for number, line in enumerate(file, 1):
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
                if text.strip():
                    yield number, text
    except UnicodeDecodeError as error:
        raise DatasetError(path, number, "is not UTF-8") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DatasetError(path, 0, f"is damaged: {error}") from error
    except OSError as error:
        raise DatasetError(path, 0, f"cannot be read: {error.strerror or error}") from error


def json_rows(path: Path, model: type[_Model]) -> Iterator[_Model]:
    """Each line as a row of this shape; raises DatasetError."""
    for number, line in lines(path):
        try:
            content = json.loads(line)
        except ValueError as error:
            raise DatasetError(path, number, f"is not JSON: {getattr(error, 'msg', error)}") from error
        yield validated(model, content, path, line=number)
