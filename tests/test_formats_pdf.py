"""A PDF becomes its pages, form feeds apart; what has no text says so."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from vectorstore.formats.extracted import Extracted, UnreadableError
from vectorstore.formats.pdf import read_pdf

TOP, LEADING, MARGIN = 720, 14, 72
ENCRYPTION = "<< /Filter /Standard /V 1 /R 2 /P -4 /O ({0}) /U ({0}) >>".format("x" * 32)


def pdf(*pages: str, info: str = "", encryption: str = "") -> bytes:
    """A PDF whose pages draw these content streams, in Courier at 12 points (7.2 a character)."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>"
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>", font]
    for number, content in enumerate(pages):
        resources = "/Resources << /Font << /F 3 0 R >> >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {resources} /Contents {5 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    objects += [f"<< {info} >>", encryption or "<< >>"]
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    encrypt = f"/Encrypt {size - 1} 0 R /ID [<00> <00>]" if encryption else ""
    trailer = f"<< /Size {size} /Root 1 0 R /Info {size - 2} 0 R {encrypt} >>"
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n{trailer}\nstartxref\n{len(data)}\n%%EOF"
    return data + end.encode("latin-1")


def lines(*words: str, top: int = TOP, size: int = 12) -> str:
    """A content stream of these lines below each other; blanks before a line indent it, an empty one is a gap."""
    shown = [
        f"BT /F {size} Tf {MARGIN + 7 * (len(text) - len(text.lstrip()))} {top - LEADING * number} Td"
        f" ({text.lstrip()}) Tj ET"
        for number, text in enumerate(words)
        if text
    ]
    return "\n".join(shown)


def read(*pages: str, info: str = "") -> Extracted:
    (article,) = read_pdf(pdf(*pages, info=info), max_chars=1_000_000)
    return article


def running(bodies: Sequence[str]) -> list[str]:
    return [
        lines("The Ulm Post, November", "", body, "", f"Page {number} of {len(bodies)}")
        for number, body in enumerate(bodies, 1)
    ]


def test_page_n_begins_after_n_minus_one_form_feeds() -> None:
    assert read(lines("One."), "", lines("Three.")).text == "One.\f\fThree."


def test_lines_are_joined_and_paragraphs_kept_apart() -> None:
    text = read(
        lines(
            "The council voted on Tuesday to close the old bridge",
            "for two years, after engineers had found cracks in",
            "four of its piers.",
            "Buses will take the northern road in the meantime,",
            "and the ferry runs.",
            "",
            "The repair will cost four million, of which the",
            "state pays half.",
        )
    ).text
    first, second, third = text.split("\n\n")
    assert first.endswith("in four of its piers.")
    assert second == "Buses will take the northern road in the meantime, and the ferry runs."
    assert third.startswith("The repair will cost four million, of which the state")


def test_an_indent_begins_a_paragraph_and_a_larger_line_is_a_heading() -> None:
    large = lines("Old bridge closes", top=TOP + 40, size=18)
    body = lines(
        "The council voted on Tuesday to close the old bridge,",
        "as engineers had found cracks in four of its piers, it",
        "  Said nothing of the ferry that now runs every night.",
    )
    assert read(f"{large}\n{body}").text.split("\n\n") == [
        "Old bridge closes",
        "The council voted on Tuesday to close the old bridge, as engineers had found cracks in four of its piers, it",
        "Said nothing of the ferry that now runs every night.",
    ]


def test_items_of_a_list_stand_apart() -> None:
    text = read(
        lines("1. The ferry runs until midnight and then again at six", "2. The bus takes the northern road")
    ).text
    assert text == "1. The ferry runs until midnight and then again at six\n\n2. The bus takes the northern road"


@pytest.mark.parametrize(
    ("above", "below", "whole"),
    [
        (
            "the council found an unac-",
            "ceptable number of cracks",
            "the council found an unacceptable number of cracks",
        ),
        ("a well-known man and a well-", "known woman met in Ulm again", "a well-known man and a well-known woman met"),
        ("the talks of the Franco-", "German commission on rivers", "the talks of the Franco-German commission"),
    ],
)
def test_words_broken_at_a_line_end_are_whole_again(above: str, below: str, whole: str) -> None:
    assert read(lines(above, below)).text.startswith(whole)


def test_running_heads_and_page_numbers_are_left_out() -> None:
    bodies = ["The bridge is closed.", "The ferry runs.", "The bus goes round.", "The mayor is content."]
    assert read(*running(bodies)).text == "\f".join(bodies)


def test_numbers_that_do_not_count_the_pages_stay() -> None:
    assert read(lines("Votes", "4711"), lines("Seats", "12")).text == "Votes 4711\fSeats 12"


@pytest.mark.parametrize(
    "title", ["Microsoft Word - draft.doc", "untitled", "report_final.pdf", "fake-memo", "Document1"]
)
def test_a_title_that_a_program_made_up_is_not_told(title: str) -> None:
    assert read(lines("A text."), info=f"/Title ({title}) /Author (admin)").fields == {}


def test_title_and_author_are_told_and_the_time_of_the_file_is_no_date() -> None:
    info = "/Title (The old bridge closes) /Author (Ada Bell) /CreationDate (D:20251130080000Z)"
    assert read(lines("A text."), info=info).fields == {"title": "The old bridge closes", "author": "Ada Bell"}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (pdf("0 0 m 100 100 l S"), "no text layer (scanned?)"),
        (pdf(lines("A secret."), encryption=ENCRYPTION), "password-protected"),
        (pdf(lines("A text."))[:300], "not a readable PDF file"),
        (b"", "not a readable PDF file"),
        (b"Dear sir, this is no PDF.", "not a readable PDF file"),
        (pdf(*[""] * 5_001), "has more than 5,000 pages"),
    ],
    ids=["scanned", "password", "cut short", "empty", "another format", "pages"],
)
def test_a_file_without_text_gives_its_reason(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableError) as raised:
        read_pdf(data, max_chars=1_000_000)
    assert str(raised.value) == why


def test_a_text_beyond_the_bound_is_refused() -> None:
    with pytest.raises(UnreadableError, match="expands to more than"):
        read_pdf(pdf(lines("One word more."), lines("One word more.")), max_chars=20)
