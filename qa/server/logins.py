"""Who may come in: passwords, the sessions they open, and the secret of this server that signs them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import secrets
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vectorstore.errors import SettingsError

SESSION_SECONDS = 30 * 24 * 3600
_SECRET = re.compile(rb"[0-9a-f]{64}")
_EVERYBODY = ""
"""The name of whoever comes with the password for all."""


@dataclass(frozen=True, slots=True)
class Logins:
    """The passwords that are taken, by name; the one for all has the empty name."""

    passwords: Mapping[str, str] = field(repr=False)

    @property
    def has_names(self) -> bool:
        """Whether anybody logs in by name."""
        return any(self.passwords)

    @property
    def has_common_password(self) -> bool:
        """Whether a password alone is enough."""
        return _EVERYBODY in self.passwords

    def matches(self, name: str, password: str) -> bool:
        """Whether the password is that of the name; takes the same time for any name and any password."""
        expected = self.passwords.get(name, "")
        return hmac.compare_digest(_digest(password), _digest(expected)) and bool(expected)


def read_logins(password: str = "", logins: str = "") -> Logins:
    """From `QA_PASSWORD`, and `QA_LOGINS` as `anna:secret,ben:secret`; raises SettingsError, without any password."""
    passwords = {_EVERYBODY: password} if password else {}
    for at, pair in enumerate(filter(None, map(str.strip, logins.split(","))), start=1):
        name, _, secret = (part.strip() for part in pair.partition(":"))
        if not name or not secret:
            raise SettingsError(f"QA_LOGINS: the {at}. login is not name:password; write anna:secret,ben:secret")
        if name in passwords:
            raise SettingsError(f"QA_LOGINS: there are two logins of the name {name}")
        passwords[name] = secret
    return Logins(passwords)


def read_secret(folder: Path) -> bytes:
    """The secret of the server whose index is in this folder, made at its first start; only its owner may read it."""
    path = folder / "secret"
    try:
        if not path.exists() or not _SECRET.fullmatch(path.read_bytes().strip()):
            folder.mkdir(parents=True, exist_ok=True)
            _write(path, secrets.token_hex(32))
        return path.read_bytes().strip()
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be kept ({error.strerror}); choose another folder with QA_INDEX_DIR"
        ) from error


class Sessions:
    """Signed tokens for those who logged in; another password or another secret ends them."""

    def __init__(self, logins: Logins, secret: bytes) -> None:
        self._logins = logins
        self._secret = secret

    @property
    def cookie(self) -> str:
        """The cookie's name, another one for each server: browsers share cookies between ports."""
        return f"footnote_session_{hmac.new(self._secret, b'cookie', hashlib.sha256).hexdigest()[:8]}"

    def open(self, name: str) -> str:
        """A token for a name that has just logged in."""
        told = f"{base64.urlsafe_b64encode(name.encode()).decode()}.{int(time.time()) + SESSION_SECONDS}"
        return f"{told}.{self._signature(name, told)}"

    def name_of(self, token: str) -> str | None:
        """Who a token was opened for; None for one that is not valid, or not any more."""
        told, _, signature = token.rpartition(".")
        encoded, _, ends = told.partition(".")
        try:
            name = base64.urlsafe_b64decode(encoded.encode("ascii")).decode()
        except (ValueError, binascii.Error):
            return None
        if not hmac.compare_digest(signature.encode(), self._signature(name, told).encode()):
            return None
        return name if name in self._logins.passwords and int(ends) > time.time() else None

    def visitor_of(self, name: str) -> str:
        """32 hex digits that stand for a name, the same on every machine."""
        return hmac.new(self._secret, f"visitor:{name}".encode(), hashlib.sha256).hexdigest()[:32]

    def _signature(self, name: str, told: str) -> str:
        password = self._logins.passwords.get(name, "")
        key = hmac.new(self._secret, b"session:" + _digest(password), hashlib.sha256).digest()
        return hmac.new(key, told.encode(), hashlib.sha256).hexdigest()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _write(path: Path, text: str) -> None:
    # mkstemp gives 0600; a reader sees the old file or the whole new one.
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix="secret-")
    with os.fdopen(handle, "w") as file:
        file.write(text)
    Path(aside).replace(path)
