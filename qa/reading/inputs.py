"""A question and a window of an article, as the row of word pieces that the reader reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from vectorstore.embedding.onnx_model import open_tokenizer

QUESTION_PIECES = 48
TITLE_PIECES = 16
ROW_PIECES = 256


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of an article that is read at once, and the title that it stands under."""

    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """`[CLS] question [SEP] title [SEP] text [SEP]`; what follows the first [SEP] is of type 1."""

    ids: tuple[int, ...]
    types: tuple[int, ...]
    first: int
    """Where the text begins in the row."""
    offsets: tuple[tuple[int, int], ...]
    """Of each piece of the text, its characters in `Window.text`."""

    @property
    def stop(self) -> int:
        """Where the text ends in the row."""
        return self.first + len(self.offsets)


class Encoder:
    """Turns questions and windows into rows, by the word pieces of the packaged model."""

    def __init__(self, tokenizer_file: Path) -> None:
        self._tokenizer = open_tokenizer(tokenizer_file)
        self._cls, self._sep = (self._tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]"))
        self._encode = lru_cache(maxsize=8192)(self._encode_anew)

    @property
    def vocabulary(self) -> dict[str, int]:
        """The word pieces and their numbers."""
        vocabulary: dict[str, int] = self._tokenizer.get_vocab()
        return vocabulary

    def rows(self, question: str, windows: Sequence[Window]) -> list[Row]:
        """One row a window; what does not fit is cut off, of the text last."""
        asked = self._encode(question).ids[:QUESTION_PIECES]
        return [self._row(asked, window) for window in windows]

    def _row(self, asked: Sequence[int], window: Window) -> Row:
        head = [self._cls, *asked, self._sep]
        title = self._encode(window.title).ids[:TITLE_PIECES] if window.title else []
        second = [*title, self._sep]
        first = len(head) + len(second)
        text = self._encode(window.text)
        room = ROW_PIECES - first - 1
        ids = (*head, *second, *text.ids[:room], self._sep)
        types = (0,) * len(head) + (1,) * (len(ids) - len(head))
        return Row(ids, types, first, tuple(text.offsets[:room]))

    def _encode_anew(self, text: str) -> Any:
        return self._tokenizer.encode(text, add_special_tokens=False)
