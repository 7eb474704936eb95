"""An entailment model of the user's choice, as real files: tiny random ones that the test builds, read offline."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from qa.evidence import Evidence
from qa.marks import DraftSentence
from qa.reading.entailment import load_entailment
from qa.verifying.verification import verify
from vectorstore.errors import ModelUnavailable
from vectorstore.types import Chunk, Passage

WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] the red fox crossed frozen lake hens sleep a not . ,".split()
CLAIM = "The fox crossed the lake."
TEXTS = ("The red fox crossed the frozen lake.", "Hens sleep.", "The fox crossed a lake, a frozen lake.")


def build_model(folder: Path, labels: Sequence[str], *, seed: int = 7) -> Path:
    """A cross-encoder of one small layer with random weights, saved as any published one is."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
        initializer_range=1.0,
        id2label=dict(enumerate(labels)),
        label2id={label: place for place, label in enumerate(labels)},
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizer(str(folder / "vocab.txt"), do_lower_case=True).save_pretrained(folder)
    return folder


def renamed(folder: Path, labels: Sequence[str]) -> Path:
    """The same weights with other names for the labels."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["id2label"] = {str(place): label for place, label in enumerate(labels)}
    config["label2id"] = {label: place for place, label in enumerate(labels)}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def test_the_chance_of_entailment_is_that_labels_share_wherever_it_stands(tmp_path: Path) -> None:
    orders = (
        ("entailment", "neutral", "contradiction"),
        ("neutral", "ENTAILMENT", "contradiction"),
        ("contradiction", "neutral", "entailed"),
    )
    folder = build_model(tmp_path / "three", orders[0])
    chances = [load_entailment(str(renamed(folder, labels)))(CLAIM, TEXTS) for labels in orders]
    for each in zip(*chances, strict=True):
        assert sum(each) == pytest.approx(1.0, abs=1e-5), "the same weights: each place has its own share"
        assert len({round(chance, 4) for chance in each}) == 3
    assert len({round(chance, 4) for chance in chances[0]}) == len(TEXTS), "each text has a chance of its own"


def test_the_text_comes_first_and_the_claim_second(tmp_path: Path) -> None:
    voice = load_entailment(str(build_model(tmp_path / "model", ("entailment", "neutral", "contradiction"))))
    assert voice(CLAIM, TEXTS[:1])[0] == pytest.approx(voice(CLAIM, TEXTS)[0], abs=1e-4)
    assert voice(CLAIM, TEXTS[:1])[0] != pytest.approx(voice(TEXTS[0], [CLAIM])[0], abs=1e-4)


def test_a_model_of_a_single_label_gives_one_chance_between_none_and_all(tmp_path: Path) -> None:
    chances = load_entailment(str(build_model(tmp_path / "one", ("LABEL_0",))))(CLAIM, TEXTS)
    assert len(chances) == len(TEXTS)
    assert all(0.0 < chance < 1.0 for chance in chances)
    assert len(set(chances)) == len(TEXTS)


def test_a_single_logit_becomes_a_chance_by_the_logistic_curve(tmp_path: Path) -> None:
    import torch
    from transformers import BertForSequenceClassification, BertTokenizer

    folder = build_model(tmp_path / "one", ("LABEL_0",))
    model = BertForSequenceClassification.from_pretrained(folder).eval()
    encoded = BertTokenizer.from_pretrained(folder)(TEXTS[0], CLAIM, return_tensors="pt")
    with torch.no_grad():
        logit = model(**encoded).logits[0, 0]
    assert load_entailment(str(folder))(CLAIM, TEXTS[:1]) == [pytest.approx(float(logit.sigmoid()), abs=1e-4)]


def test_a_model_without_a_label_of_entailment_is_refused_with_its_labels(tmp_path: Path) -> None:
    folder = build_model(tmp_path / "feelings", ("sad", "glad"))
    with pytest.raises(ModelUnavailable, match=r"sad, glad\) is entailment \(QA_ENTAILMENT_MODEL\)"):
        load_entailment(str(folder))


def test_a_folder_that_is_no_model_is_refused_in_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    with pytest.raises(ModelUnavailable) as caught:
        load_entailment(str(folder))
    assert "\n" not in str(caught.value)


def test_a_folder_with_files_of_another_kind_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}", encoding="utf-8")
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelUnavailable):
        load_entailment(str(folder))


def test_a_real_model_has_its_say_in_the_verdict(tmp_path: Path) -> None:
    voice = load_entailment(str(build_model(tmp_path / "model", ("entailment", "neutral", "contradiction"))))
    chunk = Chunk("a", 0, TEXTS[0], 0, len(TEXTS[0]), "a.txt", "A title")
    statement = verify(
        DraftSentence(CLAIM, (1,), "", is_heading=False), Evidence([Passage(chunk, 1.0)], entailment=voice)
    )
    chance = voice(CLAIM, TEXTS[:1])[0]
    assert statement.verdict == ("supported" if chance >= 0.5 else "unsupported")
    assert 0.0 < statement.support < 1.0


@pytest.mark.parametrize(("chance", "verdict"), [(0.49, "unsupported"), (0.5, "supported")])
def test_a_voice_vetoes_what_it_holds_less_likely_than_not(chance: float, verdict: str) -> None:
    asked: list[tuple[str, tuple[str, ...]]] = []

    def voice(claim: str, texts: Sequence[str]) -> list[float]:
        asked.append((claim, tuple(texts)))
        return [chance]

    chunk = Chunk("a", 0, TEXTS[0], 0, len(TEXTS[0]), "a.txt", "A title")
    evidence = Evidence([Passage(chunk, 1.0)], entailment=voice)
    statement = verify(DraftSentence(CLAIM, (1,), "", is_heading=False), evidence)
    assert statement.verdict == verdict
    assert bool(statement.quotes) == (verdict == "supported")
    assert asked == [(CLAIM, (TEXTS[0],))], "the voice is asked once for the verdict and the support together"
