"""E-mails (eml): subject, sender, day and body; attachments are left alone."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

from vectorstore.decoding import NotTextError, decode
from vectorstore.formats.extracted import Extracted, UnreadableError
from vectorstore.formats.markup import decode_html, parse_html, visible_text
from vectorstore.formats.tidying import as_article, one_line, tidy

_ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_HEADERS = ("from", "to", "date", "subject", "received", "message-id", "content-type", "mime-version")
_BROKEN_HEADER = (ValueError, LookupError, AttributeError, TypeError)
"""What the standard library raises at headers that it should forgive."""


def read_eml(data: bytes, *, max_chars: int) -> list[Extracted]:
    """The body of an e-mail, with its subject as the title and its sender as the author; raises UnreadableError."""
    message = _parsed(data)
    body = "\n\n".join(filter(None, _texts(message)))
    if not body and any(part.get_content_type() in _ENCRYPTED for part in message.walk()):
        raise UnreadableError("encrypted")
    fields = {"title": _header(message, "subject"), "author": _sender(message), "published": _day(message)}
    return as_article(body, fields, max_chars=max_chars)


def _parsed(data: bytes) -> EmailMessage:
    try:
        data = decode(data).encode("utf-8", "replace") if b"\0" in data[:1_000] else data  # saved as UTF-16
    except NotTextError as error:
        raise UnreadableError("not a readable e-mail") from error
    message = email.message_from_bytes(data.lstrip(), policy=email.policy.default)
    if not isinstance(message, EmailMessage) or not any(name in message for name in _HEADERS):
        raise UnreadableError("not a readable e-mail")
    return message


def _texts(part: Any) -> Iterator[str]:
    """Bodies in order; of two forms of the same body, the plain one where it says anything."""
    kind = part.get_content_type()
    if part.is_attachment() or part.get_filename() or kind in _ENCRYPTED:
        return
    if kind == "multipart/alternative":
        forms = (form for subtype in ("plain", "html") if (form := part.get_body((subtype,))) is not None)
        yield next(filter(None, map(_text, forms)), "")
    elif part.get_content_maintype() in ("multipart", "message"):
        for inner in part.iter_parts():
            yield from _texts(inner)
    elif kind in ("text/plain", "text/html"):
        yield _text(part)


def _text(part: Any) -> str:
    data = part.get_payload(decode=True) or b""
    charset = str(part.get_content_charset() or "")
    try:
        if part.get_content_type() == "text/html":
            return tidy(visible_text(parse_html(_declared(data, charset) or decode_html(data))))
        return tidy(_declared(data, charset) or decode(data))
    except (NotTextError, UnreadableError):
        return ""


def _declared(data: bytes, charset: str) -> str:
    """The text in the charset that the part declares, or nothing where it is in another."""
    try:
        return data.decode(charset) if charset not in ("", "us-ascii") else ""
    except (LookupError, ValueError):
        return ""


def _header(message: EmailMessage, name: str) -> str:
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name), "")
    try:
        return one_line(str(message[name] or "") if raw.isascii() else decode(raw.encode("utf-8", "surrogateescape")))
    except (*_BROKEN_HEADER, NotTextError):
        return one_line(raw)


def _sender(message: EmailMessage) -> str:
    """Names of the senders; the address of one who gives no name."""
    try:
        addresses = getattr(message["from"], "addresses", ())
        names = [address.display_name or address.addr_spec for address in addresses]
    except _BROKEN_HEADER:
        names = []
    known = ", ".join(name for name in names if name and name.isprintable())
    return known if known and "\ufffd" not in known else _header(message, "from")


def _day(message: EmailMessage) -> str:
    """The day on which it was sent, by the sender's own clock; as it stands where it is written in no usual form."""
    try:
        moment = getattr(message["date"], "datetime", None)
    except _BROKEN_HEADER:
        moment = None
    return moment.date().isoformat() if moment else _header(message, "date")
