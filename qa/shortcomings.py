"""What a lesser answer should say of itself: the reader is missing, or the question's language is not known."""

from __future__ import annotations

from collections.abc import Iterator

from qa.languages import language_of
from qa.types import Answer
from vectorstore.embedding import PACKAGED


def shortcomings(answer: Answer, *, lacks_reader: bool, embedding_model: str) -> Iterator[str]:
    """One line for each; nothing for an answer that was not searched for."""
    if not answer.passages:
        return
    if lacks_reader:
        yield "the reader's weights are missing or damaged, so answers are less exact; install Footnote anew"
    language = language_of(answer.query)
    if answer.abstained and language != "English" and embedding_model in PACKAGED:
        yield (
            f"the question seems to be in {language}, and {embedding_model} knows English only: the articles may tell "
            "it all the same; ask in English, or set QA_EMBEDDING_MODEL to a multilingual model"
        )
