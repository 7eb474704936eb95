"""How much a chat model can take at once, and how much article text fits beside the prompt and the answer."""

from __future__ import annotations

import math
import re

from vectorstore.errors import ModelUnavailable
from vectorstore.tokens import encoding_for

UNKNOWN_WINDOW_TOKENS = 8_192
"""For a model that the table does not know: most of today's take more, and the default settings need less."""
LEAST_CONTEXT_TOKENS = 256
"""Under this there is nothing to answer from."""
THOUGHT_TOKENS = 4_000
"""Added to the limit of an answer for models that think first: their servers count thoughts as answer."""
PROMPT_TOKENS = 1_000
"""Instructions, question and the last turns of a conversation, where nobody counted them."""

_FRAME_TOKENS = 64
"""What chat formats put around messages."""
_OTHER_TOKENISER = 1.5
"""Other tokenisers need up to half as many tokens more than OpenAI's."""
_COUNTED_EXACTLY = re.compile(r"(?:ft:)?(?:gpt-(?:3\.5|4|[5-9]|oss)|chatgpt-|o[1-9](?:-|$))")
_THINKS = re.compile(
    r"o[1-9](?:-|$)|gpt-?[5-9]|gpt-oss|gemini-?(?:2\.5|[3-9])|deepseek-?r|qwen-?3|qwq|magistral|grok-?(?:3-mini|4)"
    r"|.*(?:thinking|reason)"
)
_MAKER = re.compile(r"^(?:ft:|meta-|(?:[a-z-]+\.)+)")
_WINDOWS = {
    # OpenAI
    "gpt3.5": 16_385, "gpt4": 8_192, "gpt4-32k": 32_768, "gpt4-turbo": 128_000, "gpt4.1": 1_047_576,
    "gpt4.5": 128_000, "gpt4o": 128_000, "chatgpt4o": 128_000, "gpt5": 400_000, "gpt5-chat": 128_000,
    "gpt-oss": 131_072, "o1": 200_000, "o1-mini": 128_000, "o1-preview": 128_000, "o3": 200_000, "o4": 200_000,
    # Anthropic, Google, xAI, Cohere
    "claude": 200_000, "claude2": 100_000, "claude-instant": 100_000,
    "gemini": 1_048_576, "gemini1.0": 30_720, "gemini-pro": 30_720,
    "gemma": 8_192, "gemma3": 131_072, "gemma3:1b": 32_768, "gemma3-1b": 32_768, "gemma3:270m": 32_768,
    "grok": 131_072, "command": 4_096, "command-r": 128_000, "command-a": 256_000,
    # Mistral
    "mistral": 32_768, "mistral-large": 128_000, "mistral-medium": 128_000, "mistral-nemo": 128_000,
    "ministral": 128_000, "open-mistral": 32_768, "open-mistral-nemo": 128_000, "mixtral": 32_768,
    "mixtral8x22b": 65_536, "codestral": 32_768, "magistral": 40_000,
    # DeepSeek, Qwen, Moonshot, Zhipu
    "deepseek": 16_384, "deepseek-chat": 64_000, "deepseek-reasoner": 64_000, "deepseek-r1": 64_000,
    "deepseek-v": 64_000, "deepseek-llm": 4_096, "qwen": 32_768, "qwq": 32_768, "kimi": 131_072, "glm4": 128_000,
    # Llama and small models
    "llama": 2_048, "llama2": 4_096, "llama3": 8_192, "llama3.1": 131_072, "llama3.2": 131_072,
    "llama3.3": 131_072, "llama4": 131_072, "codellama": 16_384, "tinyllama": 2_048, "vicuna": 2_048,
    "phi": 2_048, "phi3": 4_096, "phi3.5": 131_072, "phi4": 16_384, "phi4-mini": 131_072,
    "smollm": 2_048, "smollm2": 8_192, "smollm3": 65_536, "granite3.": 131_072, "olmo2": 4_096, "olmo-2": 4_096,
}  # fmt: skip
"""Begins of model names, a hyphen before a number left out; the least of a family's sizes. The longest begin counts."""


def window_tokens(spec: str, set_tokens: int = 0) -> int:
    """Tokens that a model takes, prompt and answer together: as set, else as known, else UNKNOWN_WINDOW_TOKENS."""
    return set_tokens or known_window_tokens(spec) or UNKNOWN_WINDOW_TOKENS


def known_window_tokens(spec: str) -> int:
    """The window of a well-known family, by the name of the model; 0 for any other."""
    name = _plain_name(spec)
    begins = [begin for begin in _WINDOWS if name.startswith(begin)]
    return _WINDOWS[max(begins, key=len)] if begins else 0


def encoding_of(spec: str, default: str) -> str:
    """The tiktoken encoding to count a model's tokens with: its own for OpenAI's models, else `default`."""
    return encoding_for(_model(spec)) if _COUNTED_EXACTLY.match(_model(spec)) else default


def thought_tokens(spec: str) -> int:
    """Tokens to allow a model for its thoughts, beside those of its answer."""
    return THOUGHT_TOKENS if _THINKS.match(_model(spec)) else 0


def fit_context_tokens(
    spec: str,
    wanted_tokens: int,
    *,
    answer_tokens: int,
    prompt_tokens: int = PROMPT_TOKENS,
    set_tokens: int = 0,
) -> int:
    """Tokens of article text, `wanted_tokens` at most, that fit beside prompt and answer; counted by `encoding_of`.

    `set_tokens` is the window as the user set it, 0 if not. Raises ModelUnavailable when too little is left.
    """
    window = window_tokens(spec, set_tokens)
    room = (window - answer_tokens - thought_tokens(spec) - _FRAME_TOKENS) / _margin(spec)
    fitting = min(wanted_tokens, math.floor(room) - prompt_tokens)
    if fitting < min(wanted_tokens, LEAST_CONTEXT_TOKENS):
        raise ModelUnavailable(
            spec,
            f"its window of {window} tokens has no room for passages beside prompt and answer; "
            "lower QA_MAX_ANSWER_TOKENS, or set QA_CONTEXT_WINDOW if the model takes more",
        )
    return fitting


def needed_tokens(spec: str, context_tokens: int, *, answer_tokens: int) -> int:
    """The window that a context and an answer need, in the model's own tokens, as far as can be told."""
    said = answer_tokens + thought_tokens(spec)
    return math.ceil((context_tokens + PROMPT_TOKENS) * _margin(spec)) + _FRAME_TOKENS + said


def _margin(spec: str) -> float:
    return 1.0 if _COUNTED_EXACTLY.match(_model(spec)) else _OTHER_TOKENISER


def _model(spec: str) -> str:
    """`org/Name` of a spec without its provider and maker, in small letters."""
    return spec.partition(":")[2].strip().lower().rpartition("/")[2]


def _plain_name(spec: str) -> str:
    return re.sub(r"(?<=[a-z])[-_](?=\d)", "", _MAKER.sub("", _model(spec)))
