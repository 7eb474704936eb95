"""A chat model's text as it comes: each complete sentence is checked and gets its footnotes, the open one waits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from qa.drafts import Piece, Statement
from qa.marks import DraftSentence, Resolved, resolve, split, without_fake_marks

Verify = Callable[[DraftSentence], Statement]
_ADDRESS = r"\([^()\s]*(?:\s+(?:\"[^\"]*\"?\s*)?)?\)?"
_BRACKETS = rf"!?[\[［〔][^\[\]［］〔〕]*(?:[\]］〕](?:{_ADDRESS})?[ \t]*[,;]?)?|【[^【】]*(?:】[ \t]*[,;]?)?"
_UNSURE_END = re.compile(rf"(?:\s*(?:{_BRACKETS}))*\s*(?:[!*_#]+|\n[^\n]{{0,3}})?\s*\Z")
"""What may turn out to be a mark, a link, an image or a list marker once more of it has come."""
_BROKEN_END = re.compile(
    r"\s*(?:[\[【]\^?(?:(?:passages?|sources?)\s*)?(?:\d[\d\s,;&–—-]*)?"
    r"|!\[[^\[\]\n]*|!?\[[^\[\]\n]*\]\([^()\s]*(?:\s+\"[^\"\n]*\"?)?)\Z",
    re.IGNORECASE,
)
"""A mark, a link or an image of which the end never came."""
_SOURCES = re.compile(
    r"\n\s*(?:#+\s*|\*\*)?(?:sources?|references?|footnotes?|citations?|notes)\b[^\n]{0,12}(?:\n|\Z)"
    r"|^[ \t]*\[\^?\d*(?:\]:|\Z)",
    re.IGNORECASE | re.MULTILINE,
)
"""Where a list of sources seems to begin; what it becomes is known at the end."""
_WORDS_GO_ON = re.compile(r"[\w,;'’() -]*\Z")
_INSIDE_SENTENCE = re.compile(r"[\w,;]\s+[\w'’-]+[,;]?\Z")
_MAYBE_ASIDE = re.compile(r"[(\[][^.!?]{0,79}(?:[)\]][.!?]?)?\Z")
"""An aside in brackets belongs to the sentence before it."""
_PAIRS = (("(", ")"), ("[", "]"), ("‘", "’"))


class Settling:
    """The sentences of one reply. What it has shown stays: it only adds, the footnotes of a sentence after it."""

    def __init__(self, verify: Verify, *, keep_unsupported: bool = True) -> None:
        self._verify = verify
        self._keep_unsupported = keep_unsupported
        self._known: dict[DraftSentence, Statement] = {}
        self._complete: list[DraftSentence] = []
        self._settled = Resolved("", (), ())
        self._sure = ""
        self._shown = ""
        self._open = 0
        """How many characters behind the complete sentences are shown."""
        self._shown_to = -1
        """Where words simply go on: how much of the text is shown; else -1."""

    def add(self, text: str) -> Piece:
        """What can be shown now; `text` is all that the model has said so far."""
        if self._shown_to >= 0 and _WORDS_GO_ON.match(text, self._shown_to):
            words = text[self._shown_to :].rstrip()
            self._shown_to += len(words)
            self._open += len(words)
            return self._grown(self._shown + words)
        return self._grown(self._shown_of(text))

    def finish(self, text: str) -> list[Statement]:
        """All statements of the complete text, the unsupported ones too unless they are dropped."""
        self._complete = self._sentences(_BROKEN_END.sub("", text))
        return self._statements()

    def rest(self, resolved: Resolved) -> Piece:
        """What is left to show of the complete answer."""
        self._settled = resolved
        return self._grown(resolved.text)

    def _shown_of(self, text: str) -> str:
        listed = _SOURCES.search(text)
        sure = _UNSURE_END.sub("", text[: listed.start()] if listed else text)
        if sure == self._sure:
            return self._shown
        self._sure = sure
        sentences = self._sentences(sure)
        count = max(_count_complete(sentences), len(self._complete))
        self._open = 0 if count > len(self._complete) else self._open
        self._complete = sentences[:count]
        self._settled = resolve(self._statements())
        self._shown_to = -1
        following = sentences[count:]
        if not following or not self._keep_unsupported:
            return self._settled.text
        if len(following) == 1 and text.rstrip() == sure and _INSIDE_SENTENCE.search(sure):
            self._shown_to = len(sure)
        before = following[0].before if self._complete else following[0].before.lstrip()
        self._open = max(self._open, len(following[0].before + following[0].text))
        return self._settled.text + before + without_fake_marks(following[0].text)

    def _sentences(self, text: str) -> list[DraftSentence]:
        """The sentences of a text, cut where it was cut before, and nowhere inside of what was shown as one."""
        done = sum(len(sentence.before + sentence.text) for sentence in self._complete)
        return [*self._complete, *_joined(_from(done, split(text)), self._open)]

    def _grown(self, shown: str) -> Piece:
        # Should the shown words have become others, nothing is added: what was shown is never taken back.
        grown = shown[len(self._shown) :] if shown.startswith(self._shown) else ""
        self._shown += grown
        return Piece(grown, self._settled.claims, self._settled.citations)

    def _statements(self) -> list[Statement]:
        for sentence in self._complete:
            if sentence not in self._known:
                self._known[sentence] = self._verify(sentence)
        statements = [self._known[sentence] for sentence in self._complete]
        return [one for one in statements if self._keep_unsupported or one.verdict != "unsupported"]


def _count_complete(sentences: Sequence[DraftSentence]) -> int:
    """How many sentences are complete: behind them stands a whole word, so that no mark of theirs may still come."""
    if not sentences:
        return 0
    last = sentences[-1].text
    begun = " " in last and not _MAYBE_ASIDE.match(last)
    count = max(len(sentences) - (1 if begun else 2), 0)
    return next((place for place in range(count) if _may_go_on(sentences, place)), count)


def _may_go_on(sentences: Sequence[DraftSentence], place: int) -> bool:
    """Whether a bracket is open in a sentence, and its line is not at its end."""
    text = sentences[place].text
    is_open = any(text.rfind(closing) < text.rfind(opening) for opening, closing in _PAIRS)
    return is_open and not any("\n" in later.before for later in sentences[place + 1 :])


def _from(done: int, sentences: Sequence[DraftSentence]) -> Iterator[DraftSentence]:
    """The sentences behind the first `done` characters, the one that lies across cut in two."""
    place = 0
    for sentence in sentences:
        whole = sentence.before + sentence.text
        if place >= done:
            yield sentence
        elif rest := whole[done - place :].lstrip():
            blanks = len(whole) - (done - place) - len(rest)
            yield sentence._replace(text=rest, before=whole[done - place :][:blanks])
        place += len(whole)


def _joined(sentences: Iterable[DraftSentence], length: int) -> Iterator[DraftSentence]:
    """The sentences, those joined that begin inside the first `length` characters."""
    place, open_one = 0, None
    for sentence in sentences:
        if open_one and place + len(sentence.before) < length:
            numbers = tuple(dict.fromkeys(open_one.numbers + sentence.numbers))
            text = open_one.text + sentence.before + sentence.text
            open_one = DraftSentence(text, numbers, open_one.before, open_one.is_heading and sentence.is_heading)
        else:
            if open_one:
                yield open_one
            open_one = sentence
        place += len(sentence.before + sentence.text)
    if open_one:
        yield open_one
