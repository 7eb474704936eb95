"""The checker on public sets: each form by its content, figures by hand, and bad files."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from evals.benchmarks.summary import Figure
from evals.checking.public import (
    ClaimSet,
    JudgedSentence,
    Label,
    LabelledClaim,
    Summary,
    SummarySet,
    load_public,
    plain,
    spread,
)
from evals.checking.scoring import CheckedClaim, CheckedSummary, claim_figures, summary_figures
from evals.commands.check import check
from qa.drafts import Statement
from qa.types import Verdict
from vectorstore.errors import DatasetError

COMET = "The comet was found by student Mia Okafor."
ARTICLE = f"Astronomers at Holt observatory photographed a new comet last week. {COMET}"
NOWHERE = "A zeppelin carried bananas to the moon."
SICK_HEAD = "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment\n"

app = typer.Typer(pretty_exceptions_enable=False)
app.command()(check)


def write_lines(path: Path, rows: Sequence[object]) -> Path:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def summary_row(*sentences: tuple[str, str]) -> dict[str, Any]:
    """A row of QAGS: each sentence with the votes, `yyn`."""
    words = {"y": "yes", "n": "no"}
    judged = [
        {"sentence": text, "responses": [{"worker_id": n, "response": words[one]} for n, one in enumerate(votes)]}
        for text, votes in sentences
    ]
    return {"article": ARTICLE, "summary_sentences": judged}


def claim_row(claim: str, label: str, **more: str) -> dict[str, str]:
    return {"claim": claim, "evidence": ARTICLE, "label": label, **more}


def run(*words: object) -> dict[str, Any]:
    """The figures of each file, by its name."""
    done = CliRunner().invoke(app, [*map(str, words), "--json", "figures.json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    found = json.loads(Path("figures.json").read_text(encoding="utf-8"))
    return {one["name"]: one for one in found["sets"]}


def values(found: Mapping[str, Any]) -> dict[str, float]:
    return {one["name"]: one["measured"]["value"] for one in found["figures"] if one["measured"]}


def by_name(figures: Sequence[Figure]) -> dict[str, float | None]:
    return {one.name: one.measured.value if one.measured else None for one in figures}


def statement(support: float, verdict: Verdict = "supported") -> Statement:
    return Statement("", verdict=verdict, support=support)


def checked_summary(*sentences: tuple[float, str]) -> CheckedSummary:
    judged = tuple(JudgedSentence("", tuple(vote == "y" for vote in votes)) for _, votes in sentences)
    return CheckedSummary(Summary("", judged), tuple(statement(support) for support, _ in sentences))


def checked_claim(label: Label, support: float, verdict: Verdict) -> CheckedClaim:
    return CheckedClaim(LabelledClaim("", "", label), statement(support, verdict))


# Figures by hand


def test_a_summary_is_worth_the_mean_of_its_sentences() -> None:
    # Support 0.1, 0.3, 0.2, 0.4 against what most people found: 0, 0.5, 0.5, 1.
    found = by_name(
        summary_figures(
            [
                checked_summary((0.1, "nny")),
                checked_summary((0.5, "yyn"), (0.1, "nnn")),
                checked_summary((0.15, "nny"), (0.25, "yyy")),
                checked_summary((0.4, "yyy")),
            ]
        )
    )
    # Deviations −.15 .05 −.05 .15 and −.5 0 0 .5: .15 over the root of .05 times .5.
    assert found["pearson"] == pytest.approx(0.15 / (0.05 * 0.5) ** 0.5, abs=1e-6)
    # Ranks 1 3 2 4 and 1 2.5 2.5 4: 4.5 over the root of 5 times 4.5.
    assert found["spearman"] == pytest.approx(4.5 / (5 * 4.5) ** 0.5, abs=1e-6)
    # Shares 1/3, 1/3, 2/3, 1: deviations −1/4 −1/4 1/12 5/12, in twelfths −3 −3 1 5.
    shares = (0.15 * 3 - 0.05 * 3 - 0.05 * 1 + 0.15 * 5) / (0.05 * 44) ** 0.5
    assert found["pearson_with_shares_of_votes"] == pytest.approx(shares, abs=1e-6)
    # Sentences that most found consistent: 0.5, 0.25, 0.4; others: 0.1, 0.1, 0.15.
    assert found["auc"] == 1.0
    assert found["held_supported_of_inconsistent"] == 1.0


def test_claims_are_told_apart_by_verdict_and_by_support() -> None:
    found = by_name(
        claim_figures(
            [
                checked_claim("supports", 0.9, "supported"),
                checked_claim("supports", 0.4, "unsupported"),
                checked_claim("refutes", 0.3, "unsupported"),
                checked_claim("refutes", 0.6, "supported"),
                checked_claim("neutral", 0.1, "unsupported"),
            ]
        )
    )
    assert found["balanced_accuracy"] == pytest.approx((1 / 2 + 2 / 3) / 2, abs=1e-6)
    # 0.9 is above three of three, 0.4 above two of three.
    assert found["auc"] == pytest.approx(5 / 6, abs=1e-6)
    assert [found[f"held_supported_of_{name}"] for name in ("supports", "refutes", "neutral")] == [0.5, 0.5, 0.0]


def test_claims_of_one_kind_cannot_be_told_apart() -> None:
    found = by_name(claim_figures([checked_claim("supports", 0.9, "supported")]))
    assert found == {"balanced_accuracy": None, "auc": None, "held_supported_of_supports": 1.0}


# Forms


def test_summaries_are_known_by_their_content(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "anything.jsonl", [summary_row((COMET, "yyn"), (NOWHERE, "ynn"))])
    (found,) = load_public(path)
    assert isinstance(found, SummarySet)
    assert [sentence.is_consistent for sentence in found.items[0].sentences] == [True, False]


@pytest.mark.parametrize("names", [("evidence", "gold_label"), ("evidence_sentence", "label")])
def test_both_versions_of_fever_symmetric_are_known(tmp_path: Path, names: tuple[str, str]) -> None:
    rows = [{"claim": "a", names[0]: "b", names[1]: label} for label in ("SUPPORTS", "REFUTES", "NOT ENOUGH INFO")]
    (found,) = load_public(write_lines(tmp_path / "fever.jsonl", rows))
    assert [item.label for item in found.items if isinstance(item, LabelledClaim)] == ["supports", "refutes", "neutral"]


def test_rows_of_vitaminc_bring_the_title_of_their_page(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "rows.jsonl.gz", [claim_row(COMET, "supports", page="Comet -LRB-Holt-RRB-")])
    (found,) = load_public(path)
    assert found.items == (LabelledClaim(COMET, ARTICLE, "supports", "Comet (Holt)"),)


def test_a_table_of_sick_is_read_as_evidence_and_claim(tmp_path: Path) -> None:
    path = tmp_path / "SICK.txt"
    path.write_text(f"{SICK_HEAD}7\tA dog runs\tAn animal runs\t4.1\tENTAILMENT\r\n8\tA\tB\t1\tCONTRADICTION\r\n")
    (found,) = load_public(path)
    assert found.items == (
        LabelledClaim("An animal runs", "A dog runs", "supports"),
        LabelledClaim("B", "A", "refutes"),
    )


def test_a_folder_gives_each_file_of_a_known_form_and_passes_over_the_others(tmp_path: Path) -> None:
    write_lines(tmp_path / "v2" / "claims.jsonl", [claim_row(COMET, "supports")])
    write_lines(tmp_path / "summaries.jsonl", [summary_row((COMET, "yyy"))])
    write_lines(tmp_path / "questions.jsonl", [{"question": "Who?"}])
    (tmp_path / "README.txt").write_text("Two sets.")
    assert [(one.path.name, type(one)) for one in load_public(tmp_path)] == [
        ("summaries.jsonl", SummarySet),
        ("claims.jsonl", ClaimSet),
    ]


def test_a_limit_takes_items_from_the_whole_file(tmp_path: Path) -> None:
    assert spread("abcdefghij", 4) == ("a", "c", "f", "h")
    assert spread("abc", 5) == spread("abc", None) == ("a", "b", "c")
    path = write_lines(tmp_path / "claims.jsonl", [claim_row(f"Claim {n}.", "supports") for n in range(10)])
    (found,) = load_public(path, limit=2)
    assert [item.claim for item in found.items if isinstance(item, LabelledClaim)] == ["Claim 0.", "Claim 5."]
    assert found.of == 10


def test_treebank_tokens_are_read_as_people_write_them() -> None:
    assert (
        plain("Holt -LRB- born 1912 -RRB- 's -LSB- sic -RSB- name , at 5 % .")
        == "Holt (born 1912)'s [sic] name, at 5%."
    )
    assert plain("It was the .22 calibre, 3 : 1.") == "It was the .22 calibre, 3: 1."


# Runs


def test_summaries_are_checked_against_their_article(tmp_path: Path) -> None:
    rows = [
        summary_row((COMET, "yyy")),
        summary_row((NOWHERE, "nnn")),
        summary_row((COMET, "yyn"), (NOWHERE, "nny")),
    ]
    found = run(write_lines(tmp_path / "qags.jsonl", rows))["qags.jsonl"]
    assert (found["items"], found["of"]) == (3, 3)
    measured = values(found)
    assert measured["pearson"] == pytest.approx(1.0)
    assert (measured["balanced_accuracy"], measured["auc"]) == (1.0, 1.0)


def test_claims_are_checked_against_their_evidence(tmp_path: Path) -> None:
    rows = [
        claim_row(COMET, "SUPPORTS"),
        claim_row("Rain fell on the harbour of Lund.", "SUPPORTS"),
        claim_row(NOWHERE, "REFUTES"),
        claim_row("Holt sold 40 trams to Peru.", "REFUTES"),
    ]
    found = values(run(write_lines(tmp_path / "claims.jsonl", rows))["claims.jsonl"])
    assert found["balanced_accuracy"] == 0.75
    assert (found["held_supported_of_supports"], found["held_supported_of_refutes"]) == (0.5, 0.0)


# Bad files


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "is no set of judged claims"),
        ("A story.\n", "is no set of judged claims"),
        ("3\n", "is no set of judged claims"),
        ('{"claim": "a", "evidence": "b", "label": "maybe"}\n', "a.jsonl:1: label: Input should be"),
        ('{"claim": "a", "evidence": "b", "label": "supports"}\n\n{"claim"\n', "a.jsonl:3: is not JSON"),
        ('{"article": "a", "summary_sentences": []}\n', "a.jsonl:1: summary_sentences: "),
        (SICK_HEAD, "a.jsonl: has a header, and no row"),
        (f"{SICK_HEAD}1\tA\tB\t3\n", "a.jsonl:2: has 4 columns, the header 5"),
        (f"{SICK_HEAD}1\tA\tB\t3\tPERHAPS\n", "a.jsonl:2: "),
    ],
)
def test_a_file_that_is_malformed_is_refused_with_its_line(tmp_path: Path, content: str, why: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError) as raised:
        load_public(path)
    assert why in str(raised.value)
    assert "\n" not in str(raised.value)


def test_what_cannot_be_read_is_refused_in_one_line(tmp_path: Path) -> None:
    whole = write_lines(tmp_path / "whole.jsonl.gz", [claim_row(COMET, "supports")])
    (tmp_path / "cut.jsonl.gz").write_bytes(whole.read_bytes()[:-9])
    (tmp_path / "latin.jsonl").write_bytes(b'{"claim": "caf\xe9"}\n')
    for name, why in (("cut.jsonl.gz", "is damaged"), ("latin.jsonl", "is not UTF-8"), ("none", "no such path")):
        with pytest.raises(DatasetError, match=why):
            load_public(tmp_path / name)
