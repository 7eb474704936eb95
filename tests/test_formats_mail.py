"""An e-mail becomes its body, with the subject as title, the sender as author and its day."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from vectorstore.formats.extracted import Extracted, UnreadableError
from vectorstore.formats.mail import read_eml

HEAD = b"From: Ada Bell <ada@ulm.example>\r\nSubject: The bridge\r\nDate: Sun, 30 Nov 2025 23:30:00 -0500\r\n"


def read(data: bytes | EmailMessage) -> Extracted:
    (article,) = read_eml(data if isinstance(data, bytes) else data.as_bytes(), max_chars=1_000_000)
    return article


def message(**headers: str) -> EmailMessage:
    made = EmailMessage()
    for name, value in {"Subject": "The bridge", "From": "ada@ulm.example", **headers}.items():
        made[name] = value
    return made


def test_subject_sender_and_day_are_told() -> None:
    article = read(HEAD + b"\r\nIt is closed.\r\n\r\nNobody minds.\r\n")
    assert article.text == "It is closed.\n\nNobody minds."
    assert article.fields == {"title": "The bridge", "author": "Ada Bell", "published": "2025-11-30"}


def test_encoded_headers_are_decoded_and_an_address_stands_for_a_missing_name() -> None:
    sent = message(Subject="Über die Brücke")
    sent.set_content("Gesperrt.")
    assert read(sent).fields == {"title": "Über die Brücke", "author": "ada@ulm.example"}
    assert read(HEAD.replace(b"The bridge", "Brücke".encode("cp1252")) + b"\r\nZu.").fields["title"] == "Brücke"


def test_several_senders_are_all_told() -> None:
    sent = message()
    sent.replace_header("From", '"Bell, Ada" <ada@ulm.example>, Bo Cole <bo@ulm.example>')
    sent.set_content("Closed.")
    assert read(sent).fields["author"] == "Bell, Ada, Bo Cole"


def test_the_plain_body_is_preferred_and_html_read_where_there_is_none() -> None:
    sent = message()
    sent.set_content("It is closed.\n")
    sent.add_alternative("<p>It is <b>shut</b>.</p>", subtype="html")
    assert read(sent).text == "It is closed."
    only = message()
    only.set_content("<p>It is <b>shut</b>.</p><p style='display:none'>secret</p><p>Go round.</p>", subtype="html")
    assert read(only).text == "It is shut.\n\nGo round."


def test_an_empty_plain_body_does_not_hide_the_other() -> None:
    sent = message()
    sent.set_content("\n")
    sent.add_alternative("<p>It is shut.</p>", subtype="html")
    assert read(sent).text == "It is shut."


def test_attachments_are_not_read() -> None:
    sent = message()
    sent.set_content("See the file.")
    sent.add_attachment("a secret", filename="a.txt")
    sent.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="a.pdf")
    assert read(sent).text == "See the file."


@pytest.mark.parametrize("charset", ["iso-8859-7", "koi8-r", "shift_jis", "utf-8", "unknown-8bit"])
def test_bodies_are_decoded_by_their_charset(charset: str) -> None:
    words = {"iso-8859-7": "Η γέφυρα έκλεισε", "koi8-r": "Мост закрыт", "shift_jis": "橋は閉鎖"}.get(
        charset, "Brücke zu"
    )
    body = words.encode("utf-8" if charset == "unknown-8bit" else charset)
    assert read(HEAD + f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + body).text == words


def test_a_mail_saved_as_utf16_is_read() -> None:
    assert read((HEAD + b"\r\nIt is closed.").decode().encode("utf-16")).text == "It is closed."


@pytest.mark.parametrize(
    "broken",
    [
        b"Date: not a day\r\n", b"Date: \r\n", b"From: <<>>,;@ \r\n", b"From: \xff\xfe <a@\r\n",
        b"Subject: =?utf-8?q?=ZZ?=\r\n",
        b"Content-Type: multipart/mixed\r\n", b"Content-Type: ;;;\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Type: text/plain; charset=\"\xff\"\r\n", b"To: \x00\r\n", b"Message-ID: [\r\n",
    ],
)  # fmt: skip
def test_broken_messages_are_read_or_give_a_reason(broken: bytes) -> None:
    try:
        assert read(b"X-Sent: 1\r\nTo: b@ulm.example\r\n" + broken + b"\r\nIt is closed.").text
    except UnreadableError as error:
        assert str(error) in ("holds no text", "not a readable e-mail")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not a readable e-mail"),
        (b"It is closed.\nNobody minds.", "not a readable e-mail"),
        (HEAD, "holds no text"),
        (HEAD + b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\n\r\nMIIB", "encrypted"),
        (HEAD + b'Content-Type: multipart/encrypted; boundary="b"\r\n\r\n--b\r\n\r\nVersion: 1\r\n--b--', "encrypted"),
        (HEAD + b"Content-Type: image/png\r\n\r\nxx", "holds no text"),
    ],
    ids=["empty", "no headers", "no body", "s/mime", "pgp", "picture"],
)
def test_a_mail_without_a_body_to_read_gives_its_reason(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableError) as raised:
        read(data)
    assert str(raised.value) == why
