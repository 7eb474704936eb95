"""What a page says of itself in its metadata; never a date that is only guessed from its text or from a file's time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_DATE_NAMES = (
    "article:published_time og:article:published_time og:published_time datepublished rnews:datepublished"
    " citation_publication_date citation_date dc.date.issued dcterms.issued dc.date.published dc.date dc:date"
    " dcterms.date prism.publicationdate parsely-pub-date sailthru.date cxenseparse:publishtime"
    " cxenseparse:recs:publishtime originalpublicationdate publication_date publication-date publicationdate"
    " publish_date publish-date publishdate published_date published_time published pubdate bt:pubdate"
    " article.published article_date_original date"
).split()
_YEAR = re.compile(r"(?:19|20)\d\d")
_DATE_IN_JSON = re.compile(r'"datePublished"\s*:\s*"([^"]{4,40})"')
_ARTICLE_TYPE = re.compile(r"article|posting|report|review", re.I)
_SEPARATOR = re.compile(r"\s+[|\-–—:·•»«]+\s+|\s*\|\s*")
_CHANGED = re.compile(r"updat|modif|chang", re.I)
_TIMES = (
    './/*[@itemprop="datePublished"]',
    ".//time[@pubdate]",
    ".//article//time[@datetime]",
    ".//main//time[@datetime]",
)
_RIGHTS = re.compile(r"©|\(c\)|copyright", re.I)
_MOST_JSON_NODES = 20_000


@dataclass(frozen=True, slots=True)
class _Page:
    """The metadata of a page: what its meta tags say by name, and the article that its JSON-LD describes."""

    tree: HtmlElement
    meta: Mapping[str, str]
    described: Mapping[str, Any]

    def first(self, *names: str) -> str:
        """The first of these meta tags that says something."""
        return next((self.meta[name] for name in names if self.meta.get(name)), "")


def html_fields(tree: HtmlElement) -> dict[str, str]:
    """Title, outlet, author, published, language and URL of a page, as far as its metadata tells them."""
    from trafilatura.metadata import extract_metadata

    known = extract_metadata(tree, date_config={"extensive_search": False, "original_date": True})
    page = _Page(tree, _meta(tree), _described(tree))
    url = _url(page)
    outlet = _outlet(page, known.sitename or "", url)
    return {
        "title": without_outlet(known.title or "", outlet, url),
        "outlet": outlet,
        "author": (known.author or "").replace("; ", ", "),
        "published": _published(page),
        "language": tree.get("lang") or page.first("og:locale", "content-language", "dc.language", "language"),
        "url": url,
    }


def without_outlet(title: str, outlet: str, url: str = "") -> str:
    """A title without the outlet's name or address at its end: "Rain stops play | The Daily" is "Rain stops play"."""
    own = {_bare(outlet), _bare(_host(url)), _bare(_host(url).split(".")[0])} - {""}
    own |= {name.removeprefix("the") for name in own}
    separators = list(_SEPARATOR.finditer(title))
    last = separators[-1] if separators else None
    if last and last.start() and _bare(title[last.end() :]) in own | {f"the{name}" for name in own}:
        return title[: last.start()]
    return title


def _bare(name: str) -> str:
    return "".join(filter(str.isalnum, name)).casefold()


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _meta(tree: HtmlElement) -> dict[str, str]:
    """Content of the meta tags by lower-case name; the first of a name counts."""
    found: dict[str, str] = {}
    for tag in tree.iter("meta"):
        content = (tag.get("content") or "").strip()
        for key in ("property", "name", "itemprop", "http-equiv"):
            if content and tag.get(key):
                found.setdefault(tag.get(key).strip().lower(), content)
    return found


def _described(tree: HtmlElement) -> Mapping[str, Any]:
    """The first article of the JSON-LD, else its first object that has a day of publication, else nothing."""
    nodes = [node for script in tree.iterfind('.//script[@type="application/ld+json"]') for node in _json_ld(script)]
    articles = (node for node in nodes if _ARTICLE_TYPE.search(str(node.get("@type"))))
    dated = (node for node in nodes if node.get("datePublished"))
    return next(articles, None) or next(dated, None) or {}


def _json_ld(script: HtmlElement) -> Iterator[Mapping[str, Any]]:
    """Objects of the script, outer ones first; of a broken one, only the day of publication."""
    content = script.text or ""
    try:
        waiting = [json.loads(content, strict=False)]
    except (ValueError, RecursionError):
        match = _DATE_IN_JSON.search(content)
        waiting = [{"datePublished": match[1]}] if match else []
    for node in waiting:
        if isinstance(node, dict):
            yield node
        children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        if len(waiting) < _MOST_JSON_NODES:
            waiting.extend(child for child in children if isinstance(child, (dict, list)))


def _published(page: _Page) -> str:
    """The day by JSON-LD, meta tags, or a marked time in the article; raw."""
    candidates = [str(page.described.get("datePublished") or ""), *(page.meta.get(name, "") for name in _DATE_NAMES)]
    return next((value for value in (*candidates, *_times(page.tree)) if _YEAR.search(value)), "")


def _times(tree: HtmlElement) -> Iterator[str]:
    for path in _TIMES:
        for element in tree.iterfind(path):
            if not _CHANGED.search(f"{element.get('class')} {element.get('itemprop')}"):
                yield element.get("datetime") or element.get("content") or element.text_content().strip()[:60]


def _outlet(page: _Page, known: str, url: str) -> str:
    publisher = page.described.get("publisher")
    named = publisher.get("name") if isinstance(publisher, dict) else ""
    known = "" if _RIGHTS.search(known) else known
    outlet = page.first("og:site_name") or (named if isinstance(named, str) else "") or known
    return _host(outlet) if outlet.startswith(("http:", "https:")) else outlet.lstrip("@") or _host(url)


def _url(page: _Page) -> str:
    """The canonical address, where it is a whole one."""
    links = page.tree.iterfind('.//link[@rel="canonical"]')
    described = page.described.get("url")
    candidates = [*(link.get("href", "") for link in links), page.first("og:url", "twitter:url"), described]
    whole = (url.strip() for url in candidates if isinstance(url, str) and _host(url.strip()))
    return next((url for url in whole if url.startswith(("http://", "https://"))), "")
