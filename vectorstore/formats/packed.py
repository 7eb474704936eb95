"""gzip -> bytes, never more of them than were asked for."""

from __future__ import annotations

import gzip
import io
import zlib

from vectorstore.formats.extracted import UnreadableError
from vectorstore.formats.tidying import too_large


def unpack(data: bytes, *, max_bytes: int) -> bytes:
    """The bytes in a gzip file of one or more members; raises UnreadableError, and holds `max_bytes` + 1 at most."""
    if not data.startswith(b"\x1f\x8b"):
        raise UnreadableError("not a gzip file")
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            unpacked = file.read(max_bytes + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise UnreadableError("not a whole gzip file") from error
    if len(unpacked) > max_bytes:
        raise too_large(max_bytes)
    return unpacked
