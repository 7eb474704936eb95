"""A follow-up question made standalone: by a chat model, or by rules that carry over the subject."""

from __future__ import annotations

import re
from collections.abc import Sequence

from prompts import load_prompt
from qa.context import conversation, neutral
from qa.drafts import ABSTENTION, NO_REPLY
from qa.normalise import STOP_WORDS, content_terms, names
from qa.replies import Streams
from qa.types import Turn
from vectorstore.errors import ModelCallFailed
from vectorstore.terms import words

_LONGEST_QUERY = 400
_OPENING = re.compile(
    r"^(?:and|but|so|or|also|ok(?:ay)?|then|thanks?(?: you)?|well|yes|no)\b[\s,.!:;-]*", re.IGNORECASE
)
_WHAT_ABOUT = re.compile(
    r"^(?:what|how) about\s+(?:in\s+|with\s+)?(.+?)\s*\??$|^and\s+(?:(?:in|for|with)\s+)?([^?]{1,40}?)\s*\??$", re.I
)
_SUBJECT_PRONOUN = re.compile(r"\b(?:he|she)\b", re.IGNORECASE)
_OBJECT_PRONOUN = re.compile(r"\bhim\b|\bher\b(?=\s*(?:[?.,!]|$|to\b|about\b|for\b|in\b|on\b|at\b))", re.IGNORECASE)
_POSSESSIVE = re.compile(r"\bhis\b|\bher\b", re.IGNORECASE)
_GROUP = re.compile(r"\b(?:they|them|their|theirs)\b", re.IGNORECASE)
_THING = re.compile(r"\b(?:it|its|that|this|those|these|there|then)\b", re.IGNORECASE)
_LAST_THING = re.compile(r"\b(?:it|that|this|those|these|there|then|so)\W*$", re.IGNORECASE)
_THIS_TIME = re.compile(r"\bthis (?:week|month|year|morning|evening|time|day|weekend|century)\b", re.IGNORECASE)
_ALL_THIS = re.compile(r"\b(?:of|about|to|with|in) (?:all (?:this|that|it|of it)|it all)\b", re.IGNORECASE)
_THIS_ONE = re.compile(
    r"\b(?:that|this|those|these)\s+"
    r"(?:is|was|were|are|mean|happen|change|work|one|call|deal|offer|plan|number|figure|group|man|woman|place|\w+s)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:else|(?:the |an)?other ones?|the (?:former|latter|same|rest|first|second) one)\b|\b(?:former|latter)\b", re.I
)
_MORE = re.compile(
    r"^(?:tell me more|(?:any|some)?(?:thing)?\s*more|go on|continue|really|how so|explain|which ones?|details)\b", re.I
)
_QUESTION_WORDS = re.compile(
    r"^(?:(?:who|whom|whose|what|when|where|why|which|how(?: (?:many|much|long|often|far|old))?|is|are|was|were|do|does"
    r"|did|has|have|had|can|could|will|would|should|the|tell me(?: about)?|please|exactly|many|much)\b\s*)+",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[A-Z][\w.’'-]*(?:[^\S\n]+(?:(?:of|de|los|the)\s+)?[A-Z][\w.-]*)*")


def rewrite(question: str, history: Sequence[Turn], *, chat_model: Streams | None = None) -> str:
    """The question as it can be searched for alone; as it is when it needs no history, or starts another topic."""
    question = " ".join(question.split())
    if not history or not question:
        return question
    # A question without a word of English is beyond the rules, but not beyond a model.
    foreign = not set(words(question)) & STOP_WORDS
    wanted = chat_model and (foreign or needs_history(question))
    return (_by_model(question, history, chat_model) if chat_model and wanted else "") or _by_rules(question, history)


def _without_opening(question: str) -> str:
    """The question without its "OK. And": words of talk that no article holds."""
    plain = question
    while (shorter := _OPENING.sub("", plain)) != plain and shorter:
        plain = shorter
    return _capital(plain)


def needs_history(question: str) -> bool:
    """Whether a question leaves out, or only points at, what it is about."""
    terms = content_terms(question)
    if _is_bare(question, terms) or _OTHER.search(question) or _WHAT_ABOUT.match(question):
        return True
    if _points_at_person(question) or _LAST_THING.search(_without_existential(question)):
        return True
    plain = _without_existential(question)
    pointer = _GROUP.search(plain) or _THING.search(plain)
    if not pointer:
        return False
    return bool(_THIS_ONE.search(plain)) or (len(terms) < 4 and not _names(plain[: pointer.start()]))


def _is_bare(question: str, terms: Sequence[str]) -> bool:
    plain = _OPENING.sub("", question)
    return bool(_MORE.match(plain)) or not terms or (len(words(plain)) <= 2 and not _names(plain))


def _points_at_person(question: str) -> bool:
    # "Did Maduro say he would go?" names its own `he`; in "Why did Trump call him?" him is somebody else.
    pointer = _SUBJECT_PRONOUN.search(question) or _POSSESSIVE.search(question)
    return bool(_OBJECT_PRONOUN.search(question) or (pointer and not _names(question[: pointer.start()])))


def _without_existential(question: str) -> str:
    """The question without the `there`, `it` and `that` that point at nothing: there is, is it true, said that the."""
    plain = re.sub(r"\bthat (?=(?:the|an?|no|some|all|any|[A-Z]\w*|\d\S*)\b)", "", question)
    plain = re.sub(r"\b(?:is|are|was|were|will be|been|be) there\b", "", plain, flags=re.IGNORECASE)
    plain = re.sub(r"\bthere (?:is|are|was|were|will|has|have)\b", "", plain, flags=re.IGNORECASE)
    plain = _ALL_THIS.sub("", plain) if _names(plain) else plain
    plain = _THIS_TIME.sub("", plain)
    return re.sub(r"\bis it (?:true|clear|known|possible|likely)\b", "", plain, flags=re.IGNORECASE)


def _by_model(question: str, history: Sequence[Turn], chat_model: Streams) -> str:
    prompt = load_prompt("rewrite", {"history", "question"}).fill(
        history=conversation(history), question=neutral(question)
    )
    reply = chat_model.stream(prompt.system, prompt.user)
    try:
        text = "".join(reply)
    except ModelCallFailed:
        return ""
    line = re.sub(r"<think>.*?</think>", "", text, flags=re.DOTALL).strip().strip("\"“”'")
    fits = reply.complete and not re.search(r"\n|\[\d", line) and len(line) <= _LONGEST_QUERY and words(line)
    return line if fits else ""


def _by_rules(question: str, history: Sequence[Turn]) -> str:
    if not needs_history(question):
        return _without_opening(question)
    earlier = _by_rules(" ".join(history[-1].question.split()), history[:-1]) if history else ""
    if not earlier:
        return question
    answer = "" if history[-1].answer.startswith((ABSTENTION, NO_REPLY)) else history[-1].answer
    if swapped := _other_subject(question, earlier):
        return swapped
    plain = _OPENING.sub("", question) or question
    named = _with_person(plain, earlier, answer=answer)
    if named != plain and not _points_at_thing(named):
        return _capital(named)
    return _capital(f"{named.rstrip(' ?.!')} ({_subject(earlier)})?")


def _points_at_thing(question: str) -> bool:
    return bool(
        _OBJECT_PRONOUN.search(question)
        or _LAST_THING.search(question)
        or _THIS_ONE.search(question)
        or _OTHER.search(question)
    )


def _other_subject(question: str, earlier: str) -> str:
    """`What about China?` after a question about one other name asks the same about China."""
    match = _WHAT_ABOUT.match(question)
    about = ((match[1] or match[2]) if match else "") or ""
    new, old = _names(about), _names(earlier)
    if not new or new[0].lower() != re.sub(r"^the\s+", "", about.lower()):
        return ""
    if len(old) == 1:
        return earlier.replace(old[0], new[0])
    return f"{earlier.rstrip(' ?.!')}: {new[0]}?"


def _with_person(question: str, earlier: str, *, answer: str) -> str:
    """The question with he, him and his replaced by the name that the last question, or its answer, is about."""
    present = {name.lower() for name in _names(question)}
    told = _names(answer)
    found = [*told, *_names(earlier)] if _is_name(answer.partition("\n")[0]) else [*_names(earlier), *told]
    candidates = [name for name in dict.fromkeys(found) if name.lower() not in present]
    if not candidates:
        return question
    name = candidates[0]
    named = _SUBJECT_PRONOUN.sub(lambda _: name, question)
    other = candidates if named == question else candidates[1:]
    named = _OBJECT_PRONOUN.sub(lambda match: other[0] if other else match[0], named)
    return _POSSESSIVE.sub(lambda _: f"{name}'s", named)


def _is_name(line: str) -> bool:
    """Whether an answer opens with a name alone: then that is who was asked for, and who `he` or `she` is."""
    plain = re.sub(r"\[\d+\]", "", line).strip()
    return bool(plain) and _names(f"- {plain}") == [plain]


def _subject(question: str) -> str:
    """What a question is about: its words without those that ask, and what an earlier rewriting added in brackets."""
    asked, _, added = question.rstrip("?.! )").partition(" (")
    own = _QUESTION_WORDS.sub("", asked).strip()
    return f"{own}, {added}" if own and added and content_terms(own) else added or own or question.rstrip("?")


def _names(text: str) -> list[str]:
    found: list[str] = []
    for match in _NAME.finditer(re.sub(r"\[\d+\]", "", text)):
        parts = match.group().split()
        while parts and parts[0].lower().strip(".'’") in STOP_WORDS:
            parts.pop(0)
        name = re.sub(r"['’]s?$", "", " ".join(parts)).rstrip(".")
        if len(name) > 1 and (match.start() > 0 or len(parts) > 1 or not _is_opener(name)):
            found.append(name)
    return list(dict.fromkeys(found))


def _is_opener(word: str) -> bool:
    return not names(word)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
