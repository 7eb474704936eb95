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
_ASCII = bytes(range(128))
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f]")
_MIXED = re.compile(r"[A-Za-z][\u0370-\u07ff]|[\u0370-\u07ff][A-Za-z]")
_EAST_ASIAN = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef]")
_SAMPLE = 200_000
_BEFORE = 1_000
_MOST_BROKEN = 0.05
_CANDIDATES = 8


class NotTextError(ValueError):
    """The bytes are no text in any known encoding."""


def decode(data: bytes) -> str:
    """Text by byte order mark, else strict UTF-8, else the likeliest other encoding; raises NotTextError."""
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
    return _seven_bit(data) or _eight_bit(data)


def _wide(data: bytes) -> str:
    """UTF-16 or UTF-32 with no mark."""
    sample = data[:_SAMPLE]
    likeliest = [_latin_in_utf16(sample), *_likeliest(sample), _east_asian_in_utf16(sample)]
    text = _strictly(data, likeliest, families=("utf-16", "utf-32"))
    if not text or "\0" in text:
        raise NotTextError("not a text file")
    return text


def _latin_in_utf16(sample: bytes) -> str:
    """Latin text in UTF-16 has its NUL bytes at the even, or at the odd, places only."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 5 < len(sample) or min(even, odd) * 20 > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _east_asian_in_utf16(sample: bytes) -> str:
    """Such text has NUL bytes in its line ends alone; of random bytes, six in ten would be East Asian characters.

    In pairs, ASCII letters would be too, but half of the bytes of such text lie beyond ASCII.
    """
    if len(sample.translate(None, _ASCII)) * 6 < len(sample):
        return ""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = sample.decode(encoding, "ignore")
        if len(_EAST_ASIAN.findall(text)) > 0.8 * len(text):
            return encoding
    return ""


def _seven_bit(data: bytes) -> str:
    """Text of ASCII bytes with escapes to Japanese, Korean or Chinese, or nothing when it is none."""
    escape = re.search(rb"\x1b[$(]|~\{", data) if data.isascii() else None
    if not escape:
        return ""
    return _strictly(data, _likeliest(_part(data, escape.start())), families=("iso-2022", "hz"))


def _strictly(data: bytes, encodings: list[str], *, families: tuple[str, ...]) -> str:
    for encoding in encodings:
        if encoding.startswith(families):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
    return ""


def _eight_bit(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _with_few_broken(data, "utf-8") or _guess(data)


def _with_few_broken(data: bytes, encoding: str) -> str:
    """Text with U+FFFD for a few broken bytes (a download cut short), or nothing when the encoding does not fit."""
    text = data.decode(encoding, "replace")
    beyond_ascii = len(data.translate(None, _ASCII))
    return text if text.count("\ufffd") < max(1, _MOST_BROKEN * beyond_ascii) else ""


def _guess(data: bytes) -> str:
    """By the likeliest encoding in which words do not mix Latin letters with Greek or Cyrillic ones, as in `cafι`."""
    first = re.search(rb"[\x80-\xff]", data)
    sample = _part(data, first.start() if first else 0)
    # Behind a line end no text is taken for the picture or archive whose first bytes it shares, as "BMW" does.
    encodings = _likeliest(b"\n" + sample)[:_CANDIDATES]
    unmixed = [encoding for encoding in encodings if not _mixes_scripts(sample, encoding)]
    for encoding in unmixed or encodings:
        text = _with_few_broken(data, encoding)
        if text:
            return text
    raise NotTextError("not a text file")


def _part(data: bytes, place: int) -> bytes:
    """A sample around the first place that tells something."""
    start = max(0, place - _BEFORE)
    return data[start : start + _SAMPLE]


def _mixes_scripts(sample: bytes, encoding: str) -> bool:
    text = sample.decode(encoding, "replace")
    return len(_MIXED.findall(text)) > _MOST_BROKEN * sum(not character.isascii() for character in text)


def _likeliest(sample: bytes) -> list[str]:
    """Encodings that the sample can be in, the likeliest first; none for binary data."""
    from chardet import EncodingEra, detect_all

    found = detect_all(sample, ignore_threshold=True, encoding_era=EncodingEra.ALL & ~EncodingEra.MAINFRAME)
    return [each["encoding"].lower() for each in found if each["encoding"]]
