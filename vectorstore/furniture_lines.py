"""Single lines of page furniture: what a page puts around an article to sell, share, credit and comment on it.

A pattern must match a whole line, and asks for more than one word that a sentence could begin with: a line wrongly kept
costs a little noise, a sentence wrongly dropped can never be cited.
"""

from __future__ import annotations

import re
from functools import cache

_LONGEST = 300  # characters; no furniture line is longer

_TOPIC = r"(?:articles?|stories|story|posts?|news|content|topics?|links|reading|reads|coverage|videos?)"
_SELL = (
    r"(?:newsletters?|comments?|account|updates|alerts|reading|continue|access|e-?mails?|inbox|free|trial|channel|"
    r"podcast|feed|notifications|reply|join|discussion|conversation|offers|premium|subscribers?|subscription|"
    r"full (?:article|story))"
)
_NETWORK = (
    r"(?:facebook|twitter|x|whatsapp|telegram|linkedin|instagram|threads|reddit|bluesky|mastodon|youtube|e-?mail)"
)
_CREDIT = (
    r"(?:(?:image|photo|picture|photograph|illustration|graphic)s?\s*"
    r"(?:(?:credits?|courtesy|source)(?:\s+of)?\s*:?|:)|(?:photograph|photo)s?\s+by\b(?=\s+(?-i:[A-Z(])))"
)
_AGENCY = r"(?:getty images|shutterstock|istock|unsplash|wikimedia commons|ap photo|afp|reuters|epa|dpa)"
_MACHINE = r"(?:ai|artificial intelligence|automated|synthetic|text-to-speech|machine)"

_PATTERNS = (
    # other articles
    r"(?:also read|read also|read more|read next|see also|more on this|must read|related)\s*[:|»›>–—-].*",
    rf"related(?: {_TOPIC})?\s*[:|»›>–—].*",
    rf"(?:related|recommended|similar|more|latest|popular|trending|top|most read|most popular)(?: {_TOPIC})\s*[:»›>]?",
    r"(?:also read|read (?:more|also|next)|see also|related|most (?:read|popular)|trending now|recommended for you"
    r"|you (?:may|might) (?:also )?(?:like|enjoy)|don[’']t miss|more from .{1,60})\s*[:»›>…]*",
    # advertising and navigation
    r"(?:-+ ?)?(?:advertisements?|ads?|sponsored(?: content)?|promoted(?: content)?|paid post)(?: ?-+)?[.:]?",
    r"(?:(?:the )?(?:story|article) )?continues? (?:below|after|reading)"
    r"(?: (?:the |this )?(?:ads?|advertisement|below))?",
    r"(?:skip (?:to (?:main )?content|(?:the )?ad(?:vertisement)?)|back to (?:the )?top"
    r"|loading(?: comments)?\s*(?:\.{3}|…)?)",
    r"home\s*[>»›|/].{0,150}",
    r"(?:tags?|filed under|categories|keywords)\s*:.{0,200}",
    r"(?:https?://|www\.)\S+",
    # accounts, comments, sharing
    rf"(?:please )?(?:sign in|sign up|log ?in|register|subscribe|create an account)"
    rf"(?: (?:now|here|today))?(?: (?:to|for|or)\b.{{0,80}}\b{_SELL}\b.{{0,40}})?[.!]?",
    r"(?:get|receive) (?:the (?:latest|best|top|day)|our).{0,80}\b(?:inbox|newsletter|e-?mail)\b.{0,40}",
    r"(?:leave|post|add|write|view|show|hide|see|load|join)(?: an?| your| the| all| more)*"
    r" (?:comments?|repl(?:y|ies)|discussion|conversation)(?: ?\(\d+\))?[.!]?",
    r"(?:no|\d[\d,]*)? ?comments?(?: yet)?(?: ?[(:]? ?\d*\)?)?|\(\d+\)",
    rf"share(?: this| the)?(?: article| story| post| page)?(?: (?:on|via|to) {_NETWORK})?[.!:]?",
    r"(?:tweet|copy link|print(?: this)?(?: article| page)?|e-?mail this(?: article| page)?"
    r"|save(?: article| for later))",
    rf"(?:please )?(?:follow|like|find) us (?:on|at)\b.{{0,100}}|follow @\w+(?: on {_NETWORK})?[.!]?",
    r"download (?:our|the) (?:free )?app\b.{0,60}",
    # rights, cookies
    r"(?:©|\(c\)\s*(?:19|20)\d\d|copyright\s*(?:©|\(c\)|(?:19|20)\d\d)).{0,200}",
    r"(?:.{0,120}[.,©] *)?all rights reserved\b.{0,100}",
    r"(?:terms (?:of (?:use|service)|and conditions)|privacy (?:policy|notice)"
    r"|cookie (?:policy|settings|preferences|notice))",
    r"(?:we|this (?:web ?)?site|our (?:web ?)?site) uses? cookies(?: (?:and|to|for|on)\b.{0,200})?[.]?",
    r"(?:accept|reject|allow|manage)(?: all)? cookies",
    r"by (?:continuing|clicking|using|browsing|signing up)\b.{0,160}\b(?:agree|accept|consent)\b.{0,120}"
    r"\b(?:cookies|privacy policy|terms)\b.*",
    # the page about itself
    r"(?:estimated )?(?:reading time:? )?\d+[ -]?min(?:ute)?s?\.?(?: (?:to )?(?:read|listen|watch))"
    r"|(?:estimated )?reading time:.{0,30}",
    rf"(?:note:\s*)?{_MACHINE} (?:technology |tools? )?(?:was|were|is|has been|have been) used to \w+ this\b.*",
    rf"(?:note:\s*)?this (?:article|story|audio|page|summary|translation) (?:was|is|has been)"
    rf"(?: \w+){{1,2}} (?:by|with|using) {_MACHINE}\b.*",
    r"listen to this (?:article|story)\b.{0,40}|your browser does not support\b.{0,60}",
    r"(?:author avatar|avatar (?:for|of) .{1,60}|.{1,60}[’']s (?:avatar|profile picture)|profile picture)",
    # pictures
    rf"[(\[]?\s*{_CREDIT}(?:\s*\S++){{0,10}}+",
    rf"(?:[\w .'’-]{{1,60}}(?:/|\bvia\b|\|)\s*)?{_AGENCY}\s*(?:(?:/|\||\bvia\b).{{0,60}})?|[(\[]{_AGENCY}[)\]]",
    r"!\[.*\]\(.*\)",
)

_CREDIT_TAIL = rf"(?:\s+[(\[]?|[(\[]){_CREDIT}[^.!?]{{1,100}}[.)\]]*$"
_MARK = r"(?:#{1,6}|[-*+•>])\s+"
_AVATAR = r"Avatar[A-Z]{1,3}"

_NAME_WORD = r"[A-Z\u00c0-\u00de\u0100-\u024f][\w.'’-]*"
_PARTICLE = r"(?:de|del|della|da|di|dos|du|la|le|van|von|der|den|bin|ibn|al|el|ter|y)"
_NAME = rf"{_NAME_WORD}(?:\s+{_PARTICLE}){{0,2}}(?:\s+{_NAME_WORD}(?:\s+{_PARTICLE}){{0,2}}){{1,3}}"
_BYLINE = (
    r"(?:(?:[Ww]ritten|[Ss]tory|[Rr]eported|[Rr]eporting|[Ww]ords)\s+)?(?:[Bb]y|BY|Author)\s*:?\s+"
    rf"(?P<names>{_NAME}(?:(?:,\s+|,?\s+(?:and|&|AND)\s+){_NAME}){{0,4}}|Reuters|AFP|AP|[Ss]taff(?: [Ww]riters?)?)"
    r"(?:(?:\s*[,|•·–—-]\s*|\s+(?:in|for)\s+|\s+(?=Updated|Published|Posted))[^.!?]{0,80})?"
)


def is_furniture_line(line: str) -> bool:
    """Whether a whole line, blanks trimmed, belongs to the page and not to the article."""
    if not any(character.isalnum() for character in line[:_LONGEST]):
        return len(line) <= _LONGEST
    if len(line) > _LONGEST:
        return False
    bare = line.strip("*_ ")
    return bool(_furniture().fullmatch(bare) or _compiled(_AVATAR).fullmatch(bare))


def byline_author(line: str) -> str:
    """The names of a line such as `By Ana García and Bo Li, Correspondents`; empty for any other line."""
    if len(line) > 200:
        return ""
    match = _compiled(_BYLINE).fullmatch(line.strip("*_ "))
    return " ".join(match["names"].split()) if match else ""


def without_mark(line: str) -> str:
    """The line behind a Markdown heading, list or quotation mark."""
    return _compiled(_MARK).sub("", line, count=1) if _compiled(_MARK).match(line) else line


def without_credit(line: str) -> str:
    """The line before the image credit that ends it."""
    if len(line) > 2 * _LONGEST:
        return line
    match = _compiled(rf"(?i){_CREDIT_TAIL}").search(line)
    return line[: match.start()] if match else line


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@cache
def _furniture() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.IGNORECASE | re.DOTALL)
