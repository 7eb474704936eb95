"""What Footnote promises of every answer, whatever was asked: its quotes stand where they say, each claim has one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from evals.corpus import Corpus
from evals.metrics import all_citations, is_faithful
from qa.types import Answer
from vectorstore.decoding import decode

_MARK = re.compile(r"\[(\d+)\]")


def broken_promises(answer: Answer, folder: Path | None, *, allow_unsupported: bool) -> Iterator[str]:
    """Whatever Footnote never does, and a change to it, or a chat model, might make it do."""
    if not answer.complete or answer.reason == "model_failed":
        yield "the chat model failed: " + " ".join(answer.notices)
    yield from _dangling(answer)
    if folder:
        yield from _moved(answer, folder)
    if answer.abstained and (answer.claims or answer.citations):
        yield "abstains, and has claims or footnotes all the same"
    if answer.passages and not answer.abstained and not answer.citations:
        yield "has no footnote"
    for claim in answer.claims:
        flagged = claim.verdict == "unsupported"
        if (flagged and not allow_unsupported) or not (flagged or claim.citations):
            yield f"no footnote backs “{claim.text}”" + (f": {claim.why}" if claim.why else "")


def _dangling(answer: Answer) -> Iterator[str]:
    marked = {int(number) for number in _MARK.findall(answer.text)}
    numbers = {citation.number for citation in all_citations(answer)}
    yield from (f"has the mark [{number}] without a footnote" for number in sorted(marked - numbers))
    yield from (f"has footnote [{number}] without a mark" for number in sorted(numbers - marked))


def _moved(answer: Answer, folder: Path) -> Iterator[str]:
    cited = all_citations(answer)
    files = read_sources(folder, [one.source for one in cited])
    for one in cited:
        if one.source not in files.texts:
            yield f"footnote [{one.number}]: there is no file {one.source} in {folder}"
        elif not is_faithful(one, files):
            there = files.texts[one.source][max(one.start, 0) : one.end]
            yield f"footnote [{one.number}]: {one.source} holds “{there}” at {one.start}–{one.end}"


def read_sources(folder: Path, sources: Iterable[str]) -> Corpus:
    """The files of some sources alone: a folder may hold thousands."""
    paths = {source: folder / source for source in sources}
    return Corpus({source: decode(path.read_bytes()) for source, path in paths.items() if path.is_file()}, "")
