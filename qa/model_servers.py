"""Servers of chat models, asked what they offer: one look each, all at once, over in two seconds whatever happens."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from qa.providers import Provider, shown_address

if TYPE_CHECKING:
    import ssl

LONGEST_SECONDS = 2.0
_OLLAMA_PORT = 11434
_ASKED_BY_KEY = {401, 403}


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that a server lists; `window_tokens` is 0 where it does not tell."""

    name: str
    window_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Server:
    """What one look at a server showed; its address holds no secrets."""

    address: str
    reachable: bool
    offers: tuple[Offer, ...] = ()
    why: str = ""
    """What was wrong, if anything was."""

    def offer(self, model: str) -> Offer | None:
        """The model of this name; Ollama's `:latest` may be left out."""
        return next((one for one in self.offers if one.name in (model, f"{model}:latest")), None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where to look, and with which headers."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()


def place_of(provider: Provider, base_url: str) -> Place | None:
    """Where a provider's models are listed; None for a hosted one, which is left in peace."""
    if provider.name == "ollama":
        return Place(f"{(base_url or _ollama_address()).rstrip('/')}/api/tags")
    if not base_url:
        return None
    key = next((value for name in provider.keys if (value := os.environ.get(name))), "")
    if provider.name == "anthropic":
        version = ("anthropic-version", "2023-06-01")
        return Place(f"{base_url.rstrip('/')}/v1/models", (version, *([("x-api-key", key)] if key else [])))
    return Place(f"{base_url.rstrip('/')}/models", (("authorization", f"Bearer {key}"),) if key else ())


def look_at(places: Sequence[Place]) -> tuple[Server, ...]:
    """One look at each place; what has not answered in time counts as silent."""
    if not places:
        return ()
    import httpx  # here, as all that prepares a look, so that it takes none of the servers' time

    found: dict[Place, Server] = {}
    trusted = httpx.create_ssl_context()
    # Daemons, as a look-up of a name cannot be stopped, and nobody should wait for it at the end.
    threads = [threading.Thread(target=_look, args=(place, found, trusted), daemon=True) for place in places]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + LONGEST_SECONDS
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    seen = dict(found)
    return tuple(seen.get(place) or _silent(place) for place in places)


def _silent(place: Place) -> Server:
    return Server(
        shown_address(place.url), reachable=False, why=f"it did not answer within {LONGEST_SECONDS:g} seconds"
    )


def _look(place: Place, found: dict[Place, Server], trusted: ssl.SSLContext) -> None:
    import httpx

    address = shown_address(place.url)
    try:
        response = httpx.get(place.url, headers=dict(place.headers), timeout=LONGEST_SECONDS, verify=trusted)
        offers = _offers(response.json()) if response.is_success else ()
    except httpx.TimeoutException:
        found[place] = _silent(place)
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        found[place] = Server(address, reachable=False, why="it cannot be reached; is it running?")
    except ValueError:
        found[place] = Server(address, reachable=True, why="it does not list its models")
    else:
        found[place] = Server(address, reachable=True, offers=offers, why=_complaint(response.status_code, offers))


def _complaint(status: int, offers: Sequence[Offer]) -> str:
    if status in _ASKED_BY_KEY:
        return f"it rejected the key ({status})"
    if status >= 300:
        return f"it answered {status} when it was asked for its models"
    return "" if offers else "it does not list its models"


def _offers(listing: object) -> tuple[Offer, ...]:
    """Ollama calls its list `models`, all others `data`; anything else lists nothing."""
    rows = (listing.get("models") or listing.get("data")) if isinstance(listing, Mapping) else None
    found = [_offer(row) for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return tuple(one for one in found if one.name)


def _offer(row: Mapping[str, Any]) -> Offer:
    """vLLM tells `max_model_len`, llama.cpp `meta.n_ctx_train`, many tell nothing."""
    meta = row.get("meta")
    told = row.get("max_model_len") or (meta.get("n_ctx_train") if isinstance(meta, Mapping) else 0)
    return Offer(str(row.get("id") or row.get("name") or ""), told if isinstance(told, int) else 0)


def _ollama_address() -> str:
    """Ollama's own variable, in the forms that Ollama takes."""
    host = os.environ.get("OLLAMA_HOST", "").strip().rstrip("/") or "localhost"
    if "://" in host:
        return host
    return f"http://{host}" if urlsplit(f"//{host}").port else f"http://{host}:{_OLLAMA_PORT}"
