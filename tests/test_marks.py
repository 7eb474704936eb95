from __future__ import annotations

import pytest

from qa.drafts import Quote, Statement
from qa.marks import resolve, split, without_fake_marks
from vectorstore.types import Chunk

FIRST = Chunk("a", 0, "At least 83 people died. Trump spoke [3] to Maduro.", 100, 151, "a.txt", "A", outlet="AP")
SECOND = Chunk("b", 0, "Eighty-three were killed.", 0, 25, "b.txt", "B")


def read(text: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(sentence.text, sentence.numbers) for sentence in split(text)]


@pytest.mark.parametrize(
    ("marked", "numbers"),
    [
        ("83 people died [1].", (1,)),
        ("83 people died. [1]", (1,)),
        ("83 people died.[1]", (1,)),
        ("83 people died [1][2].", (1, 2)),
        ("83 people died [1] [2].", (1, 2)),
        ("83 people died [1], [2].", (1, 2)),
        ("83 people died [1, 2].", (1, 2)),
        ("83 people died [1; 3].", (1, 3)),
        ("83 people died [1-3].", (1, 2, 3)),
        ("83 people died [1–3].", (1, 2, 3)),
        ("83 people died [1 and 2].", (1, 2)),
        ("83 people died 【1】.", (1,)),
        ("83 people died 【2†source】.", (2,)),
        ("83 people died [^1].", (1,)),
        ("83 people died [Passage 2].", (2,)),
        ("83 people died [1](http://evil.example/x).", (1,)),
        ("83 people died [2][2].", (2,)),
        ("83 [1] people died [2].", (1, 2)),
        ("83 people died [7000].", (7000,)),
        ("83 people died [1-9999].", (1, 9999)),
        ("83 people died.", ()),
    ],
)
def test_every_way_of_writing_a_mark_is_read(marked: str, numbers: tuple[int, ...]) -> None:
    assert read(marked) == [("83 people died.", numbers)]


def test_each_sentence_has_its_own_marks() -> None:
    assert read("One is so [1]. Two is so.[2][3] Three is so. [4]") == [
        ("One is so.", (1,)),
        ("Two is so.", (2, 3)),
        ("Three is so.", (4,)),
    ]


def test_marks_that_open_their_sentences_belong_to_what_follows() -> None:
    assert read("[1] Trump said it. [2] Rubio did too.") == [("Trump said it.", (1,)), ("Rubio did too.", (2,))]


def test_a_quotation_is_not_split() -> None:
    text = 'Trump said, "I wouldn\'t say it went well or badly. It was a phone call." [1] Maduro was silent [2].'
    assert [numbers for _, numbers in read(text)] == [(1,), (2,)]


def test_words_around_a_mark_keep_their_blank() -> None:
    assert read("Some died [1] while (others) [2] (two) left.") == [("Some died while (others) (two) left.", (1, 2))]


def test_other_brackets_stay() -> None:
    assert read("He [sic] said so [the report] [1].") == [("He [sic] said so [the report].", (1,))]


def test_lists_and_paragraphs_keep_their_form() -> None:
    found = split("The articles say:\n\n- 83 died [1].\n- Airlines left [2].\n\nThat is all [1].")
    assert [sentence.before for sentence in found] == ["", "\n\n- ", "\n- ", "\n\n"]
    assert [sentence.is_heading for sentence in found] == [True, False, False, False]


def test_a_list_of_sources_at_the_end_is_no_statement() -> None:
    assert read("83 died [1].\n\nSources:\n[1] Some title\n[2] Another") == [("83 died.", (1,))]
    assert read("83 died [^1].\n\n[^1]: Some title") == [("83 died.", (1,))]


def test_links_lose_their_addresses_and_images_go() -> None:
    assert read("See ![chart](http://evil.example/a.png?q=1) and [this](http://evil.example) [1].") == [
        ("See  and this.", (1,))
    ]


@pytest.mark.parametrize("text", ["", "   ", "[1]", "[1][2] [3]", "\n\n-\n"])
def test_a_text_of_marks_alone_has_no_claim(text: str) -> None:
    assert [sentence for sentence in split(text) if not sentence.is_heading] == []


def test_citations_are_numbered_by_first_appearance_and_quotes_share_a_number() -> None:
    died, spoke, second = Quote(FIRST, 100, 124), Quote(FIRST, 125, 151), Quote(SECOND, 0, 25)
    resolved = resolve(
        [
            Statement("83 were killed.", (second, died), "supported"),
            Statement("They spoke.", (spoke,), "supported", before="\n\n- "),
            Statement("83 died.", (died,), "supported"),
            Statement("Nobody knows.", (), "unsupported", "no passage says it"),
        ]
    )
    assert resolved.text == "83 were killed. [1][2]\n\n- They spoke. [3] 83 died. [2] Nobody knows. [unsupported]"
    assert [(c.number, c.source, c.start, c.end) for c in resolved.citations] == [
        (1, "b.txt", 0, 25),
        (2, "a.txt", 100, 124),
        (3, "a.txt", 125, 151),
    ]
    assert resolved.citations[1].quote == "At least 83 people died." and resolved.citations[1].outlet == "AP"
    assert resolved.claims[3].verdict == "unsupported" and resolved.claims[3].citations == ()


def test_a_mark_inside_an_articles_text_is_not_shown_as_ours() -> None:
    quote = Quote(FIRST, 125, 151)
    resolved = resolve([Statement(quote.text, (quote,))])
    assert resolved.text == "Trump spoke (3) to Maduro. [1]"
    assert resolved.citations[0].quote == "Trump spoke [3] to Maduro."
    assert without_fake_marks("a 【2】 b [^1] [x]") == "a (2) b (^1) [x]"


def test_a_heading_is_shown_and_is_no_claim() -> None:
    resolved = resolve([Statement("Deaths", before="# ", is_claim=False), Statement("83 died.", before="\n")])
    assert resolved.text == "# Deaths\n83 died." and len(resolved.claims) == 1


def test_a_citation_tells_the_page_on_which_its_quote_begins() -> None:
    paged = Chunk("p", 3, "One page.\fThe next.\fA third.", 50, 78, "p.pdf", "P", precision="month", page=4)
    pages = [Quote(paged, 50 + start, 78).citation(1).page for start in (0, 9, 10, 20)]
    assert pages == [4, 4, 5, 6]
    assert Quote(paged, 60, 78).citation(1).precision == "month"
    assert Quote(FIRST, 100, 110).citation(1).page == 0


@pytest.mark.parametrize(("start", "end"), [(99, 110), (140, 152), (110, 110), (120, 110)])
def test_a_quote_outside_its_chunk_cannot_be_made(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="outside its chunk"):
        Quote(FIRST, start, end)
