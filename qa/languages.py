"""Which language a question is in, as far as its small words tell."""

from __future__ import annotations

import re

_SMALL_WORDS: dict[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "English": "the of and to in is are was were do does did has have had who whom whose what which when where why"
        " how many much for on at by with from that this it an his her their its about be been will would can could",
        "Spanish": "qué que cuál cual cuáles quién quien quiénes dónde donde cuándo cuando cómo como por para el la los"
        " las de del en es fue son está están se su sus un una cuántos cuántas cuánto cuánta según al con ha han hay",
        "German": "wer wen wem wessen wo wann wie warum weshalb welche welcher welches welchem wieviel wieviele was"
        " der die das den dem des ist sind war waren wurde wurden hat haben hatte und von im ein eine einen einer zu"
        " mit für auf viele über sagte sagt",
        "French": "que quoi qui où quand comment pourquoi quel quelle quels quelles le la les des du de est sont été"
        " dans et un une combien a ont au aux par pour sur avec selon ce se il elle pas",
        "Italian": "che cosa chi dove quando come perché quale quali il lo la gli le di del della nel è sono stato un"
        " una quanti quante quanto per con ha hanno al da",
        "Portuguese": "que qual quais quem onde quando como por para o a os as de do da em é foi são um uma quantos"
        " quantas quanto segundo com no na ao",
    }.items()
}
_FEWEST_WORDS = 3
_ENGLISH_QUESTION = re.compile(r"\b(?:who|whose|what|when|where|why|which|how|did|does)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_OTHER_SCRIPT = re.compile(r"[^\W\d_A-Za-zÀ-ɏ]")


def language_of(question: str) -> str:
    """Its English name; `English` where nothing speaks against it, `another language` for other scripts."""
    words = [word.casefold() for word in _WORD.findall(question)]
    if 4 * len(_OTHER_SCRIPT.findall(question)) > sum(map(len, words)) > 0:
        return "another language"
    asks = question.rstrip().endswith("?")
    if (len(words) < _FEWEST_WORDS and not asks) or _ENGLISH_QUESTION.search(question):
        return "English"  # a name such as Tren de Aragua makes no language
    counts = {name: sum(word in small for word in words) for name, small in _SMALL_WORDS.items()}
    best = max(counts, key=lambda name: (counts[name], name == "English"))
    sure = counts[best] > 1 or asks or any(not word.isascii() for word in words)
    return best if sure else "English"
