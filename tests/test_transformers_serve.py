"""A real server of others: `transformers serve` with a tiny random Llama. Slow, so only where it is asked for."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from qa.chat_model import open_chat_model
from vectorstore.errors import ModelCallFailed

pytestmark = pytest.mark.slow

_NEEDED = ("torch", "transformers", "accelerate", "fastapi", "uvicorn", "openai")
_LONGEST_START_SECONDS = 120
_TEMPLATE = "{% for message in messages %}{{ message['role'] }} : {{ message['content'] }} </s> {% endfor %}assistant :"


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with random weights and a tokenizer that knows the words of two sentences."""
    if os.environ.get("FOOTNOTE_SLOW_TESTS") != "1":
        pytest.skip("set FOOTNOTE_SLOW_TESTS=1 to run it")
    if missing := [name for name in _NEEDED if importlib.util.find_spec(name) is None]:
        pytest.skip(f"pip install 'transformers[serving]' brings what is missing: {', '.join(missing)}")
    folder = tmp_path_factory.mktemp("llama")
    _write_llama(folder)
    return folder


def _write_llama(folder: Path) -> None:
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    words = Tokenizer(models.BPE(unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<unk>", "<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    words.train_from_iterator(["At least 83 people have been killed.", "How many people have been killed?"], trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, unk_token="<unk>", bos_token="<s>", eos_token="</s>")
    tokenizer.chat_template = _TEMPLATE
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    sizes = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = LlamaConfig(
        vocab_size=len(tokenizer), max_position_embeddings=512, bos_token_id=1, eos_token_id=2, pad_token_id=2, **sizes
    )
    LlamaForCausalLM(config).save_pretrained(folder)


@pytest.fixture(scope="module")
def address(llama: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of that model, in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("log") / "serve.txt"
    program = "from transformers.cli.transformers import main; main()"
    command = [sys.executable, "-c", program, "serve", str(llama), "--device", "cpu", "--port", str(port)]
    offline = {**os.environ, "HF_HUB_OFFLINE": "1"}
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out, env=offline) as server:
        try:
            _wait_until_it_is_healthy(f"http://127.0.0.1:{port}/health", server, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.kill()


def _wait_until_it_is_healthy(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _LONGEST_START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx.get(url, timeout=2).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    pytest.fail(f"transformers serve did not start:\n{log.read_text(errors='replace')[-2000:]}")


def test_a_real_server_streams_an_answer_and_tells_its_tokens(llama: Path, address: str) -> None:
    model = open_chat_model(f"openai:{llama}", base_url=address, max_answer_tokens=24, timeout_seconds=60)
    reply = model.stream("Be brief.", "How many people have been killed?")
    pieces = list(reply)
    assert len(pieces) > 1 and "".join(pieces)
    # Random weights do not know when to stop, so the limit ends the answer.
    assert reply.complete or "length limit" in reply.cause
    assert reply.usage.input_tokens > 10 and 0 < reply.usage.output_tokens <= 24


def test_an_answer_that_nobody_waits_for_does_not_block_the_next(llama: Path, address: str) -> None:
    model = open_chat_model(f"openai:{llama}", base_url=address, max_answer_tokens=400, timeout_seconds=60)
    pieces = iter(model.stream("Be brief.", "How many people have been killed?"))
    next(pieces)
    pieces.close()
    again = open_chat_model(f"openai:{llama}", base_url=address, max_answer_tokens=8, timeout_seconds=60)
    assert "".join(again.stream("Be brief.", "How many?"))


def test_a_model_that_the_server_does_not_have_is_one_clear_line(address: str) -> None:
    model = open_chat_model("openai:no/such-model", base_url=address, timeout_seconds=60)
    with pytest.raises(ModelCallFailed) as caught:
        list(model.stream("Be brief.", "How many?"))
    assert "\n" not in caught.value.cause and "such-model" not in caught.value.cause
