"""Bytes become the text that was written, in the encodings that articles come in; what is no text is refused."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vectorstore.decoding import NotTextError, decode

FRENCH = (
    "La ministre de l’Économie a annoncé lundi des mesures. « Nous n’avons pas le choix », a-t-elle déclaré à Paris."
)
SPANISH = (
    "El presidente anunció el lunes que la economía española crecerá. ¿Qué opinan los sindicatos? Según ellos, no."
)
POLISH = "Wczoraj wieczorem w Łodzi doszło do groźnego pożaru kamienicy. Strażacy ewakuowali trzydzieści osób."
CZECH = "Vláda v pondělí schválila návrh zákona, který má zjednodušit podnikání malých firem, tvrdí však opozice."
RUSSIAN = "В понедельник в Москве прошло заседание правительства, на котором обсуждались вопросы развития бизнеса."
GREEK = "Ο πρωθυπουργός δήλωσε τη Δευτέρα ότι η οικονομία της χώρας βελτιώνεται και οι φόροι δεν θα αυξηθούν."
TURKISH = "Cumhurbaşkanı pazartesi günü yaptığı açıklamada, gelecek yıl vergilerin artırılmayacağını söyledi."
JAPANESE = "政府は月曜日、来年度の予算案を閣議決定した。財務大臣は記者会見で経済の回復を最優先すると述べた。\n"
KOREAN = "정부는 월요일 내년도 예산안을 확정했다. 재정부 장관은 경제 회복을 최우선으로 하겠다고 밝혔다."
CHINESE = "政府周一批准了明年的预算草案。\n财政部长在记者会上表示，将把经济复苏放在首位。"
TAIWANESE = "政府週一批准了明年的預算草案。財政部長在記者會上表示，將把經濟復甦放在首位。"
WRITTEN = {
    FRENCH: "cp1252 mac_roman",
    SPANISH: "cp1252 iso8859-1",
    POLISH: "cp1250 iso8859-2 cp852",
    CZECH: "cp1250",
    RUSSIAN: "cp1251 koi8-r iso8859-5 cp866 mac_cyrillic",
    GREEK: "cp1253 iso8859-7",
    TURKISH: "cp1254",
    JAPANESE: "shift_jis euc_jp iso2022_jp",
    KOREAN: "euc_kr iso2022_kr johab",
    CHINESE: "gb18030 gb2312",
    TAIWANESE: "big5",
}


@pytest.mark.parametrize(
    ("text", "encoding"), [(text, each) for text, all_ in WRITTEN.items() for each in all_.split()]
)
def test_an_article_is_read_in_the_encodings_of_its_language(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", [FRENCH, RUSSIAN, JAPANESE, CHINESE, KOREAN, "café"])
def test_wide_text_needs_no_byte_order_mark(text: str, encoding: str) -> None:
    if text == "café" and encoding.startswith("utf-32"):
        pytest.skip("four letters are too few to tell")
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("encoding", "kept"), [("utf-8-sig", "\ufeff"), ("utf-16", ""), ("utf-32", "")]
)  # as open() keeps it when told utf-8, utf-16, utf-32
def test_a_byte_order_mark_decides(encoding: str, kept: str) -> None:
    assert decode(RUSSIAN.encode(encoding)) == kept + RUSSIAN


@pytest.mark.parametrize("text", ["Paris, café noir.", "El señor Peña", "Príliš žltý", "naïve façade"])
def test_a_short_latin_text_does_not_become_greek_or_cyrillic(text: str) -> None:
    read = decode(text.encode("cp1250" if "ž" in text else "cp1252"))
    assert not [letter for letter in read if "\u0370" <= letter <= "\u07ff"]


def test_a_text_that_begins_like_a_picture_is_text() -> None:
    text = "BMW said profits rose in the year to £2.3m, and that the new cars sell well across the country."
    assert decode(text.encode("cp1252")) == text


def test_what_tells_the_encoding_may_stand_far_down() -> None:
    text = "Plain words in English, line after line.\n" * 20_000 + FRENCH
    assert decode(text.encode("cp1252")) == text


def test_line_ends_and_odd_blanks_stay() -> None:
    text = "Élysée\r\nà l’été\rça\n\n\x0c\u00a0fin"
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "shift_jis"])
def test_a_download_cut_short_is_read_up_to_its_last_character(encoding: str) -> None:
    text = (CHINESE if encoding == "gb18030" else JAPANESE).strip() * 5
    assert decode(text.encode(encoding)[:-1]) == text[:-1] + "\ufffd"


@pytest.mark.parametrize("text", ["A path ~{home}~ of \x1b[31mred\x1b[0m words.", "+AGE- is UTF-7 for a letter."])
def test_ascii_with_odd_marks_is_ascii(text: str) -> None:
    assert decode(text.encode()) == text


def sound() -> bytes:
    return b"".join(struct.pack("<h", (i * i * 7) % 20_011 - 10_000) for i in range(4_000))


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        bytes(range(256)) * 40,
        bytes(1_000),
        b"text \0 and more text in plain ASCII",
        (b"a" * 99 + b"\0") * 9,
        b"\xa7\r\r\n\0\0\0\0\x3e\xf0\x6b\x02\xe3\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\xf3\x0a\0\0\0\x97\0d\0",
        sound(),
    ],
    ids=["picture", "all bytes", "zeros", "a NUL", "many NULs", "byte code", "sound"],
)
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(NotTextError, match=r"^not a text file$"):
        decode(data)


@pytest.mark.parametrize("data", [b"\xe9", b"caf\xe9 ", b"\x80", b"\x1b$B", b"~{", b"\xc3"])
def test_megabytes_of_a_pattern_end_with_a_text_or_a_refusal(data: bytes) -> None:
    whole = data * (3_000_000 // len(data))
    try:
        assert 0 < len(decode(whole)) <= len(whole)
    except NotTextError as error:
        assert str(error) == "not a text file"


@settings(deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["", "The minister said on Monday that taxes would rise. "]))
def test_any_bytes_give_text_without_lone_surrogates_or_are_refused(data: bytes, before: str) -> None:
    try:
        decode(before.encode() + data).encode()
    except NotTextError as error:
        assert str(error) == "not a text file"
