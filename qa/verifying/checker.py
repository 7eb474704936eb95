"""What checks an answer's sentences against passages: the exact checks, and the models that may have a say."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from qa.drafts import Statement
from qa.evidence import Embed, Evidence, Voice
from qa.marks import DraftSentence
from qa.normalise import names, occurs_as_name
from qa.quantities import quantities
from qa.tracing import span
from qa.verifying.verification import verify
from vectorstore.types import Passage

_REMARK = re.compile(
    r"\b(?:articles?|passages?|sources?|context|texts?|excerpts?|reports?|information)\b[^.;]{0,40}"
    r"\b(?:do(?:es)? not|don['’]t|doesn['’]t|did not)\s+(?:\w+ )?"
    r"(?:tell|say|mention|specify|state|provide|contain|give|include|answer|address|name|discuss|explain|reveal)",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"[;:]|,? \b(?:but|however|although|though|yet|because|since|while|whereas|which)\b", re.IGNORECASE
)


class Checker:
    """Checks claims; safe to share between threads. `embed` helps with paraphrases, `entailment` has a veto."""

    def __init__(self, *, embed: Embed | None = None, entailment: Voice | None = None) -> None:
        self._embed = embed
        self._entailment = entailment

    def against(self, passages: Sequence[Passage], question: str = "") -> Callable[[DraftSentence], Statement]:
        """A check of sentences, their numbers counted from 1 in `passages`; prepared once for all of an answer."""
        evidence = Evidence(passages, embed=self._embed, entailment=self._entailment)

        def check(sentence: DraftSentence) -> Statement:
            if _is_remark(sentence.text, evidence, question):
                return Statement(sentence.text, before=sentence.before, is_claim=False)
            with span("verify") as notes:
                statement = verify(sentence, evidence)
                notes.add(verdict=statement.verdict, support=statement.support)
            return statement

        return check

    def check(self, claim: str, passages: Sequence[Passage]) -> Statement:
        """One claim against passages, none of them cited."""
        return self.against(passages)(DraftSentence(claim, (), "", is_heading=False))


def _is_remark(text: str, evidence: Evidence, question: str) -> bool:
    """Whether a sentence only says that the articles do not tell, and brings in nothing that nobody mentioned."""
    match = _REMARK.search(text)
    if not match or _GOES_ON.search(text):
        return False
    everything = range(1, len(evidence.passages) + 1)
    known, short = evidence.words(everything), evidence.acronyms(everything)
    told = quantities(question).numbers.union(*(one.quantities.numbers for one in evidence.sentences))
    asked = {name.casefold() for name in names(question)}
    new = [name for name in names(text) if name not in asked and not occurs_as_name(name, known, short)]
    return not new and quantities(text).numbers <= told
