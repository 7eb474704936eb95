"""The tokens of all calls that a question makes: those that fail, that are stopped, or that never begin."""

from __future__ import annotations

import pytest
from model_server import Fails, ModelServer, Says

from qa.chat_model import open_chat_model
from qa.metering import Meter
from qa.types import Usage
from vectorstore.errors import ModelCallFailed


def test_the_tokens_of_all_calls_are_added() -> None:
    with ModelServer(Says("One."), Says("Two.")) as server:
        meter = Meter(open_chat_model("openai:m", base_url=server.openai))
        assert (meter.spec, meter.usage) == ("openai:m", Usage())
        assert "".join(meter.stream("s", "u")) == "One."
        assert meter.usage == Usage(100, 20)
        assert "".join(meter.stream("s", "u")) == "Two."
    assert meter.usage == Usage(200, 40)


def test_a_call_that_fails_or_never_begins_adds_nothing() -> None:
    with ModelServer(Fails(401), Says("Two.")) as server:
        meter = Meter(open_chat_model("openai:m", base_url=server.openai))
        with pytest.raises(ModelCallFailed):
            list(meter.stream("s", "u"))
        meter.stream("s", "u")
        assert meter.usage == Usage()
        list(meter.stream("s", "u"))
    assert meter.usage == Usage(100, 20)


def test_a_call_that_is_stopped_adds_only_what_the_server_had_told() -> None:
    with ModelServer(Says("One two three four.", then="hang"), Says("Two.")) as server:
        meter = Meter(open_chat_model("openai:m", base_url=server.openai))
        pieces = iter(meter.stream("s", "u"))
        next(pieces)
        pieces.close()
        assert meter.usage == Usage()
        list(meter.stream("s", "u"))
    assert meter.usage == Usage(100, 20)
