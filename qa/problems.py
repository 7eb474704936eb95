"""What went wrong, in one line for whoever asked; what is a bug is logged, without a word of the question."""

from __future__ import annotations

import logging
import re
import traceback

from vectorstore.errors import (
    EmbeddingMismatch,
    IndexDamaged,
    IndexLocked,
    IndexMissing,
    ModelCallFailed,
    ModelUnavailable,
    UserError,
)

SOMETHING_WRONG = "Something went wrong; the details are in the server's log."
_NOT_THE_CALLERS = (ModelUnavailable, IndexMissing, IndexLocked, IndexDamaged, EmbeddingMismatch)
_FOLDERS = re.compile(r"(?<![\w.:/~])/(?:[^\s/]+/)*(?=[^\s/])|\b[A-Za-z]:\\(?:[^\s\\]+\\)*(?=[^\s\\])")
"""What leads to a file on this machine: who asks over the net need not know."""
_log = logging.getLogger(__name__)


def in_words(error: BaseException) -> str:
    """The line of a UserError, files and folders by their last name; for anything else a neutral line.

    Of what is not a UserError the places in the code are logged.
    """
    if isinstance(error, UserError):
        return _FOLDERS.sub("", " ".join(str(error).split()))
    # The exception's own text may repeat what a user typed.
    places = "".join(traceback.format_tb(error.__traceback__))
    _log.error("A request could not be served (%s):\n%s", type(error).__name__, places)
    return SOMETHING_WRONG


def status_of(error: BaseException) -> int:
    """The HTTP status: 400 for what the caller can mend, 502 for a chat model's failure, 503, or 500 for a bug."""
    if isinstance(error, ModelCallFailed):
        return 502
    if isinstance(error, _NOT_THE_CALLERS):
        return 503
    return 400 if isinstance(error, UserError) else 500
