"""Questions that the articles do not answer, each checked against the words of the articles."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Final, TypeVar

from evals.drafting.draft import Draft
from evals.drafting.general import (
    FALSE_OF_PERSONS,
    FALSE_OF_PLACES,
    GENERAL,
    IN_YEARS,
    OF_PERSONS,
    OF_PLACES,
    General,
    Template,
)
from evals.drafting.offices import office_holders
from evals.drafting.places import places
from evals.drafting.reading import NO_PERSONS, Reading
from evals.examples import AbstainReason
from evals.matching import contains, tokens

_YEARS: Final = range(1951, 1980)
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class _Told:
    """What is in an article: its text, and its words as matching sees them."""

    text: str
    words: frozenset[str]

    def holds(self, wanted: str) -> bool:
        """Whether the words stand in the text, one after another."""
        return self.words.issuperset(tokens(wanted)) and contains(self.text, wanted)


def unanswerable_drafts(readings: Sequence[Reading], *, seed: int) -> list[Draft]:
    """Of the four reasons in turn, with twice as many near misses; the same for the same seed."""
    told = [_Told(reading.text, frozenset(tokens(reading.text))) for reading in readings]
    persons, towns = _shuffled(_persons(readings), seed), _shuffled(_places(readings), seed)
    of_persons = list(_filled(persons, OF_PERSONS, told=told, reason="near_miss"))
    half = (len(of_persons) + 1) // 2
    of_places = _filled(towns, OF_PLACES, told=told, reason="near_miss")
    false = _mixed(
        _filled(persons[::-1], FALSE_OF_PERSONS, told=told, reason="false_premise"),
        _filled(towns[::-1], FALSE_OF_PLACES, told=told, reason="false_premise"),
    )
    general = _general(_shuffled(GENERAL, seed), told)
    outside = _outside(towns, told, seed=seed)
    return list(_mixed(of_persons[:half], general, false, outside, _mixed(of_places, of_persons[half:])))


def _mixed(*rows: Iterator[Draft] | Sequence[Draft]) -> Iterator[Draft]:
    """One of each in turn, until all are used up."""
    return (draft for drafts in zip_longest(*rows) for draft in drafts if draft)


def _shuffled(items: Sequence[_Item], seed: int) -> list[_Item]:
    return random.Random(seed).sample(items, len(items))


def _persons(readings: Sequence[Reading]) -> list[str]:
    """Full names, each last name once."""
    names = dict.fromkeys(chain.from_iterable((*reading.persons, *office_holders(reading)) for reading in readings))
    by_last = {name.rpartition(" ")[2]: name for name in reversed(names) if not NO_PERSONS.search(name)}
    return list(by_last.values())


def _places(readings: Sequence[Reading]) -> list[str]:
    return list(dict.fromkeys(chain.from_iterable(places(reading.text) for reading in readings)))


def _filled(
    names: Sequence[str], templates: Sequence[Template], *, told: Sequence[_Told], reason: AbstainReason
) -> Iterator[Draft]:
    """One question about each name; the templates take turns, those that an article might answer left out."""
    for turn, name in enumerate(names):
        last = tokens(name.rpartition(" ")[2])
        naming = [one.words for one in told if one.words.issuperset(last)]
        for step in range(len(templates)):
            template = templates[(turn + step) % len(templates)]
            absent = template.absent.split()
            if not any(words.intersection(absent) for words in naming):
                note = f"no article that names {name} holds: {', '.join(absent)}"
                yield Draft((reason,), template.question.format(name=name), abstain_reason=reason, note=note)
                break


def _general(questions: Sequence[General], told: Sequence[_Told]) -> Iterator[Draft]:
    for one in questions:
        if not any(text.holds(word) for word in (*one.about, *one.answers) for text in told):
            yield Draft(("out_of_domain",), one.question, answers=one.answers, abstain_reason="out_of_domain")


def _outside(towns: Sequence[str], told: Sequence[_Told], *, seed: int) -> Iterator[Draft]:
    """Questions about years that no article names."""
    years = [year for year in map(str, _YEARS) if not any(year in one.words for one in told)]
    for turn, (name, year) in enumerate(zip(towns, _shuffled(years, seed), strict=False)):
        asked = IN_YEARS[turn % len(IN_YEARS)].format(name=name, year=year)
        yield Draft(("outside_dates",), asked, answers=(year,), abstain_reason="outside_dates")
