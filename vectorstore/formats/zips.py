"""Members of a zip file, read within bounds: a small file on disk must not become a large one in memory."""

from __future__ import annotations

import io
import zipfile
import zlib

from vectorstore.formats.extracted import UnreadableError
from vectorstore.formats.tidying import too_large

_MOST_ENTRIES = 10_000
_BYTES_PER_CHARACTER = 10
"""Markup and pictures beside the text that a document may hold."""
_LEAST_BOUND = 50_000_000
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_ENCRYPTED_FLAG = 1
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, LookupError, ValueError)
"""What reading a damaged zip file raises."""


class BoundedZip:
    """An opened zip file whose members together stay below a bound, as declared and as read."""

    def __init__(self, data: bytes, kind: str, *, max_chars: int) -> None:
        """Opens `data`; raises UnreadableError for what is no zip file, needs a password, or expands too far."""
        self._archive = _opened(data, kind)
        self._kind = kind
        self._max_chars = max_chars
        self._bytes_left = max(_BYTES_PER_CHARACTER * max_chars, _LEAST_BOUND)
        entries = self._archive.infolist()
        if len(entries) > _MOST_ENTRIES:
            raise UnreadableError(f"holds more than {_MOST_ENTRIES:,} entries")
        if sum(entry.file_size for entry in entries) > self._bytes_left:
            raise too_large(max_chars)
        if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
            raise UnreadableError("password-protected")
        self.names = frozenset(entry.filename for entry in entries)

    def read(self, name: str) -> bytes:
        """A member's bytes; raises UnreadableError where it is missing or damaged, or the bound is reached."""
        try:
            with self._archive.open(name) as member:
                data = member.read(self._bytes_left + 1)
        except DAMAGED as error:
            raise not_readable(self._kind) from error
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            raise too_large(self._max_chars)
        return data


def not_readable(kind: str) -> UnreadableError:
    """The reason of a file that is not what its name says, or is damaged."""
    return UnreadableError(f"not a readable {kind} file")


def _opened(data: bytes, kind: str) -> zipfile.ZipFile:
    if data.startswith(_OLE) and _ENCRYPTED_PACKAGE in data:
        raise UnreadableError("password-protected")
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except DAMAGED as error:
        raise not_readable(kind) from error
