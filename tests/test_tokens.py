from __future__ import annotations

import hashlib
from importlib import resources

import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st

from vectorstore.errors import UserError
from vectorstore.tokens import ENCODINGS, count_tokens, encoding_for, read_ranks, register_encodings

CL100K_SHA256 = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.fixture(autouse=True, scope="module")
def _registered() -> None:
    register_encodings()


@pytest.mark.parametrize(
    ("encoding", "text", "ids"),
    [
        ("cl100k_base", "hello world", [15339, 1917]),
        ("o200k_base", "hello world", [24912, 2375]),
        ("cl100k_base", "tiktoken is great!", [83, 1609, 5963, 374, 2294, 0]),
        ("cl100k_base", "rer", [38149]),
        ("cl100k_base", "'rer", [2351, 81]),
    ],
)
def test_known_texts_have_the_published_token_ids(encoding: str, text: str, ids: list[int]) -> None:
    assert tiktoken.get_encoding(encoding).encode_ordinary(text) == ids
    assert count_tokens(text, encoding) == len(ids)


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=ANY_TEXT)
@settings(max_examples=60, deadline=None)
def test_tokens_give_back_any_text(encoding: str, text: str) -> None:
    tokens = tiktoken.get_encoding(encoding).encode_ordinary(text)
    assert tiktoken.get_encoding(encoding).decode(tokens) == text
    assert count_tokens(text, encoding) == len(tokens)


def test_a_special_token_in_an_article_is_ordinary_text() -> None:
    assert count_tokens("<|endoftext|>") > 1


def test_special_tokens_and_sizes_are_those_of_tiktoken() -> None:
    old, new = (tiktoken.get_encoding(name) for name in ENCODINGS)
    assert (old.n_vocab, new.n_vocab) == (100277, 200019)
    assert old.encode("<|endoftext|>", allowed_special="all") == [100257]
    assert new.encode("<|endoftext|>", allowed_special="all") == [199999]


def test_other_users_of_tiktoken_find_the_ranks_without_a_network() -> None:
    assert tiktoken.encoding_for_model("gpt-4o").name == "o200k_base"
    assert tiktoken.encoding_for_model("gpt-4").name == "cl100k_base"


def test_the_shipped_ranks_are_the_published_file() -> None:
    packed = resources.files("vectorstore.ranks").joinpath("cl100k_base.xz").read_bytes()
    ranks = read_ranks(packed, CL100K_SHA256)
    assert ranks[b"hello"] == 15339
    assert len(ranks) == 100256


@pytest.mark.parametrize("damage", ["cut short", "other bytes", "not xz", "empty"])
def test_damaged_ranks_are_refused(damage: str) -> None:
    packed = resources.files("vectorstore.ranks").joinpath("cl100k_base.xz").read_bytes()
    damaged = {
        "cut short": packed[:-1000],
        "other bytes": packed[:5000] + bytes(64) + packed[5064:],
        "not xz": b"<html>404</html>",
        "empty": b"",
    }[damage]
    with pytest.raises(UserError, match="damaged"):
        read_ranks(damaged, CL100K_SHA256)


def test_whole_ranks_of_another_encoding_are_refused() -> None:
    packed = resources.files("vectorstore.ranks").joinpath("cl100k_base.xz").read_bytes()
    with pytest.raises(UserError, match="checksum"):
        read_ranks(packed, hashlib.sha256(b"another").hexdigest())


def test_an_unknown_encoding_is_named_instead_of_downloaded() -> None:
    with pytest.raises(ValueError, match="p50k_base"):
        count_tokens("text", "p50k_base")


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("gpt-4o", "o200k_base"),
        ("openai:gpt-4o-mini", "o200k_base"),
        ("azure_openai:gpt-4.1", "o200k_base"),
        ("gpt-5-nano", "o200k_base"),
        ("o3-mini", "o200k_base"),
        ("ft:gpt-4o-2024-08-06:acme", "o200k_base"),
        ("gpt-4", "cl100k_base"),
        ("openai:gpt-4-turbo", "cl100k_base"),
        ("gpt-3.5-turbo", "cl100k_base"),
        ("anthropic:claude-sonnet-4-5", "cl100k_base"),
        ("ollama:llama3.2:3b", "cl100k_base"),
        ("ollama:olmo2", "cl100k_base"),
    ],
)
def test_a_model_has_its_encoding(model: str, encoding: str) -> None:
    assert encoding_for(model) == encoding


def test_a_very_long_word_is_counted_in_good_time() -> None:
    assert count_tokens("a" * 200_000) > 1000
