"""Settings: where a value comes from, what is refused, and what the fingerprint depends on."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa.settings import Settings, load_settings
from vectorstore.errors import SettingsError


def test_an_argument_beats_the_environment_which_beats_the_file_which_beats_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load_settings().k == Settings.model_fields["k"].default
    Path(".env").write_text("QA_K=3\n", encoding="utf-8")
    assert load_settings().k == 3
    monkeypatch.setenv("QA_K", "4")
    assert load_settings().k == 4
    assert load_settings(k=5).k == 5


def test_an_argument_of_none_means_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_K", "4")
    assert load_settings(k=None).k == 4


def test_names_in_the_environment_may_be_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("qa_k", "4")
    assert load_settings().k == 4


def test_the_keys_of_providers_may_stand_in_the_same_file() -> None:
    Path(".env").write_text("OPENAI_API_KEY=sk-none\nQA_K=3\n", encoding="utf-8")
    assert load_settings().k == 3


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("QA_CHAT_MODLE", "QA_CHAT_MODEL"),
        ("QA_CORPUS", "QA_CORPUS_DIR"),
        ("qa_prot", "QA_PORT"),
        ("QA_RERANKER", "QA_READER"),
    ],
)
def test_an_unknown_name_in_the_environment_is_refused_with_the_nearest_right_one(
    name: str, nearest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "1")
    with pytest.raises(SettingsError, match=rf"unknown setting {name}; did you mean {nearest}\?"):
        load_settings()


def test_an_unknown_name_in_the_file_is_refused_too() -> None:
    Path(".env").write_text("QA_CHUNK_TOKEN=99\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"QA_CHUNK_TOKEN; did you mean QA_CHUNK_TOKENS\?"):
        load_settings()


def test_an_unknown_argument_is_refused_with_the_nearest_right_one() -> None:
    with pytest.raises(SettingsError, match=r"unknown setting corpus; did you mean corpus_dir\?"):
        load_settings(corpus="seeds")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QA_K", "0"),
        ("QA_K", "many"),
        ("QA_K", ""),
        ("QA_CHUNK_TOKENS", "31"),
        ("QA_PORT", "65536"),
        ("QA_TEMPERATURE", "-1"),
        ("QA_TIMEOUT_SECONDS", "0"),
        ("QA_ABSTAIN_BELOW", "1.5"),
        ("QA_MAX_FILE_MB", "nan"),
        ("QA_TIMEOUT_SECONDS", "inf"),
        ("QA_RETRIEVAL", "magic"),
        ("QA_ENCODING", "p50k_base"),
        ("QA_EMBEDDING_MODEL", ""),
        ("QA_CHAT_MODEL", "llama3.2"),
        ("QA_CHAT_MODEL", "ollama:"),
        ("QA_CHAT_MODEL", ":llama3.2"),
        ("QA_FALLBACK_MODEL", "llama3.2"),
        ("QA_FALLBACK_MODEL", "Extractive"),
        ("QA_CONTEXT_WINDOW", "-1"),
        ("QA_PRICE_INPUT", "-0.1"),
        ("QA_PRICE_OUTPUT", "inf"),
    ],
)
def test_an_impossible_value_is_told_in_one_line_with_its_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert str(refused.value).startswith(f"{name}={value}: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("spec", ["", "extractive", "ollama:llama3.2:3b"])
def test_a_fallback_is_a_chat_model_or_the_answerer_that_needs_none(spec: str) -> None:
    assert load_settings(fallback_model=spec).fallback_model == spec


def test_prices_are_unknown_until_they_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (load_settings().price_input, load_settings().price_output) == (None, None)
    monkeypatch.setenv("QA_PRICE_INPUT", "0.15")
    assert load_settings().price_input == 0.15


def test_a_file_that_is_no_utf8_is_told_in_one_line() -> None:
    Path(".env").write_bytes("QA_CHAT_MODEL=ollama:modèle\n".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"\.env cannot be read .*; save it as UTF-8 text or remove it"):
        load_settings()


def test_a_folder_named_like_the_file_is_ignored() -> None:
    Path(".env").mkdir()
    assert load_settings().k == 8


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().k = 3  # type: ignore[misc]


def test_the_fingerprint_is_the_same_for_the_same_settings() -> None:
    assert load_settings().fingerprint == load_settings(k=8).fingerprint
    assert len(load_settings().fingerprint) == 12


@pytest.mark.parametrize(
    "place",
    [
        {"corpus_dir": "/elsewhere"},
        {"index_dir": "/elsewhere"},
        {"cache_dir": "/elsewhere"},
        {"chroma_url": "http://127.0.0.1:8000"},
        {"chat_base_url": "http://127.0.0.1:8000/v1"},
        {"fallback_base_url": "http://127.0.0.1:8000/v1"},
        {"price_input": 2.5, "price_output": 10.0},
        {"host": "0.0.0.0"},
        {"port": 0},
    ],
)
def test_the_fingerprint_does_not_depend_on_where_things_are_or_what_they_cost(place: dict[str, object]) -> None:
    assert load_settings(**place).fingerprint == load_settings().fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"k": 5},
        {"retrieval": "bm25"},
        {"chat_model": "ollama:llama3.2"},
        {"fallback_model": "extractive"},
        {"abstain_below": 0.4},
        {"chunk_tokens": 99},
    ],
)
def test_the_fingerprint_depends_on_everything_that_can_change_an_answer(change: dict[str, object]) -> None:
    assert load_settings(**change).fingerprint != load_settings().fingerprint


def test_every_setting_is_described() -> None:
    assert not [name for name, field in Settings.model_fields.items() if not field.description]
