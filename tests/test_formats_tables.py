"""A row of a table or a list becomes an article, its facts by the names of columns, its text exactly as written."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vectorstore.decoding import NotTextError
from vectorstore.formats.csv_rows import read_csv
from vectorstore.formats.extracted import Extracted, UnreadableError
from vectorstore.formats.json_rows import read_json, read_jsonl
from vectorstore.formats.tables import PROBLEM

BODY = "The bank raised its rate.\r\n\r\nMarkets fell, traders said."
ROW = {
    "Headline": "Rate rises",
    "Site-Name": "The Courier",
    "AUTHORS": "Ann Lee",
    "publishedAt": "2024-03-05",
    "lang": "en",
    "Canonical_URL": "https://courier.example/rate",
    "Article Text": BODY,
}
FIELDS = {
    "title": "Rate rises",
    "outlet": "The Courier",
    "author": "Ann Lee",
    "published": "2024-03-05",
    "language": "en",
    "url": "https://courier.example/rate",
}


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def as_lines(*values: object) -> bytes:
    return b"\n".join(map(as_json, values))


def as_csv(rows: list[list[str]], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue().encode(encoding)


def only(articles: list[Extracted]) -> Extracted:
    (article,) = articles
    return article


def told(articles: list[Extracted]) -> list[tuple[str, str]]:
    return [(article.row, article.text or f"! {article.fields[PROBLEM]}") for article in articles]


@pytest.mark.parametrize(
    "articles",
    [
        read_json(as_json(ROW)),
        read_json(as_json([ROW])),
        read_json(as_json({"status": "ok", "totalResults": 1, "articles": [ROW]})),
        read_json(as_json({"response": {"anything": [ROW]}})),
        read_json(as_json({"hits": {"hits": [{"_score": 1.5, "_source": ROW}]}})),
        read_json(as_lines(ROW)),
        read_jsonl(as_lines(ROW)),
        read_jsonl(json.dumps([ROW], indent=1).encode()),
        read_csv(as_csv([list(ROW), list(ROW.values())])),
        read_csv(as_csv([list(ROW), list(ROW.values())], delimiter=";", encoding="utf-8-sig")),
        read_csv(as_csv([list(ROW), list(ROW.values())], delimiter="\t", encoding="utf-16")),
        read_csv(as_csv([list(ROW), list(ROW.values())], delimiter="|")),
    ],
)
def test_the_same_article_is_read_from_every_shape(articles: list[Extracted]) -> None:
    article = only(articles)
    assert article.text == BODY
    assert dict(article.fields) == FIELDS


def test_a_news_article_of_json_ld_is_read() -> None:
    value = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "name": "The Courier", "description": "News from the coast"},
            {
                "@type": "NewsArticle",
                "headline": "Rate rises",
                "articleBody": BODY,
                "datePublished": "2024-03-05T08:00:00Z",
                "dateCreated": "2024-01-01",
                "author": [{"@type": "Person", "name": "Ann Lee"}, {"name": "Bo Sun"}],
                "publisher": {"@type": "Organization", "name": "The Courier"},
                "inLanguage": "en-GB",
                "mainEntityOfPage": {"@id": "https://courier.example/rate"},
            },
        ],
    }
    article = only(read_json(as_json(value)))
    assert article.text == BODY
    expected = FIELDS | {"author": "Ann Lee, Bo Sun", "published": "2024-03-05T08:00:00Z", "language": "en-GB"}
    assert dict(article.fields) == expected


@pytest.mark.parametrize(
    ("column", "value", "published"),
    [
        ("published", 1709596800, "2024-03-05"), ("publishedAt", 1709596800000, "2024-03-05"),
        ("pub_date", "1709596800", "2024-03-05"), ("date", "20240305", "20240305"), ("date", 2024, "2024"),
        ("published", {"$date": "2024-03-05"}, "2024-03-05"), ("created_at", 1709596800, None),
        ("updated", "2024-03-05", None), ("timestamp", 1709596800, None), ("date", 10**29, str(10**29)),
        ("date", True, None),
    ],
)  # fmt: skip
def test_a_date_of_publication_is_read_and_no_other(column: str, value: object, published: str | None) -> None:
    assert only(read_json(as_json({"text": BODY, column: value}))).fields.get("published") == published


def test_a_summary_stands_for_the_text_only_where_there_is_none() -> None:
    rows = [["description", "content"], ["Short.", "Long and whole."], ["Only this.", ""]]
    assert told(read_csv(as_csv(rows))) == [("1", "Long and whole."), ("2", "Only this.")]


def test_a_guid_is_an_address_only_where_it_is_one() -> None:
    links = [
        only(read_json(as_json({"text": BODY, "guid": guid}))).fields.get("url") for guid in ("a1", "https://a.b/c")
    ]
    assert links == [None, "https://a.b/c"]


@pytest.mark.parametrize(
    ("ids", "names"),
    [
        (["a1", "b2"], ["a1", "b2"]), (["7", "9"], ["7", "9"]), (["a", "a"], ["1", "2"]), (["a", ""], ["1", "2"]),
        (["a/b", "c"], ["1", "2"]), (["a#b", "c"], ["1", "2"]), (["x" * 81, "c"], ["1", "2"]),
        (["a\u202eb", "c"], ["1", "2"]),
    ],
)  # fmt: skip
def test_a_row_is_named_by_its_id_where_every_row_has_a_short_one_of_its_own(ids: list[str], names: list[str]) -> None:
    rows = [["id", "text"], *([each, f"Text {number}."] for number, each in enumerate(ids))]
    assert [article.row for article in read_csv(as_csv(rows))] == names
    lines = as_lines(*({"_id": each, "text": f"Text {number}."} for number, each in enumerate(ids)))
    assert [article.row for article in read_jsonl(lines)] == names


def test_rows_that_are_no_articles_say_why_and_the_others_are_read() -> None:
    lines = b'{"text": "One."}\n\n{"text": " "}\n{"text": "cut of\n["a list"]\n{"text": null}\n{"text": "Two."}'
    assert told(read_jsonl(lines)) == [
        ("1", "One."),
        ("3", "! holds no text"),
        ("4", "! not valid JSON"),
        ("5", "! not an object"),
        ("6", "! holds no text"),
        ("7", "Two."),
    ]


def test_ragged_rows_are_read_where_their_cells_can_be_told_apart() -> None:
    data = b"text,title\nOne.\nTwo.,A,too,many\n\nThree.,B,,\n"
    assert told(read_csv(data)) == [("1", "One."), ("2", "! has 4 cells for 2 columns"), ("3", "Three.")]


def test_an_unquoted_text_in_the_last_column_keeps_its_commas() -> None:
    assert only(read_csv(b"title,text\nRate rises,Markets fell, traders said, on Monday.\n")).text == (
        "Markets fell, traders said, on Monday."
    )


def test_quoted_cells_keep_their_line_breaks_quotes_and_delimiters() -> None:
    text = 'He said "no".\r\n\n  Then; he, left|quickly.\t'
    assert only(read_csv(as_csv([["title", "text"], ["A", text]], delimiter=";"))).text == text
    assert only(read_csv(b'title, text\n"A", "One, two."\n')).text == "One, two."


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"a,b\n1,2\n", "has no column of text"), (b"Just a line of prose.\nAnother.\n", "has no column of text"),
        (b"", "has no column of text"), (b"title,text\n", "holds no rows"), (b"title,text\nA,\nB,\n", "holds no text"),
    ],
)  # fmt: skip
def test_a_table_without_articles_says_why(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableError, match=f"^{why}"):
        read_csv(data)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"name": "left-pad", "version": "1.0", "description": "Pads a string."}, "holds no articles"),
        ({"title": "A schema", "description": "Of a file", "type": "object"}, "holds no articles"),
        ({"tools": [{"name": "x", "description": "does y"}]}, "holds no articles"),
        ({}, "holds no articles"), ([], "holds no articles"), (["a", "b"], "holds no articles"),
        ("text", "holds no articles"), (None, "holds no articles"), (3, "holds no articles"),
        ([{"a": 1}], "has no column of text"), ([{"text": ""}], "holds no text"),
        ([{"body": {"type": "doc"}}], "holds no text"),
    ],
)  # fmt: skip
def test_json_without_articles_says_why(value: object, why: str) -> None:
    with pytest.raises(UnreadableError, match=f"^{why}"):
        read_json(as_json(value))


def test_broken_json_names_its_line() -> None:
    with pytest.raises(UnreadableError, match=r"^not valid JSON \(line 3\)$"):
        read_json(b'{\n"text": "One.",\n"title": }\n')
    with pytest.raises(UnreadableError, match=r"^not valid JSON \(line \d\)$"):
        read_jsonl(b"{\n" * 5_000)


@pytest.mark.parametrize("data", [b"[" * 100_000, b'{"a":' * 100_000, b'{"text": "One.", "a": ' + b"[" * 100_000])
def test_json_nested_without_end_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"^nested too deeply$|^not valid JSON"):
        read_json(data)


def test_odd_values_of_json_do_no_harm() -> None:
    data = b'{"text": "a", "text": "A \\ud800 b\\u0000c \\ud83d\\ude00", "author": NaN, "title": %s, "date": 1e999}'
    article = only(read_json(data % (b"9" * 6_000)))
    assert article.text == "A \ufffd b\ufffdc \U0001f600"
    assert set(article.fields) == {"title"}
    assert article.text.encode()


def test_html_in_a_cell_is_read_as_a_reader_sees_it() -> None:
    cell = (
        '<p class="a > b">The bank&#8217;s rate <b>rose</b>.</p>\n<script>if (a < b) { x("<p>") }</script>'
        "<!-- <p>no -->"
        "<ul><li>One &amp; two</li><li>AT&T</li></ul>Last<br/>line.<style>p { }"
    )
    article = only(read_json(as_json({"text": cell, "title": "Rate"})))
    assert article.text == "The bank’s rate rose.\n\nOne & two\n\nAT&T\n\nLast\nline."


@pytest.mark.parametrize(
    "text",
    ["If a < b, then <p> is said.", "<a@b.example> wrote: R&amp;D", "<3 hearts", " 5 &lt; 6 ", "<unknown>x</unknown>"],
)
def test_plain_text_that_holds_a_bracket_is_left_as_it_is(text: str) -> None:
    assert only(read_json(as_json({"text": text}))).text == text


@pytest.mark.parametrize("piece", ["<a ", "<!--", "<script>", "<a b='", "</", "&", "<", '<a "'])
def test_a_megabyte_of_broken_html_is_read_through(piece: str) -> None:
    cell = "<p>Rates rose.</p>" + piece * (1_000_000 // len(piece))
    assert only(read_json(as_json({"text": cell}))).text.startswith("Rates rose.")


CELLS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


@settings(deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6), st.sampled_from(",;\t|"))
def test_any_table_gives_back_its_cells(rows: list[tuple[str, str]], delimiter: str) -> None:
    data = as_csv([["title", "text"], *([f"T{title}", f"X{text}"] for title, text in rows)], delimiter)
    try:
        articles = read_csv(data)
    except NotTextError:
        return
    assert [article.text for article in articles] == [f"X{text}" for _, text in rows]
    assert [article.row for article in articles] == [str(number) for number in range(1, len(rows) + 1)]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("text id data author date x".split()), inner)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(VALUES)
def test_any_json_gives_articles_that_can_be_stored_or_a_reason(value: object) -> None:
    for read in (read_json, read_jsonl):
        try:
            articles = read(as_json(value))
        except (UnreadableError, NotTextError) as error:
            assert str(error)
            continue
        assert any(article.text for article in articles)
        assert all((PROBLEM in article.fields) == (not article.text) for article in articles)
        assert len({article.row for article in articles}) == len(articles)
        for article in articles:
            "".join((article.text, article.row, *article.fields.values())).encode()


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_articles_or_a_reason(data: bytes) -> None:
    for read, head in ((read_csv, b"id,text\n"), (read_csv, b""), (read_json, b"["), (read_jsonl, b'{"text":"a b"}\n')):
        try:
            assert any(article.text for article in read(head + data))
        except (UnreadableError, NotTextError) as error:
            assert str(error)
