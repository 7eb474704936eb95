"""Word and OpenDocument texts, e-books and rich text become their words in order; bombs and locked files say why."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime

import docx
import odfdo
import pytest
from docx.oxml import OxmlElement

from vectorstore.formats.epub import read_epub
from vectorstore.formats.extracted import Extracted, UnreadableError
from vectorstore.formats.opendocument import read_odt
from vectorstore.formats.rtf import read_rtf
from vectorstore.formats.word import read_docx

Reader = Callable[..., list[Extracted]]
ZIPPED = pytest.mark.parametrize("read", [read_docx, read_odt, read_epub])
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
CHAPTER = "<html xmlns='http://www.w3.org/1999/xhtml'><body><h1>{}</h1><p>{}</p></body></html>"


def article(read: Reader, data: bytes, max_chars: int = 1_000_000) -> Extracted:
    (found,) = read(data, max_chars=max_chars)
    return found


def why(read: Reader, data: bytes, max_chars: int = 1_000_000) -> str:
    with pytest.raises(UnreadableError) as raised:
        read(data, max_chars=max_chars)
    return str(raised.value)


def word(document: docx.document.Document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def open_document(*elements: odfdo.Element) -> odfdo.Document:
    document = odfdo.Document("text")
    document.body.clear()
    document.body.extend(elements)
    return document


def saved(document: odfdo.Document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def with_member(data: bytes, name: str, content: str | bytes) -> bytes:
    """The same zip file with one member's content replaced, or added."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members: dict[str, str | bytes] = {entry: archive.read(entry) for entry in archive.namelist()}
    return zipped({**members, name: content})


def book(**more: str) -> dict[str, str | bytes]:
    """An e-book whose spine tells its second file first."""
    metadata = (
        "<metadata xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:opf='http://www.idpf.org/2007/opf'>"
        "<dc:title>The Ferry</dc:title><dc:creator>Ada Bell</dc:creator><dc:creator>Bo Cole</dc:creator>"
        "<dc:date opf:event='modification'>2020-01-01</dc:date><dc:date>1913</dc:date>"
        "<dc:language>en</dc:language><dc:publisher>Ulm Press</dc:publisher></metadata>"
    )
    items = (
        "<item id='b' href='b%20.xhtml' media-type='application/xhtml+xml'/>"
        "<item id='a' href='text/a.xhtml' media-type='application/xhtml+xml'/>"
        "<item id='n' href='nav.xhtml' properties='nav' media-type='application/xhtml+xml'/>"
    )
    spine = "<spine><itemref idref='n'/><itemref idref='a'/><itemref idref='b'/><itemref idref='gone'/></spine>"
    rootfile = "<rootfiles><rootfile full-path='OEBPS/book.opf'/></rootfiles>"
    return {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": f"<container xmlns='urn:x'>{rootfile}</container>",
        "OEBPS/book.opf": f"<package xmlns='http://www.idpf.org/2007/opf'>{metadata}<manifest>{items}</manifest>{spine}</package>",
        "OEBPS/nav.xhtml": CHAPTER.format("Contents", "One, Two"),
        "OEBPS/text/a.xhtml": CHAPTER.format("One", "She took the ferry."),
        "OEBPS/b .xhtml": CHAPTER.format("Two", "It ran at night.<script>x()</script>"),
        **more,
    }


def test_a_word_document_gives_headings_paragraphs_and_tables_in_order() -> None:
    document = docx.Document()
    document.add_heading("The bridge", 1)
    document.add_paragraph("It is closed.\tFor long.")
    table = document.add_table(2, 2)
    for cell, text in zip((cell for row in table.rows for cell in row.cells), ("Bus", "4", "Ferry", "1"), strict=True):
        cell.text = text
    document.add_paragraph("Nobody minds.")
    text = article(read_docx, word(document)).text
    assert text == "The bridge\n\nIt is closed. For long.\n\nBus | 4\nFerry | 1\n\nNobody minds."


def test_the_properties_of_a_word_document_are_told_but_not_the_time_of_the_file() -> None:
    document = docx.Document()
    document.add_paragraph("It is closed.")
    properties = document.core_properties
    properties.title, properties.author, properties.created = "The old bridge", "Ada Bell", datetime(2025, 11, 30)
    assert article(read_docx, word(document)).fields == {"title": "The old bridge", "author": "Ada Bell"}
    properties.title, properties.author = "Microsoft Word - draft.doc", "python-docx"
    assert article(read_docx, word(document)).fields == {}


def test_inserted_words_of_a_tracked_change_count_and_deleted_ones_do_not() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("It is ")
    for name, text in (("w:del", "open"), ("w:ins", "closed")):
        change = OxmlElement(name)
        change.append(paragraph.add_run(text)._r)
        paragraph._p.append(change)
    assert article(read_docx, word(document)).text == "It is closed"


def test_an_open_document_gives_headings_lists_and_tables_in_order_and_notes_after_their_paragraph() -> None:
    table = odfdo.Table("T", width=2, height=1)
    table.set_values([["Bus", "4"]])
    paragraph = odfdo.Paragraph("It is  closed.")
    paragraph.insert_note(after="is", note_id="n1", citation="1", body="Since May.")
    document = open_document(
        odfdo.Header(1, "The bridge"), paragraph, odfdo.List(["First", "Second"]), table, odfdo.Paragraph("The end.")
    )
    text = article(read_odt, saved(document)).text
    assert text == "The bridge\n\nIt is closed.\n\nSince May.\n\nFirst\n\nSecond\n\nBus | 4\n\nThe end."


def test_the_properties_of_an_open_document_are_told_but_not_the_time_of_the_file() -> None:
    document = open_document(odfdo.Paragraph("It is closed."))
    document.meta.title, document.meta.initial_creator, document.meta.language = "The bridge", "Ada Bell", "de-DE"
    fields = article(read_odt, saved(document)).fields
    assert fields == {"title": "The bridge", "author": "Ada Bell", "language": "de-DE"}


def test_an_e_book_gives_its_chapters_in_reading_order_without_the_contents() -> None:
    found = article(read_epub, zipped(book()))
    assert found.text == "One\n\nShe took the ferry.\n\nTwo\n\nIt ran at night."
    assert found.fields == {
        "title": "The Ferry",
        "outlet": "Ulm Press",
        "author": "Ada Bell, Bo Cole",
        "published": "1913",
        "language": "en",
    }


def test_rich_text_is_decoded_by_its_code_page_and_tells_its_title() -> None:
    info = rb"{\info{\title Stra\'dfe}{\author Ada Bell}{\creatim\yr2025\mo11}}"
    body = rb"{\fonttbl{\f0 Arial;}}Gr\'fc\'dfe an \u1040?\par Zwei\line Drei{\*\generator x;}"
    found = article(read_rtf, rb"{\rtf1\ansi\ansicpg1252 " + info + body + "\\par Höhe}".encode("cp1252"))
    assert found.text == "Grüße an А\n\nZwei\n\nDrei\n\nHöhe"
    assert found.fields == {"title": "Straße", "author": "Ada Bell"}
    assert article(read_rtf, b"{\\rtf1\\ansi\\ansicpg1251 \\'cc\\'ee\\'f1\\'f2}").text == "Мост"


@pytest.mark.parametrize("read", [read_docx, read_odt, read_epub, read_rtf])
@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 and no more", b"Dear sir", zipped({"a.txt": "a"})])
def test_what_is_no_document_says_so(read: Reader, data: bytes) -> None:
    assert why(read, data).startswith("not a readable ")


@pytest.mark.parametrize("read", [read_docx, read_odt, read_epub])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_document_cut_short_says_so(read: Reader, share: float) -> None:
    whole = {
        read_docx: word(docx.Document()),
        read_odt: saved(open_document(odfdo.Paragraph("A"))),
        read_epub: zipped(book()),
    }[read]
    assert why(read, whole[: int(len(whole) * share)]).startswith("not a readable ")


def test_a_document_without_a_word_holds_no_text() -> None:
    assert why(read_docx, word(docx.Document())) == "holds no text"
    assert why(read_odt, saved(open_document())) == "holds no text"
    assert why(read_rtf, rb"{\rtf1\ansi }") == "holds no text"


def test_a_locked_document_needs_a_password() -> None:
    encrypted_package = b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    assert why(read_docx, encrypted_package) == "password-protected"
    locked = bytearray(word(docx.Document()))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + flags] |= 1
    assert why(read_docx, bytes(locked)) == "password-protected"
    plain = saved(open_document(odfdo.Paragraph("A")))
    manifest = "<manifest><file-entry><encryption-data/></file-entry></manifest>"
    assert why(read_odt, with_member(plain, "META-INF/manifest.xml", manifest)) == "password-protected"
    assert why(read_epub, zipped(book(**{"META-INF/rights.xml": "<rights/>"}))) == "encrypted (DRM)"


@ZIPPED
def test_a_zip_bomb_is_not_opened(read: Reader) -> None:
    assert why(read, zipped({"bomb.xml": bytes(60_000_000)})) == "expands to more than 1 MB (QA_MAX_FILE_MB)"
    assert why(read, zipped(dict.fromkeys(map(str, range(10_001)), ""))) == "holds more than 10,000 entries"


@ZIPPED
def test_a_zip_file_that_lies_about_its_sizes_is_refused(read: Reader) -> None:
    data = bytearray(zipped({"mimetype": bytes(60_000_000)}))
    size = (60_000_000).to_bytes(4, "little")
    data = data.replace(size, (10).to_bytes(4, "little"))
    assert why(read, bytes(data)).startswith("not a readable ")


def test_a_text_beyond_the_bound_is_refused() -> None:
    document = docx.Document()
    document.add_paragraph("word " * 400)
    chapters = {"OEBPS/text/a.xhtml": CHAPTER.format("One", "word " * 400)}
    reason = "expands to more than 0.001 MB (QA_MAX_FILE_MB)"
    assert why(read_docx, word(document), 1_000) == reason
    assert why(read_odt, saved(open_document(odfdo.Paragraph("word " * 400))), 1_000) == reason
    assert why(read_epub, zipped(book(**chapters)), 1_000) == reason
    assert why(read_rtf, b"{\\rtf1 " + b"word " * 400 + b"}", 1_000) == reason


def test_entities_that_multiply_do_no_harm() -> None:
    bomb, reasons = f"{LAUGHS}]>", ("holds no text", "not a readable DOCX file")
    paragraph = "<w:body><w:p><w:r><w:t>&i;</w:t></w:r></w:p></w:body>"
    xml = f'{bomb}<w:document xmlns:w="{docx.oxml.ns.nsmap["w"]}">{paragraph}</w:document>'
    assert why(read_docx, with_member(word(docx.Document()), "word/document.xml", xml)) in reasons
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    content = f'{bomb}<o:document-content xmlns:o="{office}">&i;</o:document-content>'
    plain = saved(open_document(odfdo.Paragraph("A")))
    assert why(read_odt, with_member(plain, "content.xml", content)) == "not a readable ODT file"
    chapter = f"{bomb}{CHAPTER.format('One', '&i; end')}"
    text = article(read_epub, zipped(book(**{"OEBPS/text/a.xhtml": chapter}))).text
    assert "end" in text
    assert len(text) < 3_000


def test_an_open_document_without_properties_is_read() -> None:
    office, text = (f"urn:oasis:names:tc:opendocument:xmlns:{kind}:1.0" for kind in ("office", "text"))
    words = f'<o:body><o:text><t:p xmlns:t="{text}">Bare words.</t:p></o:text></o:body>'
    members = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": f'<o:document-content xmlns:o="{office}">{words}</o:document-content>',
        "META-INF/manifest.xml": '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
    }
    assert article(read_odt, zipped(members)) == Extracted("Bare words.")


def test_a_character_number_beyond_all_is_no_rich_text() -> None:
    assert why(read_rtf, b"{\\rtf1 words \\u99999999999? more}") == "not a readable RTF file"
