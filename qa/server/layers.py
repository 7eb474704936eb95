"""What a request passes through before it reaches the application, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.places import index_folder
from qa.server.access import Access
from qa.server.guard import Guard
from qa.server.hosts import Hosts, Place, bare_name, is_loopback
from qa.server.logins import Sessions, read_logins, read_secret
from qa.server.visitors import Visitors

if TYPE_CHECKING:
    from fastapi import FastAPI

    from qa.settings import Settings


def add_layers(app: FastAPI, settings: Settings, *, host: str) -> None:
    """From outside in: hosts and proxies, headers and sizes, the door if there is one, the visitor.

    `host` is the address that is listened on. Raises SettingsError.
    """
    logins = read_logins(settings.password.get_secret_value(), settings.logins.get_secret_value())
    sessions = Sessions(logins, read_secret(index_folder(settings))) if logins.passwords else None
    place = Place(host, _listed(settings.allowed_hosts), settings.root_path, _listed(settings.trusted_proxies))
    app.add_middleware(Visitors, sessions=sessions)
    if sessions:
        app.add_middleware(Access, logins=logins, sessions=sessions)
    app.add_middleware(Guard)
    app.add_middleware(Hosts, place=place)


def may_edit(settings: Settings, *, host: str) -> bool:
    """Whether articles can be added and removed on the page."""
    if settings.uploads != "auto":
        return settings.uploads == "on"
    return has_password(settings) or is_loopback(bare_name(host))


def has_password(settings: Settings) -> bool:
    """Whether the page and its interfaces ask who comes."""
    return bool(settings.password.get_secret_value() or settings.logins.get_secret_value())


def _listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, text.split(","))))
