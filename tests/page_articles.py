"""The articles of the stand-in for a Footnote, some of them hostile, and how they become a folder."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

from vectorstore.types import Article

PAYLOADS = (
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 2'>",
    '"><svg onload="window.hacked = 3">',
    "![pixel](http://evil.example/pixel.png) [click](http://evil.example/) <http://evil.example/>",
    "[1](javascript:window.hacked=4) <a href='http://evil.example'>here</a>",
    "</mark></details><iframe src='http://evil.example/'></iframe><meta http-equiv=refresh content='0;url=http://evil.example'>",
    "<style>@import 'http://evil.example/x.css'; body { background: url(http://evil.example/y) }</style>",
    "$$\\href{http://evil.example}{x}$$ `code` &lt;b&gt; &amp;",
    "```mermaid\ngraph TD; A-->B\n```\n\n<b>after a blank line</b>",
    "`\"'><img src=xxx:x \\x20onerror=javascript:window.hacked=6>",
    '<IMG """><SCRIPT>window.hacked=7</SCRIPT>">',
    "<SCRIPT SRC=//evil.example/.j>",
    '<IMG SRC="javascript:window.hacked=8"',
    '<html onMouseLeave html onMouseLeave="javascript:window.hacked=9"></html onMouseLeave>',
    "<!--[if<img src=x onerror=window.hacked=10//]> -->",
    "<button class=fn-near data-source=strikes.txt onclick=window.hacked=11>Strikes</button>",
    '<a class="fn-mark" href="#src-1-1" onfocus=window.hacked=12 autofocus>1</a>',
    "</textarea></script><base href='//evil.example/'><form action=//evil.example><input name=q></form>",
    "<math><mtext></p><style><!--</style><img title='--><img src onerror=window.hacked=13>'>",
    "{{constructor.constructor('window.hacked=14')()}} ${window.hacked=15} <%= 16 %>",
    "<details open ontoggle=window.hacked=17><template shadowrootmode=open><slot></template>",
    "%3Cscript%3Ewindow.hacked=18%3C/script%3E \\u003cscript\\u003e &#60;script&#62;",
)
STRIKES = Article(
    id="a" * 12,
    title="Strikes at sea kill 83",
    text=(
        "Strikes at sea kill 83\n\nThe campaign began in September. Officials said that at least 83 people have been "
        "killed in the strikes, most of them aboard small boats. Congress has asked for the legal grounds.\n\n"
        "Another paragraph follows.\n"
    ),
    source="strikes.txt",
    outlet="The Daily Record",
    published=date(2025, 11, 30),
)
KILLED = "Officials said that at least 83 people have been killed in the strikes, most of them aboard small boats."
HOSTILE = Article(
    id="b" * 12,
    title=PAYLOADS[0] + PAYLOADS[1],
    text="A hostile line. " + " ".join(PAYLOADS).replace("\n", " ") + " The end of it.\n",
    source="<img src=x onerror=window.hacked=5>.txt",
    outlet=PAYLOADS[2],
)
HERALD = replace(
    STRIKES,
    id="c" * 12,
    title="Dozens dead, officials concede",
    text="Dozens dead, officials concede\n\nDozens have died at sea since the autumn, a spokesman told reporters.\n",
    source="herald.txt",
    outlet="The Herald",
    published=date(2025, 12, 2),
)
FERRY = replace(
    STRIKES,
    id="d" * 12,
    title="Ferry runs aground",
    text="Ferry runs aground\n\nThe ferry Aurora ran aground near Lund harbour on Monday. All 212 passengers were "
    "brought ashore by noon. Captain Ines Falk said that the engine had failed in heavy fog.\n",
    source="ferry.txt",
    outlet="Harbour News",
    published=date(2024, 5, 6),
)
LONG = replace(
    STRIKES,
    id="e" * 12,
    title="The long report",
    text="The long report\n\n"
    + "\n\n".join(
        f"Finding {number} of the report is that bridge {number} of the county needs {number * 7} new bolts before the "
        "winter comes. The engineers looked at it twice, in the rain and in the sun, and wrote down what they saw."
        for number in range(1, 61)
    )
    + "\n",
    source="reports/long.txt",
    outlet="County Gazette",
    published=date(2023, 3, 1),
)
ARABIC = replace(
    STRIKES,
    id="f" * 12,
    title="جنوح عبارة قرب الميناء",
    text="جنوح عبارة قرب الميناء\n\nجنحت العبارة أورورا قرب ميناء لوند يوم الاثنين. وتم إجلاء 212 راكبا قبل الظهر.\n",
    source="arabic.txt",
    outlet="صحيفة الميناء",
    published=date(2024, 5, 7),
)
JAPANESE = replace(
    STRIKES,
    id="9" * 12,
    title="フェリーが座礁 ⛴️",
    text="フェリーが座礁 ⛴️\n\n"
    "フェリー「オーロラ」は月曜日にルンド港の近くで座礁した。乗客212人は正午までに全員上陸した。👨‍👩‍👧‍👦\n",
    source="日本語.txt",
    outlet="港新聞",
    published=date(2024, 5, 8),
)
ON_DISK = (STRIKES, HOSTILE, HERALD, FERRY, LONG, ARABIC, JAPANESE)


def findings(most: int) -> list[str]:
    """The first sentences of the long report's findings."""
    return [paragraph.partition(" The engineers")[0] for paragraph in LONG.text.split("\n\n")[1 : most + 1]]


def write_articles(folder: Path) -> None:
    """Write all articles with what is known of them beside them, and a file that holds nothing."""
    for article in ON_DISK:
        path = folder / article.source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(article.text, encoding="utf-8")
        known = {"title": article.title, "outlet": article.outlet}
        told = known | ({"published": article.published.isoformat()} if article.published else {})
        path.with_name(f"{path.name}.meta.json").write_text(json.dumps(told), encoding="utf-8")
    (folder / "empty.txt").write_text("\n", encoding="utf-8")
