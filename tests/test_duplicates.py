"""Copies of one report are one account; reports by different writers, or about different things, never are."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable
from itertools import combinations, permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vectorstore.duplicates import (
    COPIED,
    FEWEST_WORDS,
    accounts,
    band_keys,
    content_digest,
    is_copy,
    resemblance,
    sketch,
)

SEEDS = [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))]
SHORT = "The museum in the old town stays closed on Monday."
BRIDGE = (
    "Bridge to stay shut\n\n"
    "The ministry said on Monday that the old bridge over the river would stay closed until the end of the year. "
    "Engineers found cracks in two of its seven pillars in March, and repairs will cost 4 million euros.\n\n"
    "Paul Weber, who runs a bakery on the north bank, said that he had lost a third of his customers since spring. "
    "The town has set up a ferry, which carries about 600 people a day and is free for pupils and the old.\n\n"
    "The opposition called for a second opinion. A firm from Ghent is to inspect the remaining pillars in autumn."
)


def are_found(one: str, other: str) -> bool:
    """Whether the bands propose the pair and the texts confirm it."""
    return bool(set(band_keys(sketch(one))) & set(band_keys(sketch(other)))) and is_copy(one, other)


def under_another_headline(text: str) -> str:
    return "An evening of talks and rumours\n\nBy Jane Doe\n\n" + text.split("\n", 1)[1]


def with_words_changed(text: str) -> str:
    changed = random.Random(5)
    return re.sub(r"\b[a-z]+\b", lambda word: "perhaps" if changed.random() < 0.06 else word.group(), text)


def without_the_last_third(text: str) -> str:
    return text[: len(text) * 2 // 3]


def with_sentences_put_in(text: str) -> str:
    middle = text.index(". ", len(text) // 2) + 1
    return f"{text[:middle]} Our reporter stood in the rain all day. Nobody there wished to be named.{text[middle:]}"


def with_halves_swapped(text: str) -> str:
    middle = text.index(". ", len(text) // 2) + 2
    return f"{text[middle:]}\n\n{text[:middle]}"


@pytest.mark.parametrize("text", SEEDS, ids=lambda text: text[:20])
@pytest.mark.parametrize(
    "edit",
    [
        under_another_headline,
        with_words_changed,
        without_the_last_third,
        with_sentences_put_in,
        with_halves_swapped,
        lambda text: without_the_last_third(with_words_changed(under_another_headline(text))),
    ],
)
def test_an_edited_copy_is_found(text: str, edit: Callable[[str], str]) -> None:
    assert content_digest(edit(text)) != content_digest(text)
    assert are_found(text, edit(text))
    assert are_found(edit(text), text)


@pytest.mark.parametrize(("one", "other"), list(combinations(SEEDS, 2)))
def test_five_writers_on_one_event_are_five_accounts(one: str, other: str) -> None:
    assert not is_copy(one, other)
    assert resemblance(one, other) < COPIED / 2


def test_a_later_report_that_keeps_some_paragraphs_is_another_account() -> None:
    later = BRIDGE[: len(BRIDGE) // 2] + (
        "On Friday the mayor stepped down over the affair. He had known of the cracks for two years, as letters show "
        "that were read out in the council, and had told nobody. A new election is to be held before the summer, and "
        "three candidates have come forward so far, among them a teacher who has led the protest against the ferry."
    )
    assert not is_copy(BRIDGE, later)


def test_a_corrected_figure_and_name_leave_a_copy() -> None:
    assert are_found(BRIDGE, BRIDGE.replace("600", "650"))
    assert are_found("\n\n".join(SEEDS[:2]), "\n\n".join(SEEDS[:2]).replace("Marcus Bell", "Markus Bell"))


def weather(day: str, high: int, low: int, wind: int) -> str:
    return (
        f"Weather for {day}\n\nIt will be mostly dry with sunny spells across the region and a light breeze from the "
        f"west. Highs of {high} degrees are expected in the afternoon, with lows of {low} overnight. Winds will "
        f"reach {wind} kilometres an hour along the coast. Drivers should take care on exposed roads and bridges, "
        "and walkers should check the forecast before setting out for the hills. The next update will be published at "
        "six in the morning."
    )


def results(company: str, quarter: str, income: float, share: int, revenue: float) -> str:
    return (
        f"{company} on Tuesday reported net income of ${income} million in its {quarter} quarter. The company said it "
        f"had profit of {share} cents per share. Earnings, adjusted for gains and costs that come only once, beat what "
        f"was expected on Wall Street. The company posted revenue of ${revenue} billion in the period, and said it "
        "would pay the same dividend as in the last year. Shares of the company have risen since the beginning of the "
        "year. This report was written by a program from figures that the company has published, and was read by an "
        "editor before it was printed."
    )


def obituary(name: str, age: int, town: str, trade: str, kin: str) -> str:
    return (
        f"{name}, {age}, of {town}, died on Sunday after a short illness. A {trade} for many years, {name.split()[1]} "
        f"is mourned by {kin} and many friends. The Herald offers its condolences to the family. Notices of deaths are "
        "printed in the Herald every Friday free of charge. Families who wish to place one may call the front desk in "
        "Market Street on weekdays between nine and five, or write to the editor. Photographs are returned on request "
        "when a stamped envelope is enclosed. The editor may shorten notices for reasons of space. Flowers should be "
        "sent to the undertaker and not to this newspaper, and gifts may be left with the hospice shop."
    )


def closure(road: str, day: str, days: int) -> str:
    return (
        f"{road} will be closed from {day} for {days} days while a water main is replaced. Traffic will be sent round "
        "by the ring road. Buses will stop at the temporary stands near the school, and the council asks drivers to "
        "allow more time for their journeys. Residents keep access on foot at all times and bins are emptied as usual."
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (weather("Monday", 21, 12, 15), weather("Tuesday", 24, 11, 30)),
        (weather("Monday", 21, 12, 15), weather("Monday", 24, 11, 15)),
        (results("Acme", "first", 12.4, 31, 1.2), results("Globex", "third", 80.1, 45, 2.7)),
        (results("Acme", "first", 12.4, 31, 1.2), results("Acme", "second", 13.1, 33, 1.3)),
        (
            obituary("Anna Berg", 84, "Dover", "teacher", "her sister Ruth"),
            obituary("Peter Salt", 71, "Luton", "baker", "his wife Joan"),
        ),
        (closure("Mill Road", "Monday", 5), closure("Station Street", "Friday", 12)),
        (closure("Mill Road", "Monday", 5), closure("Mill Road", "Monday", 7)),
    ],
)
def test_reports_of_one_form_with_other_names_or_figures_are_different_accounts(one: str, other: str) -> None:
    assert resemblance(one, other) >= COPIED
    assert not is_copy(one, other)
    assert not is_copy(other, one)


def test_a_page_of_many_reports_is_a_copy_of_none_of_them() -> None:
    page = "\n\n".join(SEEDS)
    assert resemblance(page, SEEDS[0]) > COPIED
    assert not is_copy(page, SEEDS[0])


CHINESE = (
    "市政府星期一宣布,横跨河流的旧桥将关闭到年底。工程师三月份在七个桥墩中的两个发现了裂缝,维修费用预计为四百万元。"
    "在北岸经营面包店的王先生说,春天以来他失去了三分之一的顾客。市里开通了渡轮,每天运送大约六百人,学生和老人免费。"
    "反对党要求听取第二种意见。一家来自外地的公司将在秋天检查其余的桥墩,并在冬天之前提交报告。"
)
CHINESE_OTHER = (
    "因为旧桥有裂缝,很多居民现在每天要坐渡轮过河。记者在北岸看到,面包店门口几乎没有人排队。店主抱怨说生意越来越差。"
    "市长昨天在会议上表示,修桥的钱已经准备好了,但是工程还没有开始。有专家认为,最好建造一座新桥,而不是修理旧的。"
)
THAI = (
    "กระทรวงคมนาคมแถลงเมื่อวันจันทร์ว่าสะพานเก่าข้ามแม่น้ำจะปิดจนถึงสิ้นปี วิศวกรพบรอยร้าวในเสาสองต้นจากเจ็ดต้นเมื่อเดือนมีนาคม "
    "เจ้าของร้านขนมปังทางฝั่งเหนือกล่าวว่าเขาเสียลูกค้าไปหนึ่งในสามตั้งแต่ฤดูใบไม้ผลิ เมืองได้จัดเรือข้ามฟากซึ่งบรรทุกคนได้วันละหกร้อยคน"
)


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        (CHINESE, CHINESE.replace("星期一", "周一").replace("王先生", "王某")),
        (CHINESE, CHINESE[: len(CHINESE) * 2 // 3]),
        (THAI, THAI.replace("วันจันทร์", "วันนี้")),
    ],
)
def test_copies_are_found_in_scripts_without_blanks(text: str, copy: str) -> None:
    assert content_digest(text) != content_digest(copy)
    assert are_found(text, copy)


def test_two_writers_in_a_script_without_blanks_are_two_accounts() -> None:
    assert resemblance(CHINESE, CHINESE_OTHER) < COPIED / 2


def test_the_digest_looks_at_the_words_alone() -> None:
    digest = content_digest(BRIDGE)
    assert content_digest(BRIDGE.replace("\n\n", "\r\n\r\n  ").upper()) == digest
    assert content_digest(BRIDGE.replace(",", ";") + "\n\nSubscribe to our newsletter.") == digest
    assert content_digest(BRIDGE.replace("euros", "dollars")) != digest
    assert content_digest(BRIDGE.replace("north bank", "bank north")) != digest


def test_texts_without_a_word_are_equal_only_when_they_are_the_same() -> None:
    assert is_copy("…", "…")
    assert not is_copy("…", "?!")
    assert not is_copy("", "?!")


def test_the_end_of_a_very_long_text_counts_for_the_digest() -> None:
    long = " ".join(f"word{number}" for number in range(30_000))
    assert content_digest(long) != content_digest(f"{long} more")
    assert are_found(long, f"{long} more")


def test_a_short_text_has_exact_copies_only() -> None:
    assert len(SHORT.split()) < FEWEST_WORDS
    assert sketch(SHORT) == b""
    assert band_keys(b"") == ()
    assert is_copy(SHORT, SHORT.upper())
    assert not is_copy(SHORT, SHORT.replace("old", "new"))


def test_a_sketch_is_the_same_on_every_machine_and_in_every_process() -> None:
    assert len(sketch(BRIDGE)) == 512
    assert hashlib.sha256(sketch(BRIDGE)).hexdigest()[:16] == "0ae0f0c645f03a65"
    assert len(set(band_keys(sketch(BRIDGE)))) == 42


@given(st.text(st.characters(), max_size=300), st.text(st.characters(), max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_two_texts_can_be_compared_and_in_either_order(one: str, other: str) -> None:
    assert band_keys(sketch(one)) == band_keys(sketch(one))
    assert is_copy(one, one)
    assert is_copy(one, other) == is_copy(other, one)
    assert 0 <= resemblance(one, other) == resemblance(other, one) <= 1


def test_copies_are_one_account_under_its_first_source() -> None:
    found = accounts(["d", "c", "b", "a"], [("b", "c"), ("c", "d"), ("b", "d")])
    assert found.copies_of("c") == ("b", "d")
    assert found.account_of("d") == "b"
    assert found.copies_of("a") == ()
    assert found.account_of("a") == "a"
    assert found.count(["b", "c", "d"]) == 1
    assert found.count(["a", "c", "d", "a"]) == 2


def test_a_pair_that_was_missed_does_not_split_an_account() -> None:
    every = set(combinations("abcdef", 2))
    assert accounts("abcdef", every - {("a", "f"), ("b", "c")}).count("abcdef") == 1


def test_a_chain_of_versions_is_not_one_account() -> None:
    chain = accounts("abcdefg", zip("abcdef", "bcdefg", strict=True))
    assert chain.count("abcdefg") > 1
    assert chain.account_of("a") != chain.account_of("g")


def test_no_order_of_sources_or_pairs_changes_the_accounts() -> None:
    pairs = [("a", "b"), ("b", "c"), ("c", "d"), ("e", "d")]
    found = {
        tuple(accounts(sources, order).account_of(source) for source in "abcde")
        for sources in ("abcde", "ecadb")
        for order in [*permutations(pairs), *permutations([(other, one) for one, other in pairs])]
    }
    assert len(found) == 1


def test_sources_that_are_gone_take_no_part() -> None:
    found = accounts(["a", "b"], [("a", "gone"), ("gone", "b"), ("a", "a")])
    assert found.copies_of("a") == ()
    assert found.copies_of("gone") == ()
    assert found.account_of("gone") == "gone"
    assert found.count(["a", "b"]) == 2
