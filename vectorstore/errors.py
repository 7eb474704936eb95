"""Every error that a user can mend, in one tree.

UserError                    one line on stderr, exit status 2, no traceback
├── ArticleError             a file that cannot be read or holds no text: reported and skipped
├── CorpusMissing            the folder of articles is not there
│   └── CorpusEmpty          it is there, and holds no article that can be read
├── SettingsError            an unknown or impossible setting
├── QuestionError            a question that is empty or too long
├── IndexMissing             no index yet, and none may be made here
├── IndexLocked              another process is writing the index
├── IndexDamaged             found and rebuilt; reaches the user only when even that fails
├── EmbeddingMismatch        vectors of another model than the one configured
├── ModelUnavailable         unknown provider, missing package, missing key, missing weights
├── ModelCallFailed          a chat model timed out, refused, or was cut off
├── PortInUse                the address of the web page is taken
└── DatasetError             a malformed row of a question set or benchmark

Anything that is not a UserError is a bug and shows its traceback.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vectorstore.types import Skipped


class UserError(Exception):
    """Something the user can mend; its text is one line: what is wrong, what to do next."""


class ArticleError(UserError):
    """A file that cannot become an article; `why` is shown in the report of a sync."""

    def __init__(self, path: Path | str, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = str(path)
        self.why = why


class CorpusMissing(UserError):
    """The folder of articles does not exist, cannot be read, or holds no article."""


class CorpusEmpty(CorpusMissing):
    """The folder holds no article that can be read; `skipped` are the files that were tried."""

    def __init__(self, folder: Path, skipped: Sequence[Skipped] = ()) -> None:
        reason = f" ({skipped[0].path}: {skipped[0].why})" if skipped else ""
        super().__init__(f"{folder} holds no article that can be read{reason}")
        self.skipped = tuple(skipped)


class SettingsError(UserError):
    """An unknown setting, or a value that cannot be."""


class QuestionError(UserError):
    """A question that holds no words, or too many."""


class IndexMissing(UserError):
    """There is no index yet, and none can be made at this place."""


class IndexLocked(UserError):
    """Another process is writing the index; the text names it."""


class IndexDamaged(UserError):
    """A part of the index cannot be trusted; raised to trigger a rebuild."""


class EmbeddingMismatch(UserError):
    """A query vector and an index come from different embedding models."""


class ModelUnavailable(UserError):
    """A model that cannot be used as the machine stands; `fix` says what would help."""

    def __init__(self, spec: str, fix: str) -> None:
        super().__init__(f"model {spec!r} is not available: {fix}")
        self.spec = spec
        self.fix = fix


class ModelCallFailed(UserError):
    """A call of a chat model that did not end well; `cause` is safe to show."""

    def __init__(self, spec: str, cause: str) -> None:
        super().__init__(f"model {spec!r}: {cause}")
        self.spec = spec
        self.cause = cause


class PortInUse(UserError):
    """The port of the web page is taken by another program."""


class DatasetError(UserError):
    """A row of a data file that does not say what it should; `line` is 1-based, 0 for the whole file."""

    def __init__(self, path: Path | str, line: int, why: str) -> None:
        super().__init__(f"{path}:{line}: {why}" if line else f"{path}: {why}")
        self.path = str(path)
        self.line = line
        self.why = why
