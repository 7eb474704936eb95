"""A name that a browser gives a file -> one that is safe in the folder of articles."""

from __future__ import annotations

import re
import unicodedata

from qa.commands.coverage import file_of
from vectorstore.finding import SIDECAR
from vectorstore.formats.registry import SUFFIXES, format_of

MOST_BYTES = 150

_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])[ ]*(?:\.|$)", re.IGNORECASE)
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def safe_name(name: str) -> str:
    """The last part of a path, without what hides, steers or is reserved on some system; may come out empty."""
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    seen = "".join(character for character in last if unicodedata.category(character) not in _UNSEEN)
    plain = " ".join(_FORBIDDEN.sub("_", seen).split()).lstrip(".~$ ").rstrip(". ")
    if file_of(plain) != plain:  # it would read as a row of a table
        plain = plain.replace("#", "_")
    return _shortened(f"_{plain}" if _RESERVED.match(plain) else plain)


def why_no_name(name: str) -> str:
    """Why a file of this name is no article, in a few words; empty for one that some reader takes."""
    if not name:
        return "its name is empty"
    if name.lower().endswith(SIDECAR):
        return "tells of another file; put it beside that one by hand"
    kind = format_of(name)
    if kind in SUFFIXES and len(kind) < len(name):
        return ""
    return f"no reader for {kind} files" if re.fullmatch(r"\.\w{1,12}", kind) else "its name has no suffix"


def numbered(name: str, number: int) -> str:
    """The name of the second, third, … file of one name: `a (2).txt`; the first keeps it."""
    stem = name[: len(name) - len(format_of(name))]
    return f"{stem} ({number}){name[len(stem) :]}" if number > 1 else name


def _shortened(name: str) -> str:
    if len(name.encode()) <= MOST_BYTES:
        return name
    kind = format_of(name) if format_of(name) in SUFFIXES else ""
    stem = name[: len(name) - len(kind)].encode()[: MOST_BYTES - len(kind)].decode(errors="ignore")
    return stem.rstrip(". ") + name[len(name) - len(kind) :]
