"""Answers that readers rated -> drafts: what they asked, and where the answer was found good, what it stood on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from evals.corpus import Corpus
from evals.drafting.choosing import Drafted, numbered
from evals.drafting.draft import Draft
from evals.drafting.writing import RATED_DOWN, RATED_UP
from evals.examples import AbstainReason, QuestionType, Quote
from evals.lint import MOST_PLACES, MOST_TURNS
from evals.matching import contains, tokens
from qa.history.conversation import Scope, shortened
from qa.history.feedback import Rated
from qa.history.markdown import whole
from qa.terminal import one_line
from qa.types import Answer, Citation, Claim

_LONGEST_NOTE: Final = 300
Evidence = tuple[tuple[Quote, ...], ...]


def draft_rated(rated: Sequence[Rated], corpus: Corpus) -> tuple[Drafted, ...]:
    """A draft for each question, in the order of their last ratings; the last rating of a question counts.

    A good answer gives what is accepted and its evidence, a good abstention a question without an answer; what would
    have been right in place of a bad answer is left to say.
    """
    asked: dict[tuple[tuple[str, ...], ...], list[Rated]] = {}
    for one in rated:
        key = tuple(tuple(tokens(turn)) for turn in (*_earlier(one), one.question))
        asked[key] = [*asked.pop(key, []), one]
    return numbered([_draft(same, corpus) for same in asked.values()])


def _draft(same: Sequence[Rated], corpus: Corpus) -> Draft:
    last, answer = same[-1], same[-1].answer
    notes, earlier = list(_notes(same)), _earlier(last)
    follows: tuple[QuestionType, ...] = ("follow_up",) if earlier else ()
    question = _text(last.question)
    if last.vote == "down":
        said = f"it abstained ({answer.reason})" if answer.abstained else f"it said: {_text(answer.text)}"
        todo = "Give the right answer and its evidence, or answerable = false and the reason."
        note = "\n".join([*notes, shortened(said, _LONGEST_NOTE), todo])
        return Draft(("single_fact", *follows), question, earlier=earlier, note=note, kind=RATED_DOWN)
    if answer.abstained:
        reason: AbstainReason = "out_of_domain" if answer.reason == "not_in_corpus" else "near_miss"
        return Draft((reason, *follows), question, abstain_reason=reason, earlier=earlier, note="\n".join(notes))
    return _good(answer, corpus, question=question, earlier=earlier, notes=notes)


def _good(answer: Answer, corpus: Corpus, *, question: str, earlier: tuple[str, ...], notes: Sequence[str]) -> Draft:
    told = [claim for claim in answer.claims if claim.citations]
    quotes = _usable(answer.citations, corpus)
    accepted = _accepted(told)
    groups = _groups(quotes, accepted, alone=len(told) == 1)
    several: tuple[QuestionType, ...] = ("several_articles",) if len({quote.source for quote in quotes}) > 1 else ()
    more = [shortened(f"it said more: {_text(answer.text)}", _LONGEST_NOTE)] if len(told) > 1 else []
    return Draft(
        ("single_fact", *several, *(("follow_up",) if earlier else ())),
        question,
        evidence=(*groups, *_elsewhere(groups, corpus)),
        answers=(accepted,) if accepted else (),
        note="\n".join([*notes, *more, *_left_out(answer.citations, corpus)]),
        earlier=earlier,
        derived=not all(contains(_proof(group), accepted) for group in groups),
        kind=RATED_UP,
    )


def _accepted(told: Sequence[Claim]) -> str:
    return _text(told[0].text) if told else ""


def _groups(quotes: Sequence[Quote], accepted: str, *, alone: bool) -> Evidence:
    """Each quote that tells the one statement is enough; else all of them are needed together."""
    enough = tuple((quote,) for quote in quotes if contains(quote.quote, accepted)) if alone and accepted else ()
    return enough or ((tuple(quotes),) if quotes else ())


def _usable(citations: Sequence[Citation], corpus: Corpus) -> tuple[Quote, ...]:
    return tuple(dict.fromkeys(_quote(citation) for citation in citations if not _why_not(citation, corpus)))


def _left_out(citations: Sequence[Citation], corpus: Corpus) -> Iterator[str]:
    yield from dict.fromkeys(f"a quote is left out: {why}" for one in citations if (why := _why_not(one, corpus)))
    if not citations:
        yield "the answer had no footnote"


def _why_not(citation: Citation, corpus: Corpus) -> str:
    source = _text(citation.source)
    if citation.source not in corpus.texts:
        return f"the article {source} is not there any more"
    if not citation.quote.strip():
        return f"it is empty, of {source}"
    places = len(corpus.spans(_quote(citation)))
    if not places:
        return f"the article {source} has changed"
    return f"it stands {places} times in {source}" if places > MOST_PLACES else ""


def _elsewhere(groups: Evidence, corpus: Corpus) -> Iterator[tuple[Quote, ...]]:
    """The same quotes of every other article that holds them all."""
    own = {quote.source for group in groups for quote in group}
    for group in groups:
        for source, text in corpus.texts.items():
            if source not in own and all(quote.quote in text for quote in group):
                yield tuple(Quote(source=source, quote=quote.quote) for quote in group)


def _notes(same: Sequence[Rated]) -> Iterator[str]:
    votes = Counter(one.vote for one in same)
    yield "rated " + " and ".join(f"{vote} {_times(votes[vote])}" for vote in ("up", "down") if votes[vote])
    yield from (f"{one.vote}: {_text(one.comment)}" for one in same if one.comment.strip())
    if len(same[-1].earlier) > len(_earlier(same[-1])):
        yield "begins in the middle of a conversation"
    restrictions = _restrictions(same[-1].scope)
    if restrictions:
        yield f"was asked only of {restrictions}; other articles may tell something else"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _restrictions(scope: Scope) -> str:
    days = [f"{word} {day.isoformat()}" for word, day in (("since", scope.since), ("until", scope.until)) if day]
    return ", ".join([*map(_text, scope.sources), *filter(None, [_text(scope.outlet)]), *days])


def _earlier(one: Rated) -> tuple[str, ...]:
    """The turns before, as many as a conversation that people check has."""
    return tuple(filter(None, map(_text, one.earlier[-(MOST_TURNS - 1) :])))


def _quote(citation: Citation) -> Quote:
    return Quote(source=citation.source, quote=citation.quote)


def _proof(group: Sequence[Quote]) -> str:
    return " … ".join(quote.quote for quote in group)


def _text(text: str) -> str:
    """Words of others on one line, as a file of UTF-8 can hold them."""
    return one_line(whole(text))
