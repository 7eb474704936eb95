"""E-books: the chapters in reading order, as their pages show them. No well-kept library has a permissive licence."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from vectorstore.formats.extracted import Extracted, UnreadableError
from vectorstore.formats.markup import decode_html, parse_html, visible_text
from vectorstore.formats.tidying import as_article, need_room, real_author, real_title, tidy
from vectorstore.formats.zips import BoundedZip, not_readable

if TYPE_CHECKING:
    from lxml.etree import _Element

_CONTAINER = "META-INF/container.xml"
_RIGHTS = "META-INF/rights.xml"
_DUBLIN_CORE = {
    "title": "title", "author": "creator", "published": "date", "language": "language", "outlet": "publisher",
}  # fmt: skip
_CHAPTER_TYPES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")


def read_epub(data: bytes, *, max_chars: int) -> list[Extracted]:
    """The text of a book, its title, author, publisher, date and language; raises UnreadableError."""
    members = BoundedZip(data, "EPUB", max_chars=max_chars)
    if _RIGHTS in members.names:
        raise UnreadableError("encrypted (DRM)")
    package_name = _package_name(_parsed(members.read(_CONTAINER)))
    package = _parsed(members.read(package_name))
    chapters: list[str] = []
    for name in _spine(package, posixpath.dirname(package_name)):
        if name in members.names:
            chapters.append(_chapter(members.read(name)))
            need_room(sum(map(len, chapters)), max_chars=max_chars)
    return as_article("\n\n".join(filter(None, chapters)), _fields(package), max_chars=max_chars)


def _parsed(data: bytes) -> _Element:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(data, parser) if data.strip() else None
    if root is None:
        raise not_readable("EPUB")
    return root


def _package_name(container: _Element) -> str:
    paths = [str(path) for element in container.iter("{*}rootfile") if (path := element.get("full-path"))]
    if not paths:
        raise not_readable("EPUB")
    return paths[0]


def _spine(package: _Element, folder: str) -> list[str]:
    """Names of the chapters in reading order; the table of contents is none."""
    items = {item.get("id"): item for item in package.iter("{*}item")}
    order = [
        items[reference.get("idref")] for reference in package.iter("{*}itemref") if reference.get("idref") in items
    ]
    chapters = [item for item in order if item.get("media-type") in _CHAPTER_TYPES and not _is_contents(item)]
    return [posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or ""))) for item in chapters]


def _is_contents(item: _Element) -> bool:
    return "nav" in (item.get("properties") or "").split()


def _chapter(data: bytes) -> str:
    try:
        return tidy(visible_text(parse_html(decode_html(data))))
    except UnreadableError:
        return ""


def _fields(package: _Element) -> dict[str, str]:
    """What the book tells of itself by Dublin Core; several authors are joined by commas."""
    fields = {field: ", ".join(_texts(package, name)) for field, name in _DUBLIN_CORE.items()}
    return {**fields, "title": real_title(fields["title"]), "author": real_author(fields["author"])}


def _texts(package: _Element, name: str) -> list[str]:
    elements: list[Any] = list(package.iter(f"{{http://purl.org/dc/elements/1.1/}}{name}"))
    texts = ["".join(element.itertext()).strip() for element in elements if not _is_other_date(element)]
    return list(filter(None, texts)) if name == "creator" else list(filter(None, texts))[:1]


def _is_other_date(element: Any) -> bool:
    """A date of modification or conversion."""
    event = element.get("{http://www.idpf.org/2007/opf}event", "publication")
    return str(event) not in ("publication", "original-publication")
