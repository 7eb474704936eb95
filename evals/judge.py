"""A chat model as one more judge of answers: a column beside the others, never the gate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evals.report.terminal import expected_text
from evals.runner import Progress, Row, Run
from prompts import load_prompt
from vectorstore.errors import ModelCallFailed

if TYPE_CHECKING:
    from qa.chat_model import ChatModel

_VERDICT = re.compile(r"^\W*(RIGHT|WRONG)\W*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the judge makes of an answer, with its reason."""

    right: bool | None
    """None: unscored, since the call failed or no verdict could be read."""
    why: str


def judge(found: Run, chat_model: ChatModel, *, progress: Progress | None = None) -> Mapping[str, Judgement]:
    """A judgement of each answer to a question that the articles answer, by the example's id."""
    rows = [row for row in found.rows if row.example.answerable and row.answer and not row.error]
    answered = [row for row in rows if row.answer and not row.answer.abstained]
    judgements = {}
    for done, row in enumerate(answered, 1):
        judgements[row.example.id] = _judge(row, chat_model)
        if progress:
            progress(done, len(answered))
    return judgements


def _judge(row: Row, chat_model: ChatModel) -> Judgement:
    assert row.answer
    example = row.example
    told = load_prompt("judge").fill(
        question=" → ".join([*example.earlier, example.asked]),
        accepted=expected_text(example),
        passages="\n".join(quote.quote for quote in example.quotes),
        answer=row.answer.text,
    )
    try:
        said = "".join(chat_model.stream(told.system, told.user))
    except ModelCallFailed as error:
        return Judgement(None, str(error))
    verdicts = _VERDICT.findall(said)
    return Judgement(verdicts[-1] == "RIGHT" if verdicts else None, " ".join(_VERDICT.sub("", said).split()))
