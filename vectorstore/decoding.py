"""Bytes of a file -> text, with line ends and a UTF-8 byte order mark kept, so that offsets agree with `open()`."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY_STARTS = (b"%PDF-", b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"\x7fELF")
_CODE_PAGES = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r",
    "cp932", "euc_jp", "iso2022_jp", "gb18030", "big5", "cp949",
]  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f]")
_SAMPLE = 100_000


class NotTextError(ValueError):
    """The bytes are no text in any known encoding."""


def decode(data: bytes) -> str:
    """Text by byte order mark, else strict UTF-8, else the likeliest code page; raises NotTextError."""
    if data.startswith(_BINARY_STARTS):
        raise NotTextError("not a text file")
    text = _decode(data)
    sample = text[:_SAMPLE]
    if len(_CONTROL.findall(sample)) > 0.3 * len(sample) and _CONTROL.sub("", sample).strip():
        raise NotTextError("not a text file")
    return text


def _decode(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
    if b"\0" in data:
        return _wide(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _nearly_utf8(data) or _guess(data)


def _wide(data: bytes) -> str:
    """UTF-16 with no mark: Latin text then has its NUL bytes at the even, or at the odd, places only."""
    even, odd = data[:_SAMPLE:2].count(0), data[1:_SAMPLE:2].count(0)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    if max(even, odd) * 5 < len(data[:_SAMPLE]) or min(even, odd) * 20 > max(even, odd):
        raise NotTextError("not a text file")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotTextError("not a text file") from error


def _nearly_utf8(data: bytes) -> str:
    """UTF-8 with a few broken bytes (a download cut short), or nothing when it is no UTF-8 at all."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    beyond_ascii = len(data) - sum(map(len, re.findall(rb"[\x00-\x7f]+", data)))
    return text if broken * 20 < beyond_ascii else ""


def _guess(data: bytes) -> str:
    from charset_normalizer import from_bytes

    matches = list(from_bytes(data, cp_isolation=_CODE_PAGES))
    if not matches:
        raise NotTextError("not a text file")
    best = matches[0]
    # On a tie the library names cp1250 first, which turns "Peña" into "Peńa".
    ties = [match for match in matches if (match.chaos, match.coherence) == (best.chaos, best.coherence)]
    western = [match for match in ties if match.encoding == "cp1252"]
    return str((western or ties)[0])
