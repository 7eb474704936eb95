"""What text that talks to a model looks like: chat machinery, orders to forget, words to the writer, writing tasks.

Every repetition is bounded: articles are hostile here, and none may make a search slow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern that is tried only where one of its cues stands: most sentences hold none, and cost nothing."""

    cues: tuple[str, ...]
    pattern: re.Pattern[str]

    def finds(self, text: str, lowered: str) -> bool:
        """Whether the pattern occurs in `text`; `lowered` is the same in lower case, between two blanks."""
        return any(cue in lowered for cue in self.cues) and bool(self.pattern.search(text))


def _rule(cues: str, *patterns: str) -> Rule:
    """In `cues`, `_` is a blank."""
    return Rule(tuple(cues.replace("_", " ").split(",")), re.compile("|".join(patterns), re.IGNORECASE))


def _one_of(words: str) -> str:
    return "(?:" + "|".join(words.split()).replace("_", " ") + ")"


_MODEL = (
    r"(?:a\.?i\.?|artificial intelligence|(?:large |ai )?language model|llm|chat ?bot|bot|(?:virtual |ai )?assistant"
    r"|chat ?gpt|gpt(?:-?\d\w{0,5})?|claude|gemini|copilot|bard|(?-i:DAN))"
)
_REPLY = _one_of("responses? reply replies answers? outputs? completions? messages? summary summaries")
_MODAL = r"(?:(?:must|should|shall|will|can|may|are to|have to|need to|are going to|'ll)\s+)"
_ADVERBS = r"(?:(?:now|always|never|only|not|also|please|fully|instead|immediately)\s+){0,3}"
_CLAUSE = (
    rf"(?:^[\W_]{{0,20}}|[.;:!?][\W_]{{1,5}}|\b(?:please|kindly)\s|\byou {_MODAL})(?:(?:please|now|just|then|instead"
    r"|first|and)\s){0,2}"
)
"""Where an order begins; "officials ignore", "told them to ignore" and "and ignore" are none."""

_EARLIER = _one_of("previous prior above earlier preceding foregoing former existing past original initial system last")
_TOLD = _one_of(
    "instructions? prompts? directions? directives? guidelines? rules? commands? constraints? restrictions?"
    " programming training context messages? orders? text content tasks? inputs? conversations? information"
    " articles? passages?"
)

TAKEOVERS = (
    _rule(
        "<|,[inst],[/inst],<<sys,<</sys,_of_turn>,[system],\U000e0020,\U000e0061,\U000e0065,\U000e0069",
        r"<\|[\w ]{2,30}\|>|\[/?INST\]|<</?SYS>>|</?(?:start|end)_of_turn>|\[system\]\(#|[\U000e0020-\U000e007e]{8}",
    ),
    _rule(
        "<system,<assistant,<instruction,<tool,<function,<passage,<context,</",
        r"</?(?:system|assistant|instructions?|tool_call|function_call|passage|context|system[_-]prompt)>",
    ),
    _rule(
        "##,begin,start_,end_",
        r"#{2,}\s{0,3}(?:system|instructions?|response|assistant|human|user|input|task)(?: (?:prompt"
        r"|message))?\s{0,3}(?::|$)",
        r"(?-i:\b(?:BEGIN|START|END)(?: OF)?(?: THE)?(?: (?:SYSTEM|NEW|USER|ADMIN|HIDDEN))? (?:PROMPT"
        r"|INSTRUCTIONS?)\b)",
    ),
    _rule(
        ":",
        r"^\W{0,9}(?:system|assistant|user|human|chatgpt)(?: (?:message|prompt|note|notice|override))?"
        r" ?(?:\([^)]{0,40}\))? ?: {0,3}\S",
        r"^\W{0,9}(?:(?:new|updated|additional|special|secret|hidden|real|admin|developer|system)"
        r" ){1,3}(?:instructions?|prompts?|directives?|overrides?|commands?|messages?)\b[^.:]{0,30}:",
    ),
    _rule(
        "ignor,disregard,forget,overrid,bypass,discard,neglect,skip,drop,follow",
        rf"{_CLAUSE}(?:ignore|disregard|forget|override|bypass|discard|neglect|skip|drop|do not follow|don't follow"
        r"|stop following)\s+(?:about )?(?:(?:(?:all|any|every|each|of|the|your|my|our|these|those|other|and)"
        rf" ){{0,5}}{_EARLIER}(?: \w+)? {_TOLD}|(?:all |any )?(?:of )?(?:your|these|those) (?:\w+ )?{_TOLD}|(?:all"
        r"|any)(?: of)?(?: the)? (?:instructions|prompts)|the above|(?:everything|anything|all|what|whatever)(?:"
        r" \w+){0,3} (?:above|before this|from before|so far|you (?:were|have been|are|know)))\b",
    ),
    _rule(
        "ignor,olvid,omit,oubli,vergiss,vergessen,missacht,dimentic,esque",
        r"\b(?:ignor|olvid|omit)(?:a|e|ad|en)\s(?:todas )?(?:las |tus |sus )?(?:instrucciones|órdenes|indicaciones)",
        r"\b(?:ignor|oubli)e[sz]? (?:toutes )?(?:les |tes |vos )?(?:instructions|consignes|directives)",
        r"\b(?:ignorier|vergiss|vergessen sie|missacht)\w{0,3} (?:sie )?(?:bitte )?(?:alle )?(?:\w{1,12}(?:igen|eren"
        r"|nen|ine|hre))? ?(?:anweisungen|instruktionen|befehle|vorgaben)",
        r"\b(?:ignora|dimentica|ignore|esqueça) (?:tutte |todas )?(?:le |as )?(?:istruzioni|instruções)",
    ),
    _rule(
        "忽略,无视,忘记,忘掉,تجاهل",
        r"(?:忽略|无视|忘记|忘掉)[^。，]{0,12}(?:指令|指示|提示|说明)",
        r"تجاهل (?:جميع |كل )?(?:التعليمات|الأوامر)",
    ),
    _rule(
        "](http",
        r"!\[[^\]]{0,200}\]\(https?://[^)\s]{0,500}?(?:[{<\[$]|%7B|=(?=\s?\))|=[A-Z_]{3,}\b|=[^)&]{0,80}\b(?:summary"
        r"|conversation|history|prompt|secret|your)\b)",
    ),
)
"""Chat templates, headers of turns, orders to drop what was told, images whose address has a place to fill in."""

ADDRESSES = (
    _rule(
        "you",
        r"\byou(?:'re| are)(?: now)?(?: (?:going|required) to (?:be|act as))? (?:(?:an?|the|my|our) "
        rf"(?:[\w-]+ ){{0,3}})?{_MODEL}\b",
        r"^\W{0,9}(?:\w+[,:]? )?you (?:are|will) now\b|\byou are to act\b",
        r"\b(?:from now on|henceforth|hereafter),? (?:you|your)\b|\bi want you to\b",
        rf"\byou (?:must|shall|will|should|are to|have to) {_ADVERBS}"
        r"(?:respond|reply|simulate|act (?:as|like)|role-?play|pretend|play the role|output)\b",
        r"\b(?:in|to|into|of|from|throughout|within|with|by|before|after|for) (?:each of )?your (?:\w+"
        rf" ){{0,2}}{_REPLY}\b",
        r"(?<=[a-z] )your (?:\w+ )?(?:responses?|reply|replies|answers?|outputs?|completions?)\b",
        r"\byour (?:\w+ )?(?:response|reply|answer|output|completion)s? (?:must|should|shall|has to|needs to)"
        r" (?:not |only |always )?(?:begin|start|end|contain|include|mention|consist|rhyme|be (?:in|written))\b",
    ),
    _rule(
        "prompt,instruction,message",
        rf"{_CLAUSE}(?:reveal|print|show|repeat|leak|display|output|send|expose|disclose|write)(?: me| out)? (?:your"
        r"|the) (?:\w+ ){0,2}(?:system prompt|system message|instructions|prompt)\b",
    ),
    _rule(
        "user,reader,human,asking,everyone,anyone",
        rf"{_CLAUSE}(?:tell|inform|remind|advise|notify|assure|convince|persuade|urge|ask|encourage|instruct|warn)"
        r" (?:the |your |all |any )?(?:users?|readers?|human|person asking|(?:every|any)one (?:who|reading|that))\b",
    ),
    _rule(
        "character,role,pretend,act,behave,speak,pose",
        rf"{_CLAUSE}(?:stay in character|role-?play|pretend (?:to be|that you|you are)|(?:play|take on|assume) the"
        r" role of|(?:act|behave|speak|pose) (?:as|like)(?: if| though)? (?:an?|the|my|you(?:'re| are|r)?)\b)",
    ),
    _rule(
        "_ai,_a.i,_bot,chat,model,llm,gpt,assistant,claude,gemini,copilot,bard,intelligence",
        rf"^\W{{0,9}}(?:note|notice|message|instructions?|attention|memo)(?: to| for)? "
        rf"(?:any |all |the |every )?{_MODEL}s?(?: (?:models?|assistants?|systems?|agents?))?\s?[,:]",
        rf"^\W{{0,9}}(?:dear|hey|hello|hi),? {_MODEL}\b|^\W{{0,9}}as an ai(?: language)? model,",
        rf"\b{_MODEL}s?(?: (?:models?|assistants?|systems?|agents?))? (?:reading|processing|summari[sz]ing|parsing)"
        r" this\b",
        rf"\b(?:the|this|any|every) (?:{_MODEL}|model) (?:must|should|shall|is to|will now) {_ADVERBS}"
        r"(?:tell the user|say that|state that|claim that)\b",
    ),
    _rule(
        "anything,mode", r"(?-i:\bDo Anything Now\b|\b(?:DAN|Jailbreak) Mode\b|\bDeveloper Mode (?:enabled|output)\b)"
    ),
    _rule(
        "_if_,_when,_before_,_after_,_while_",
        r"^\W{0,9}(?:if|when|whenever|before|after|while) (?:the |a |any )?(?:user|anyone|someone|you are asked"
        r"|asked|asking|questioned|answering|responding|replying|summari[sz]ing)\b[^.]{0,80}, (?:then )?(?:please"
        r" )?(?:always |only |never )?(?:say|answer|reply|respond|state|claim|tell|mention|add|include|recommend"
        r"|insist|write|point)\b",
    ),
)
"""Words to whoever writes the answer, wherever in the sentence they stand."""

_THING = (
    r"(?:(?:an?|the|these|those|my|me|some|any|all|each|every|both|one|two|three|four|five|ten|how|why|what|when"
    r"|where|who|which|whether)(?!\w)|\d|“)"
)
_WORK = (
    r"(?:[\w'-]+ ){0,6}?"
    + _one_of(
        "poems? poetry essays? story stories summary summaries speech(?:es)? e-?mails? messages? paragraphs?"
        " sentences? words? headlines? lists? tables? outlines? scripts? codes? functions? programs? quer(?:y|ies)"
        " regex examples? explanations? descriptions? definitions? translations? equivalents? synonyms? overviews?"
        " analys[ie]s? reports? recipes? jokes? riddles? songs? lyrics haikus? dialogues? quiz(?:zes)? instructions?"
        " itinerary agenda meetings? reminders? timers? appointments? calendar playlists? tweets? captions? slogans?"
        " taglines? presentation tutorials? letters? vowels? spaces? responses? repl(?:y|ies) answers? output json"
        " html python javascript sql base64 emojis? articles? papers? studies weather flights? hotels? restaurants?"
        " alarm_(?:for|at) cipher alphabet spreadsheet invoice"
    )
    + r"\b"
)
_TALK = re.compile(
    r"\s+(?!(?:us|to us|in to|is|was|has|had|will|would|said|says|(?:that|this|it) (?:with|to)|your?(?! (?:\w+"
    rf" )?{_REPLY}))\b)[\w“'\"]",
    re.IGNORECASE,
)
_MIXED = re.compile(rf"\s+(?:{_THING}|(?!us\b){_WORK})", re.IGNORECASE)
_REPLYING = re.compile(r"\s+(?:only|with|in|to|as|using|by|like|“)", re.IGNORECASE)
_EVERYDAY = re.compile(rf"\s+(?:(?!us\b){_WORK}|(?:[\w'-]+ ){{0,5}}?(?:me|my)\b)", re.IGNORECASE)
_SENDING = re.compile(rf"\s+(?!us\b|your\b)(?:{_WORK}|(?:[\w'-]+ ){{0,5}}?(?:me|my)\b)", re.IGNORECASE)
_DOWN = re.compile(r"\s+down\s+(?:the|how|what|why|your|this)\b", re.IGNORECASE)
_SAYING = re.compile(r"\s?(?:\s(?:that|only|nothing but|me|the (?:word|phrase|words))\b|\s“|:)", re.IGNORECASE)

TASKS = {
    verb: pattern
    for verbs, pattern in (
        (
            """write compose translate summarize summarise paraphrase rewrite rephrase reword proofread explain describe
            generate recommend suggest transcribe brainstorm elaborate define enumerate simulate narrate recite encode
            decode encrypt decrypt calculate compute solve debug classify categorize categorise analyze analyse misspell
            scramble rearrange capitalize capitalise discuss pretend provide identify determine evaluate assess predict
            visualize automate illustrate compare compile
            promote advertise propose investigate simplify imitate advocate endorse praise denounce emphasize
            emphasise""",
            _TALK,
        ),
        (
            """draft outline answer output extract convert spell craft develop design invent present search schedule
            remind research estimate forecast detail code conduct integrate append insert modify render implement
            augment enhance substitute jumble anagram teach recall list""",
            _MIXED,
        ),
        ("respond reply", _REPLYING),
        ("break", _DOWN),
        ("send forward", _SENDING),
        (
            """give create make prepare produce build show find check set add include use replace remove change update
            book order play plan organize organise review offer count post execute run help walk introduce
            group combine print repeat reverse tell fetch cancel convince inform embed swap sort rank recount
            monitor track""",
            _EVERYDAY,
        ),
        ("say state mention claim insist report conclude assert declare", _SAYING),
    )
    for verb in verbs.split()
}
"""The verbs of orders that a writer could carry out, and what must follow each for it to be one.

Verbs of talk and thought are never subjects of a sentence; others are nouns too, or stand in any recipe.
"""

OPENING = re.compile(
    r"[\W_]{0,20}(?:(?:please|kindly|now|next|then|first|also|additionally|instead|finally|lastly|and|but|so|just"
    r"|simply|always|immediately|(?:can|could|would|will) you|i(?: want|'d like| would like) you to|you (?:must"
    r"|should|are to)|you have to|your (?:task|job|goal|role|mission) is(?: now)? to|hey|ok|okay|\d{1,2}(?=[.)])"
    r"|(?!reply)[a-z]{1,12}ly|(?:task|prompt|question|request|important|note|attention|warning|reminder|urgent"
    rf"|instructions?)(?= ?:)|{_MODEL}(?=,))\b[\W_]{{0,9}}){{0,5}}",
    re.IGNORECASE,
)
"""What may stand before the verb of an order."""
