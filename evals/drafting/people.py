"""Questions about who said something, how old somebody is, and what an acronym stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evals.drafting.draft import Draft
from evals.drafting.offices import called, clean_name, is_bearer
from evals.drafting.places import places
from evals.drafting.reading import NAME, NO_PERSONS, Reading, bare
from evals.examples import Number, Quote
from qa.quantities import MONTHS
from vectorstore.furniture import paragraphs

_SPOKEN: Final = "said|says|added|told|explained|warned|insisted|declared|argued"
_QUOTED: Final = re.compile(
    rf"[\"“](?P<quote>[^\"“”\n]{{25,220}}?)[,.!]?[\"”],?\s(?:(?:{_SPOKEN})\s(?P<after>[^.,;:()\"“\n]{{3,80}})"
    rf"|(?P<before>{NAME}|[A-Z][\w’-]+)(?:, [^,.\"“”\n]{{3,60}},)? (?:{_SPOKEN})\b)"
)
_AGED: Final = re.compile(
    rf"(?P<name>\b{NAME}|(?:^|(?<=[.”\"\n] )|(?<=[.”\"\n]))[A-Z][\w’-]{{3,}}), (?P<age>[1-9]\d),", re.MULTILINE
)
_OLD: Final = re.compile(rf"\b(?P<age>[1-9]\d)-year-old (?:[a-z]+ )?(?P<name>{NAME})")
_STANDS_FOR: Final = re.compile(
    r"(?P<long>(?:[A-Z][\w’'-]+\s(?:(?:of|for|the|and|on|de|in)\s)*){1,6}[A-Z][\w’'-]+)\s\((?P<short>[A-Z]{3,6})\)"
)
_LONGEST_QUOTE: Final = 130


def people_drafts(reading: Reading) -> Iterator[Draft]:
    """Every question about speakers, ages and acronyms of an article."""
    yield from _speakers(reading)
    yield from _ages(reading)
    yield from _acronyms(reading)


def _speakers(reading: Reading) -> Iterator[Draft]:
    for paragraph in paragraphs(reading.text):
        for match in _QUOTED.finditer(paragraph.of(reading.text)):
            name = match["before"] or _speaker(reading, match["after"])
            words = _opening_words(match["quote"])
            last = bare(name.rpartition(" ")[2])
            if not is_bearer(name) or last not in reading.names or name in words or len(name) < 3:
                continue
            quote = Quote(source=reading.source, quote=match[0].strip())
            cut = words.endswith("…")
            answers = (name,) if NO_PERSONS.search(name) else called(name)
            yield Draft(("quote", "person"), f"Who said “{words}”?", ((quote,),), answers, rank=1 + cut)


def _speaker(reading: Reading, words: str) -> str:
    """The name in what follows `said`: of a known person, of two words, or the first word written large."""
    known = [person for person in reading.persons if person in words]
    full = [name for name in re.findall(NAME, words) if not NO_PERSONS.search(name)]
    single = [] if re.match(r"an?\b", words) else re.findall(r"\b[A-Z][\w’-]+", words)
    return clean_name((known or full[-1:] or single[:1] or [""])[0])


def _opening_words(quote: str) -> str:
    """The quotation, or its beginning when it is long, cut behind a word."""
    plain = " ".join(quote.split())
    if len(plain) <= _LONGEST_QUOTE:
        return plain
    return plain[:_LONGEST_QUOTE].rpartition(" ")[0].rstrip(" ,;:–—-") + " …"


def _ages(reading: Reading) -> Iterator[Draft]:
    """`Trevor Valle, 34,` and `34-year-old Trevor Valle` -> `How old is Trevor Valle?`."""
    for match in (*_AGED.finditer(reading.text), *_OLD.finditer(reading.text)):
        name = clean_name(match["name"])
        no_person = name.lower() in MONTHS or places(name) or NO_PERSONS.search(name)
        if is_bearer(name) and not no_person:
            quote = Quote(source=reading.source, quote=match[0].strip())
            age = Number(value=float(match["age"]))
            yield Draft(("number",), f"How old is {name}?", ((quote,),), numbers=(age,))


def _acronyms(reading: Reading) -> Iterator[Draft]:
    for match in _STANDS_FOR.finditer(reading.text):
        words, short = match["long"].split(), match["short"]
        while (words and sum(word[0].isupper() for word in words) > len(short)) or (words and words[0].islower()):
            words.pop(0)
        if "".join(word[0] for word in words if word[0].isupper()) == short and "\n" not in match[0]:
            long = " ".join(words)
            quote = Quote(source=reading.source, quote=match[0][match[0].index(long) :])
            yield Draft(("rare_string", "single_fact"), f"What does {short} stand for?", ((quote,),), (long,))
