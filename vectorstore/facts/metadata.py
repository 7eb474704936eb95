"""What is known of an article, each fact from the place that is believed first; never from the file's own time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from vectorstore.facts.bylines import byline, imprint
from vectorstore.facts.dated_paths import date_of_source, date_of_url
from vectorstore.facts.datelines import dateline
from vectorstore.facts.dates import Dated, parse_date
from vectorstore.facts.declared import (
    Declared,
    Known,
    author_of,
    first_known,
    folded,
    front_matter,
    host_of,
    outlet_of,
    title_of,
    told,
    url_of,
)
from vectorstore.facts.headlines import first_sentence, headline
from vectorstore.facts.languages import contradicts, language_code, text_language
from vectorstore.furniture import front_matter_end, paragraphs
from vectorstore.types import Origins, Precision, Span

_NOTHING: Mapping[str, str] = MappingProxyType({})
_DEFAULT_LANGUAGE = "en"
_UNTOLD = Origins()


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of an article, and where each fact was read; empty where it is not known."""

    title: str
    outlet: str = ""
    author: str = ""
    published: date | None = None
    precision: Precision = ""
    language: str = _DEFAULT_LANGUAGE
    url: str = ""
    origins: Origins = _UNTOLD

    @property
    def published_from(self) -> str:
        """Where the date was read."""
        return self.origins.published


def read_metadata(
    text: str,
    *,
    fields: Mapping[str, str] = _NOTHING,
    fields_from: str = "metadata",
    sidecar: Mapping[str, str] = _NOTHING,
    source: str = "",
) -> Metadata:
    """Sidecar before front matter, before what the format says, before the text, before the URL, before file names.

    `fields` come from the file's format or from a row's columns, as `fields_from` tells; `source` is the path below
    the corpus root.
    """
    places = (folded("sidecar", sidecar), front_matter(text), folded(fields_from, fields))
    content = paragraphs(text)
    url = first_known(told(places, "url", url_of), "")
    outlet = _outlet(places, text, url)
    language = _language(places, text)
    title = _title(places, text, content, outlet=outlet.value, language=language.value)
    author = first_known([*told(places, "author", author_of), Known(byline(text), "byline")], "")
    published = _published(places, text, content, url=url.value, source=source)
    origins = Origins(title.origin, outlet.origin, author.origin, published.origin, language.origin, url.origin)
    day, precision = published.value.day, published.value.precision
    return Metadata(title.value, outlet.value, author.value, day, precision, language.value, url.value, origins)


def _title(places: Sequence[Declared], text: str, content: Sequence[Span], *, outlet: str, language: str) -> Known[str]:
    """Stated, else the headline; a stated title that only names the outlet is none, and its name at the end is cut."""
    name = re.escape(outlet) or r"(?!)"
    at_end = re.compile(rf"\s+[|–—-]\s+{name}$|^{name}$", re.IGNORECASE)
    stated = told(places, "title", lambda value: at_end.sub("", title_of(value)))
    found = first_known([*stated, Known(headline(text, content), "headline")], "")
    if found.value:
        return found
    return first_known([Known(first_sentence(text, content, language), "first sentence")], "")


def _outlet(places: Sequence[Declared], text: str, url: Known[str]) -> Known[str]:
    candidates = [*told(places, "outlet", outlet_of), Known(imprint(text), "imprint"), Known(host_of(url.value), "URL")]
    return first_known(candidates, "")


def _published(
    places: Sequence[Declared], text: str, content: Sequence[Span], *, url: str, source: str
) -> Known[Dated]:
    candidates = [
        *told(places, "published", parse_date),
        Known(dateline(text, content), "dateline"),
        Known(date_of_url(url), "URL"),
        Known(date_of_source(source), "file name"),
    ]
    return first_known(candidates, Dated())


def _language(places: Sequence[Declared], text: str) -> Known[str]:
    """Stated, unless the text clearly is in another one; English where nothing is stated and the text too short."""
    body = text[front_matter_end(text) :]
    stated = first_known(told(places, "language", language_code), "")
    if stated.value and not contradicts(body, stated.value):
        return stated
    return first_known([Known(text_language(body), "text")], _DEFAULT_LANGUAGE)
