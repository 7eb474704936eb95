"""A web page becomes its article: main text, and what its metadata tells."""

from __future__ import annotations

import pytest

from vectorstore.formats.extracted import Extracted, UnreadableError
from vectorstore.formats.html import read_html

LEAD = (
    "The council voted on Tuesday to close the old bridge for two years, after engineers had found cracks in four of "
    "its nine piers."
)
BODY = (
    "Buses will take the northern road in the meantime, and the ferry runs every ten minutes until midnight, the mayor "
    "said after the meeting."
)
END = "The repair will cost 4.2 million, of which the state pays half, and it is to end before the next flood season."
LIST = "<ul><li>Bus 4</li><li>Bus 7</li></ul>"
ARTICLE = f"<article><h2>Two years of work</h2><p>{LEAD}</p><p>{BODY}</p>{LIST}<p>{END}</p></article>"


def page(head: str = "", body: str = ARTICLE) -> bytes:
    return f"<!DOCTYPE html><html lang='en'><head>{head}</head><body>{body}</body></html>".encode()


def read(data: bytes) -> Extracted:
    (article,) = read_html(data, max_chars=1_000_000)
    return article


def test_paragraphs_stand_an_empty_line_apart_and_list_items_on_lines_of_their_own() -> None:
    assert read(page()).text == f"Two years of work\n\n{LEAD}\n\n{BODY}\n\nBus 4\nBus 7\n\n{END}"


def test_navigation_adverts_and_footers_are_left_out() -> None:
    before = "<nav><a href='/'>Home</a><a href='/s'>Sport</a></nav>"
    after = "<div class='advert'>Buy now!</div><footer>Imprint</footer>"
    text = read(page(body=before + ARTICLE + after)).text
    assert LEAD in text
    assert END in text
    assert not [word for word in ("Home", "Sport", "Buy now", "Imprint") if word in text]


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>secret()</script>", "<style>.secret {}</style>", "<!-- secret -->", "<p hidden>secret</p>",
        "<p style='color: red; display : none'>secret</p>", "<div style='visibility:hidden'><p>secret</p></div>",
        "<template><p>secret</p></template>", "<p style='font-size:0'>secret</p>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", [ARTICLE, "<p>One line.</p>"])
def test_what_a_reader_does_not_see_never_appears(hidden: str, place: str) -> None:
    text = read(page(body=place.replace("</p>", f"</p>{hidden}", 1))).text
    assert "secret" not in text
    assert text.startswith(("Two years", "One line."))


def test_a_page_with_no_article_gives_its_visible_text() -> None:
    table = "<table><tr><th>Town</th><th>Votes</th></tr><tr><td><p>Ulm</p></td><td>12</td></tr></table>"
    assert read(page(body=table)).text == "Town | Votes\nUlm | 12"


@pytest.mark.parametrize("body", ["", "<script>x()</script>", "<p> &nbsp; </p>"])
def test_a_page_that_shows_nothing_holds_no_text(body: str) -> None:
    with pytest.raises(UnreadableError, match=r"^holds no text$"):
        read(page(body=body))


def test_metadata_is_read_from_json_ld() -> None:
    described = (
        '{"@context": "https://schema.org", "@graph": [{"@type": "WebPage", "datePublished": "2001-01-01"}, '
        '{"@type": "NewsArticle", "headline": "Bridge closes", "datePublished": "2025-11-30T08:00:00+01:00", '
        '"author": {"@type": "Person", "name": "Ada Bell"}, "publisher": {"@type": "Organization", '
        '"name": "Ulm Post"}}]}'
    )
    head = (
        f'<script type="application/ld+json">{described}</script><link rel="canonical" href="https://ulm.example/a/1">'
    )
    assert read(page(head)).fields == {
        "title": "Bridge closes",
        "outlet": "Ulm Post",
        "author": "Ada Bell",
        "published": "2025-11-30T08:00:00+01:00",
        "language": "en",
        "url": "https://ulm.example/a/1",
    }


def test_metadata_is_read_from_meta_tags() -> None:
    head = (
        '<meta property="og:title" content="Bridge closes | Ulm Post"><meta property="og:site_name" content="Ulm Post">'
        '<meta name="author" content="Ada Bell"><meta property="article:published_time" content="2025-11-30">'
        '<meta property="og:url" content="https://ulm.example/a/1">'
    )
    fields = read(page(head)).fields
    assert (fields["title"], fields["outlet"], fields["author"]) == ("Bridge closes", "Ulm Post", "Ada Bell")
    assert (fields["published"], fields["url"]) == ("2025-11-30", "https://ulm.example/a/1")


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Rain – Ulm Post", "Rain"), ("Rain - The Ulm Post", "Rain"), ("Rain | ulm.example", "Rain"),
        ("Rain - a chronicle", "Rain - a chronicle"), ("Ulm Post", "Ulm Post"), ("Rain-Ulm Post", "Rain-Ulm Post"),
    ],
)  # fmt: skip
def test_the_name_of_the_outlet_is_no_part_of_a_title(title: str, kept: str) -> None:
    head = f'<meta property="og:title" content="{title}"><meta property="og:site_name" content="Ulm Post">'
    assert read(page(f'{head}<link rel="canonical" href="https://www.ulm.example/1">')).fields["title"] == kept


def test_a_time_marked_in_the_article_is_its_day() -> None:
    body = ARTICLE.replace(
        "<p>", '<time class="updated" datetime="2025-12-02">2 Dec</time><time datetime="2025-11-30">', 1
    )
    assert read(page(body=body)).fields["published"] == "2025-11-30"


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("", "<p>Published: 30 November 2025</p>"),
        ('<meta name="last-modified" content="2025-11-30">', ""),
        ('<meta property="article:modified_time" content="2025-11-30">', "<p>© 2025 Ulm Post</p>"),
        ('<link rel="stylesheet" href="/assets/2025/11/30/a.css">', "<img src='/2025/11/30/a.jpg'>"),
    ],
)
def test_a_date_that_could_only_be_guessed_is_not_told(head: str, words: str) -> None:
    assert "published" not in read(page(head, words + ARTICLE)).fields


def test_broken_json_ld_still_tells_the_day() -> None:
    head = '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2025-11-30", oops}</script>'
    assert read(page(head)).fields["published"] == "2025-11-30"


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("windows-1251", "cp1251"),
        ("Shift_JIS", "shift_jis"),
        ("iso-2022-jp", "iso2022_jp"),
        ("utf-16", "utf-16"),
        ("", "utf-8"),
    ],
)
def test_bytes_are_decoded_as_the_page_declares(declared: str, encoding: str) -> None:
    words = "Мост закрыт на два года" if encoding == "cp1251" else "橋は二年間閉鎖される"
    meta = f'<meta charset="{declared}">' if declared else ""
    assert read(f"<html><head>{meta}</head><body><p>{words}</p></body></html>".encode(encoding)).text == words


def test_a_page_saved_as_utf8_is_utf8_whatever_it_declares() -> None:
    data = '<html><head><meta charset="iso-8859-1"></head><body><p>Zürich – Genève</p></body></html>'.encode()
    assert read(data).text == "Zürich – Genève"


def test_deep_nesting_and_broken_markup_are_read_as_far_as_they_go() -> None:
    assert "above" in read(page(body="<p>above</p>" + "<div>" * 20_000 + "deep")).text
    assert read(b"<html><body><p>One <b>two</i> <td>three").text == "One two three"


def test_a_page_nested_deeper_than_parsers_like_is_read_to_its_end() -> None:
    text = read(page(body="<p>above</p>" + "<div>" * 300 + "deep" + "</div>" * 300 + "<p>below</p>")).text
    assert text.split() == ["above", "deep", "below"]


@pytest.mark.parametrize("charset", ["undefined", "idna", "base64", "no such", "../x"])
def test_a_charset_that_decodes_nothing_is_not_believed(charset: str) -> None:
    assert (
        "caf\u00e9"
        in read(page(f'<meta charset="{charset}">', "<p>One caf\u00e9 in the town.</p>").decode().encode("cp1252")).text
    )


def test_a_page_that_is_another_format_or_too_long_gives_its_reason() -> None:
    with pytest.raises(UnreadableError, match=r"^not a text file$"):
        read(b"%PDF-1.7\n\xe2\xe3")
    with pytest.raises(UnreadableError, match=r"^expands to more than 0\.0001 MB \(QA_MAX_FILE_MB\)$"):
        read_html(page(), max_chars=100)
