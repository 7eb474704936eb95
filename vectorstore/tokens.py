"""How many tokens a text has for a chat model, counted exactly and with no network.

tiktoken downloads its ranks on first use. They are shipped in `vectorstore/ranks` instead, and made known to tiktoken's
own registry, so that whoever asks tiktoken in this process (LangChain does) finds them too.
"""

from __future__ import annotations

import base64
import hashlib
import importlib
import lzma
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import resources
from types import FunctionType
from typing import TYPE_CHECKING, Any

from vectorstore.errors import UserError

if TYPE_CHECKING:
    import tiktoken

ENCODINGS = ("cl100k_base", "o200k_base")

_O200K_MODELS = re.compile(r"(ft:)?(gpt-4o|gpt-4\.[1-9]|gpt-[5-9]|gpt-oss|chatgpt-4o|o[1-9])")


def count_tokens(text: str, encoding: str = "cl100k_base") -> int:
    """Exact number of tokens; special tokens such as `<|endoftext|>` in the text count as ordinary characters."""
    if encoding not in ENCODINGS:
        raise ValueError(f"unknown encoding {encoding!r}; known: {', '.join(ENCODINGS)}")
    return len(_encoding(encoding).encode_ordinary(text))


@lru_cache(maxsize=len(ENCODINGS))
def _encoding(name: str) -> tiktoken.Encoding:
    import tiktoken

    register_encodings()
    return tiktoken.get_encoding(name)


def encoding_for(model: str) -> str:
    """Encoding of an OpenAI model, with or without `openai:`; the nearest guess, cl100k_base, for any other."""
    name = re.sub(r"^(azure_)?openai:", "", model.strip().lower())
    return "o200k_base" if _O200K_MODELS.match(name) else "cl100k_base"


def register_encodings() -> None:
    """Let `tiktoken.get_encoding` find the shipped ranks; they are read when they are first asked for."""
    import tiktoken.registry

    tiktoken.list_encoding_names()  # builds the table below, under tiktoken's own lock
    constructors = tiktoken.registry.ENCODING_CONSTRUCTORS
    assert constructors is not None
    constructors.update({name: _constructor(name) for name in ENCODINGS})


def read_ranks(packed: bytes, sha256: str) -> dict[bytes, int]:
    """Token -> rank; `sha256` is that of the published `.tiktoken` file, which a damaged copy does not give back."""
    try:
        tokens = list(_unpack(lzma.decompress(packed)))
    except lzma.LZMAError as error:
        raise UserError(f"the shipped token ranks are damaged ({error}): install the package again") from error
    published = b"".join(base64.b64encode(token) + b" %d\n" % rank for rank, token in enumerate(tokens))
    if hashlib.sha256(published).hexdigest() != sha256:
        raise UserError("the shipped token ranks are damaged (wrong checksum): install the package again")
    return {token: rank for rank, token in enumerate(tokens)}


def _unpack(data: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(data):
        end = place + 1 + data[place]
        yield data[place + 1 : end]
        place = end


def _constructor(encoding: str) -> Callable[[], dict[str, Any]]:
    """tiktoken's own recipe (pattern, special tokens, checksum), reading the shipped ranks where it downloads."""

    def shipped_ranks(_url: str, expected_hash: str) -> dict[bytes, int]:
        packed = resources.files("vectorstore.ranks").joinpath(f"{encoding}.xz").read_bytes()
        return read_ranks(packed, expected_hash)

    recipes = importlib.import_module("tiktoken_ext.openai_public")
    recipe: FunctionType = getattr(recipes, encoding)
    return FunctionType(recipe.__code__, {**vars(recipes), "load_tiktoken_bpe": shipped_ranks})
