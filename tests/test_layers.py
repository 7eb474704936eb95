"""What the settings of the door mean: who may edit, and who is warned of."""

from __future__ import annotations

from typing import Any

import pytest

from qa.server.layers import has_password, may_edit
from qa.settings import load_settings


@pytest.mark.parametrize(
    ("host", "settings", "may"),
    [
        ("127.0.0.1", {}, True),
        ("localhost", {}, True),
        ("::1", {}, True),
        ("0.0.0.0", {}, False),
        ("192.168.1.5", {}, False),
        ("0.0.0.0", {"password": "secret"}, True),
        ("0.0.0.0", {"logins": "anna:secret"}, True),
        ("0.0.0.0", {"uploads": "on"}, True),
        ("127.0.0.1", {"uploads": "off"}, False),
    ],
)
def test_articles_are_edited_on_this_machine_or_behind_a_password(
    host: str, settings: dict[str, Any], *, may: bool
) -> None:
    assert may_edit(load_settings(**settings), host=host) is may


def test_a_password_is_shown_nowhere() -> None:
    settings = load_settings(password="hunter2", logins="anna:hunter3")
    assert has_password(settings)
    assert "hunter" not in f"{settings!r} {settings} {settings.model_dump_json()}"
    assert settings.fingerprint == load_settings().fingerprint
