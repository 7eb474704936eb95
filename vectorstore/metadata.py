"""What an article says of itself: title, outlet, author, day of publication; each only where the text tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from vectorstore.furniture import BLANKS, front_matter_end, is_heading, paragraphs
from vectorstore.furniture_lines import byline_author, without_credit
from vectorstore.sentences import sentences
from vectorstore.types import Span

_TITLE_FROM_SENTENCE = 80
_LONGEST_TITLE = 200
_TOP_PARAGRAPHS = 6
_TOP_LINES = 12

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")
_MONTH_FIRST = re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\b", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH},?\s+(?P<year>\d{{4}})\b", re.IGNORECASE)

_TOP_HEADING = re.compile(r"(?:^|[^#])#\s+$")
_CAPTION_END = re.compile(
    r"[(\[][^()\[\]]*(?:\b(?:19|20)\d\d\b|photo|image|file|reuters|afp|\bap\b|getty|handout|via)[^()\[\]]*[)\]]\.?$",
    re.I,
)
_COPYRIGHT = re.compile(
    r"(?:copyright\s*)?(?:©|\(c\)|copyright)\s*(?P<year>(?:19|20)\d\d)(?:\s*[-–—,]\s*(?:19|20)\d\d)*[,.]?\s+(?P<name>\S.{0,120})",
    re.IGNORECASE,
)
_RIGHTS = re.compile(r"[\s.,|;–—-]*\ball rights reserved.*$", re.IGNORECASE)
_SCRIPTS = (
    ("ja", re.compile(r"[\u3041-\u30ff]")),
    ("ko", re.compile(r"[\u1100-\u11ff\uac00-\ud7a3]")),
    ("zh", re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the text tells of itself; empty where it does not tell."""

    title: str
    outlet: str = ""
    author: str = ""
    published: date | None = None
    published_from: str = "unknown"
    language: str = "en"


def read_metadata(text: str) -> Metadata:
    """Metadata from front matter, the headline, a byline and a copyright line; never from the file system."""
    fields = _front_matter(text)
    content = paragraphs(text)
    language = _language(text, fields)
    published = _date(
        _first(fields, "published", "date", "published at", "publication date", "publish date", "pubdate")
    )
    return Metadata(
        title=_shortened(_first(fields, "title", "headline") or _title(text, content, language), _LONGEST_TITLE),
        outlet=_host(_first(fields, "outlet", "source", "publisher", "publication", "site")) or _outlet(text),
        author=_first(fields, "author", "authors", "byline", "by") or _author(text),
        published=published,
        published_from="front matter" if published else "unknown",
        language=language,
    )


def _front_matter(text: str) -> Mapping[str, str]:
    """Keys in lower case, with blanks for `_` and `-`; a list's items are joined by commas."""
    fields: dict[str, str] = {}
    key = ""
    for line in text[: front_matter_end(text)].splitlines()[1:-1]:
        if line.startswith((" ", "\t", "- ")):
            item = _value(line.strip(BLANKS).removeprefix("- "))
            fields[key] = ", ".join(filter(None, (fields.get(key, ""), item)))
            continue
        name, colon, value = line.partition(":")
        if colon and not line.startswith("#"):
            key = re.sub(r"[-_\s]+", " ", name).strip(BLANKS).lower()
            fields.setdefault(key, _value(value))
    return fields


def _value(raw: str) -> str:
    value = raw.strip(BLANKS)
    if value.startswith("[") and value.endswith("]"):
        return ", ".join(filter(None, map(_value, value[1:-1].split(","))))
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return "" if value in ("|", ">", "|-", ">-", "null", "~") else _one_line(value)


def _first(fields: Mapping[str, str], *keys: str) -> str:
    return next((fields[key] for key in keys if fields.get(key)), "")


def _title(text: str, content: list[Span], language: str) -> str:
    """A Markdown heading, else the headline above the body, else the beginning of the first sentence."""
    top = content[:_TOP_PARAGRAPHS]
    for paragraph in top:
        if _TOP_HEADING.search(text[max(0, paragraph.start - 8) : paragraph.start]):
            return _one_line(paragraph.of(text))
    headlines = list(_headlines([_whole_line(text, paragraph) for paragraph in top]))
    if headlines:
        # One or two words above a longer headline name a section of the paper.
        return next((line for line in headlines if len(line.split()) > 2), headlines[0])
    if not content:
        return ""
    first = sentences(text, content[0], language)[0].of(text)
    return _shortened(_one_line(first), _TITLE_FROM_SENTENCE)


def _whole_line(text: str, paragraph: Span) -> str:
    """The paragraph with the image credit that was cut from its end, which tells a caption."""
    return _one_line(paragraph.of(text) + (text[paragraph.end : paragraph.end + 200].splitlines() or [""])[0])


def _headlines(lines: list[str]) -> Iterator[str]:
    """The headlines above the body, between which a caption or a date may stand."""
    for line in lines:
        if _CAPTION_END.search(line) or without_credit(line) != line or _is_date(line):
            continue
        announces = is_heading(line) or (line.endswith("!") and len(line) <= 120)
        if not announces or line.endswith((":", ",", ";")):
            return
        yield line


def _is_date(line: str) -> bool:
    """Whether a line holds a date, and beside it no more than a weekday or `Published:`."""
    match = _MONTH_FIRST.search(line) or _DAY_FIRST.search(line) or _ISO.search(line)
    return bool(match) and sum(map(str.isalpha, line)) - sum(map(str.isalpha, match[0] if match else "")) <= 12


def _author(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip(BLANKS)]
    for line in lines[:_TOP_LINES] + lines[-4:]:
        name = byline_author(line.strip(BLANKS))
        if name:
            return name
    return ""


def _outlet(text: str) -> str:
    """The owner on the last copyright line that names a year; a line without one credits a picture."""
    for line in reversed(text.splitlines()):
        match = _COPYRIGHT.match(line.strip(BLANKS)) if len(line) <= 300 else None
        if match:
            name = _RIGHTS.sub("", match["name"]).strip(BLANKS + ".|,")
            return _one_line(re.sub(r"^by\s+", "", name))
    return ""


def _host(value: str) -> str:
    """The outlet's name, or the host when an address is given."""
    return (urlsplit(value).hostname or "").removeprefix("www.") if re.match(r"https?://", value) else value


def _date(value: str) -> date | None:
    """A day in ISO or common English form; no guess between day and month."""
    iso = _ISO.match(value)
    try:
        if iso:
            return date(*map(int, iso.groups()))
        match = _MONTH_FIRST.search(value) or _DAY_FIRST.search(value)
        if match:
            return date(int(match["year"]), _MONTHS.index(match["month"][:3].lower()) + 1, int(match["day"]))
    except ValueError:
        return None
    return None


def _language(text: str, fields: Mapping[str, str]) -> str:
    """The stated language, else one by script: Latin script counts as English."""
    stated = re.match(r"[a-z]{2,3}(?![a-z])", _first(fields, "language", "lang").lower())
    if stated:
        return stated[0]
    sample = text[:4000]
    letters = sum(map(str.isalpha, sample))
    counts = {code: len(script.findall(sample)) for code, script in _SCRIPTS}
    counts["ja"] *= 3  # Japanese is mostly written with the characters it shares with Chinese
    code = max(counts, key=lambda name: counts[name])
    return code if counts[code] * 2 > letters else "en"


def _one_line(value: str) -> str:
    """Without line breaks, control and direction characters, and Markdown emphasis around it."""
    visible = value if value.isprintable() else "".join(char if char.isprintable() else " " for char in value)
    return " ".join(visible.split()).strip("*_`# ")


def _shortened(title: str, longest: int) -> str:
    if len(title) <= longest:
        return title
    head = title[: longest - 1]
    kept = head.rpartition(" ")[0] if " " in head[longest // 2 :] else head
    return kept.rstrip(BLANKS + ",;:–—-") + "…"
