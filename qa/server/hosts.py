"""Under which names the server is asked for, and what a reverse proxy before it tells of the real request."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from qa.server.asgi import App, Receive, Scope, Send, header, refuse
from vectorstore.errors import SettingsError

_LOOPBACK_NAMES = ("localhost", "ip6-localhost")
_ANYWHERE = ("", "0.0.0.0", "::")
_FORWARDED = re.compile(rb"x-forwarded-|forwarded$|x-gradio-server$")
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}(?::\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](?::\d{1,5})?")
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the server listens, and what stands before it."""

    host: str = "127.0.0.1"
    """The address it listens on."""
    allowed_hosts: tuple[str, ...] = ()
    """The names it answers to besides; none: any, where it listens for other machines."""
    root_path: str = ""
    """The path under which a proxy shows it, such as `/footnote`."""
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    """Addresses or networks whose word on the real request is taken; `*` for any."""

    def __post_init__(self) -> None:
        if self.root_path and not _PREFIX.fullmatch(self.root_path.rstrip("/")):
            raise SettingsError(f"QA_ROOT_PATH={self.root_path}: write it as /footnote")
        for trusted in self.trusted_proxies:
            try:
                _network(trusted)
            except ValueError as error:
                raise SettingsError(
                    f"QA_TRUSTED_PROXIES={trusted}: write an address, a network such as 10.0.0.0/8, or *"
                ) from error

    def admits(self, host: str) -> bool:
        """Whether a request with this Host header is answered: a web site may point its own name at this machine."""
        name = bare_name(host)
        if not name or is_loopback(name) or name == bare_name(self.host):
            return True
        if not self.allowed_hosts:
            return not is_loopback(self.host)
        return any(name == bare_name(allowed) or allowed == "*" for allowed in self.allowed_hosts)

    def trusts(self, address: str) -> bool:
        """Whether a request comes from a proxy of ours."""
        if "*" in self.trusted_proxies:
            return True
        try:
            place = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(place in _network(trusted) for trusted in self.trusted_proxies)


def bare_name(host: str) -> str:
    """The name of a Host header: without port and brackets, in small letters."""
    name = host.strip().lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return (name if name.count(":") > 1 else name.partition(":")[0]).rstrip(".")


def is_loopback(name: str) -> bool:
    """Whether a name or an address always means the machine itself."""
    if name in _LOOPBACK_NAMES or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def check_exposure(host: str, *, has_password: bool) -> str:
    """A warning for whoever starts the server so that other machines reach it without a password; else empty."""
    if has_password or is_loopback(bare_name(host)):
        return ""
    where = "this machine" if host in _ANYWHERE else host
    return f"anyone who can reach {where} can read your articles; set QA_PASSWORD or QA_LOGINS"


@cache
def _network(written: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network("::/0" if written == "*" else written, strict=False)


class Hosts:
    """ASGI middleware, the outermost: refuses unknown hosts, and sets the request right as a trusted proxy tells it.

    Behind it `scope` has the real scheme, host, client and `root_path`, and no header of a proxy is left to believe.
    """

    def __init__(self, app: App, place: Place) -> None:
        self._app = app
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        # The name that a browser asked for is looked at, not what another header says of it.
        elif not self._place.admits(header(scope, b"host")):
            await refuse(send, 421, "This server does not answer to that name; QA_ALLOWED_HOSTS lists those it does.")
        else:
            await self._app(self._set_right(scope), receive, send)

    def _set_right(self, scope: Scope) -> Scope:
        trusted = self._place.trusts((scope.get("client") or ("",))[0])
        changed = {**scope, "headers": [(n, v) for n, v in scope["headers"] if not _FORWARDED.match(n)]}
        if trusted:
            _believe(changed, scope, self._place)
        _put_below(changed, (trusted and _prefix(scope)) or self._place.root_path)
        return changed


def _believe(changed: MutableMapping[str, Any], scope: Scope, place: Place) -> None:
    scheme, host = _first(scope, b"x-forwarded-proto"), _first(scope, b"x-forwarded-host")
    if scheme in ("http", "https"):
        changed["scheme"] = scheme
    if _HOST.fullmatch(host):
        others = [(name, value) for name, value in changed["headers"] if name != b"host"]
        changed["headers"] = [(b"host", host.encode("ascii")), *others]
    client = _client(header(scope, b"x-forwarded-for").split(","), place)
    if client:
        changed["client"] = (client, 0)


def _client(addresses: Iterable[str], place: Place) -> str:
    """The nearest address that is no proxy of ours: what stands before it anybody may have written."""
    for address in reversed([bare_name(one) for one in addresses if one.strip()]):
        if "*" in place.trusted_proxies or not place.trusts(address):
            return address
    return ""


def _prefix(scope: Scope) -> str:
    prefix = _first(scope, b"x-forwarded-prefix").rstrip("/")
    return prefix if _PREFIX.fullmatch(prefix) else ""


def _put_below(changed: MutableMapping[str, Any], root_path: str) -> None:
    """Have the path begin with the root path, whether the proxy took it away or not."""
    root = root_path.rstrip("/")
    path = changed["path"]
    if not root:
        return
    changed["root_path"] = root
    changed["path"] = f"{root}/" if path == root else path if path.startswith(f"{root}/") else root + path


def _first(scope: Scope, name: bytes) -> str:
    return header(scope, name).partition(",")[0].strip()
