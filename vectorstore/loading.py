"""A file -> the articles it holds, with all that is known of them; every offset counts in an article's text."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vectorstore.errors import ArticleError
from vectorstore.facts.metadata import Metadata, read_metadata
from vectorstore.finding import Found, find_files, open_regular, os_reason, shown
from vectorstore.formats.extracted import Extracted, UnreadableError
from vectorstore.formats.registry import format_of, read
from vectorstore.furniture import BLANKS, paragraphs
from vectorstore.types import Article, Skipped

READERS = "formats-1"
"""Part of the index's fingerprint: raise it when the same file would be read differently."""

_OF_THE_TEXT = ("headline", "first sentence", "byline", "dateline", "imprint", "text", "front matter", "unknown")
"""Origins of what a text tells itself: an article of the same text knows the same."""
_MOST_PROBLEMS = 20
_LINE_ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_MOST_LINES = 500_000
"""Each line is weighed for page furniture: what has more is a file of data, and would take minutes."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file holds: its articles, and what of it did not become one."""

    articles: tuple[Article, ...]
    problems: tuple[Skipped, ...] = ()


def find_articles(root: Path) -> tuple[list[Path], list[Skipped]]:
    """Files below `root` with a known suffix, sorted by their `/` path, and what was left out; raises CorpusMissing."""
    listing = find_files(root)
    return [found.path for found in listing.files], list(listing.skipped)


def load_article(root: Path, path: Path, *, max_file_mb: float) -> Article:
    """Read a file that is one article; raises ArticleError with the reason when it cannot become one."""
    loaded = load_file(root, Found(path.relative_to(root).as_posix(), str(path)), max_file_mb=max_file_mb)
    if not loaded.articles:
        problem = loaded.problems[0]
        raise ArticleError(problem.path, problem.why)
    return loaded.articles[0]


def load_file(root: Path, found: Found, *, max_file_mb: float) -> Loaded:
    """Read one file below `root`; a file that cannot be read has no articles, and a problem that says why."""
    try:
        why = _why_unreadable(root, found.path, max_file_mb=max_file_mb)
        if why:
            return _failed(found.source, why)
        kind = format_of(found.path.name)
        extracted = read(kind, _content(found.place, max_file_mb), max_mb=max_file_mb)
    except UnreadableError as error:
        return _failed(found.source, str(error))
    except OSError as error:
        return _failed(found.source, os_reason(error))
    sidecar, problems = _sidecar(found, max_file_mb)
    articles = []
    for one in extracted:
        source = f"{found.source}#{one.row}" if one.row else found.source
        why = one.fields.get("problem", "") or _why_no_article(one.text)
        if why:
            problems.append(Skipped(shown(source), why))
        else:
            articles.append(_article(source, one, sidecar))
    return Loaded(tuple(articles), tuple(_shortened(problems, found.source)))


def _failed(source: str, why: str) -> Loaded:
    return Loaded((), (Skipped(shown(source), why),))


def _shortened(problems: Sequence[Skipped], source: str) -> Iterator[Skipped]:
    yield from problems[:_MOST_PROBLEMS]
    if len(problems) > _MOST_PROBLEMS:
        yield Skipped(shown(source), f"{len(problems) - _MOST_PROBLEMS} more rows hold no article")


def _why_unreadable(root: Path, path: Path, *, max_file_mb: float) -> str:
    """Decided by a stat, before anything is opened: opening a pipe would wait for its writer."""
    status = path.stat()
    if not path.resolve().is_relative_to(root.resolve()):
        return "link that leads out of the folder of articles"
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file"
    if status.st_size > max_file_mb * 1_000_000:
        return _too_large(max_file_mb)
    return "" if status.st_size else "holds no text"


def _content(place: str, max_mb: float) -> bytes:
    """The bytes of a file that may have grown since it was looked at; raises UnreadableError and OSError."""
    most = int(max_mb * 1_000_000)
    with open_regular(place) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise UnreadableError(_too_large(max_mb))
    return content


def _too_large(max_mb: float) -> str:
    return f"larger than {max_mb:g} MB (QA_MAX_FILE_MB)"


def _why_no_article(text: str) -> str:
    if not text.strip(BLANKS):
        return "holds no text"
    if max(map(text.count, _LINE_ENDS)) > _MOST_LINES:
        return f"holds more than {_MOST_LINES:,} lines"
    return "" if paragraphs(text) else "holds no text beside page furniture"


def _sidecar(found: Found, max_file_mb: float) -> tuple[Mapping[str, str], list[Skipped]]:
    """What a `.meta.json` beside a file says of it; one that cannot be read is a problem of its own."""
    if found.sidecar is None:
        return {}, []
    name = shown(found.source.rpartition("/")[0] + "/" * ("/" in found.source) + found.sidecar.name)
    why = "not a JSON object"
    try:
        known = json.loads(_content(found.beside, max_file_mb).decode("utf-8-sig"))
        if isinstance(known, dict):
            return {str(key): _plain(value) for key, value in known.items()}, []
    except UnreadableError as error:
        why = str(error)
    except OSError as error:
        why = os_reason(error)
    except (ValueError, RecursionError):
        pass
    return {}, [Skipped(name, f"{why}; its article was read without it")]


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    if isinstance(value, dict):
        return _plain(value.get("name", ""))
    return "" if value is None else str(value)


def _article(source: str, extracted: Extracted, sidecar: Mapping[str, str]) -> Article:
    known = read_metadata(
        extracted.text,
        fields=extracted.fields,
        fields_from="column" if extracted.row else "metadata",
        sidecar=sidecar,
        source=source,
    )
    return Article(
        id=_identity(source, extracted.text, known),
        title=known.title,
        text=extracted.text,
        source=source,
        outlet=known.outlet,
        author=known.author,
        published=known.published,
        precision=known.precision,
        language=known.language,
        url=known.url,
        origins=known.origins,
    )


def _identity(source: str, text: str, known: Metadata) -> str:
    """Names an article by its place, its text, and what is known of it beside the text."""
    facts = {name: getattr(known.origins, name) for name in known.origins.__slots__}
    beside = [f"{name}={getattr(known, name)}" for name, origin in facts.items() if origin not in _OF_THE_TEXT]
    parts = "\0".join((source, text, *beside, *([known.precision] if beside else [])))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:16]
