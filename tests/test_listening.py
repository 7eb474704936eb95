from __future__ import annotations

import socket

import pytest

from qa.server.listening import address, listen
from vectorstore.errors import SettingsError


def test_an_address_that_is_not_of_this_machine_is_refused() -> None:
    with pytest.raises(SettingsError, match="QA_HOST"):
        listen("192.0.2.1", 0)


def test_port_zero_picks_a_free_one_and_the_address_says_which() -> None:
    with listen("127.0.0.1", 0) as listening:
        assert address(listening, "127.0.0.1") == f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_an_address_for_everybody_is_shown_as_one_that_a_browser_can_open() -> None:
    with listen("0.0.0.0", 0) as listening:
        assert address(listening, "0.0.0.0").startswith("http://127.0.0.1:")


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_an_ipv6_address_has_its_brackets() -> None:
    try:
        listening = listen("::1", 0)
    except SettingsError:
        pytest.skip("this machine has no IPv6 loopback")
    with listening:
        assert address(listening, "::1").startswith("http://[::1]:")
