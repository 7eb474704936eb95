"""The report as a page: what it shows, that it holds nothing live, and that it works in a browser."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from evals.about import About
from evals.corpus import Corpus
from evals.curves import Attempt
from evals.examples import Example, Number, Quote
from evals.gate import Evidence, Rules, Threshold, breaches
from evals.measures import attempts_of, measures
from evals.pairing import compare
from evals.references import always_abstain, oracle, quoting, random_line
from evals.report import Measured, Report
from evals.report.html import to_html
from evals.runner import Answerer, Run, run
from evals.saved import SavedRun, save
from qa.types import Answer, Citation, Claim, Turn
from vectorstore.types import Chunk, Passage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest_plugins = ("page_fixtures",)
KILLED = "At least 83 people have been killed at sea since September."
WAITING = "Nothing was decided that day, and everybody waited. " * 40
CORPUS = Corpus(
    {
        "sea.txt": f"Strikes at sea\n\nThe Navy has said little. {KILLED} Congress has asked for the orders.\n",
        "call.txt": f"A call\n\nThe leaders spoke on Sunday. {WAITING}They will speak again in May.\n",
    },
    "f" * 64,
)
DEATHS = Example(
    id="deaths",
    types=("number",),
    split="dev",
    question="How many people were killed?",
    numbers=(Number(value=83),),
    evidence=((Quote(source="sea.txt", quote="At least 83 people have been killed"),),),
)
DAY = Example(
    id="call-day",
    types=("date", "follow_up"),
    split="test",
    turns=("Did the leaders speak?", "On which day?"),
    answers=("Sunday",),
    evidence=((Quote(source="call.txt", quote="spoke on Sunday"),), (Quote(source="call.txt", quote="speak again"),)),
)
BANK = Example(
    id="bank",
    types=("near_miss",),
    split="dev",
    question="Which bank paid for the strikes?",
    answerable=False,
    abstain_reason="near_miss",
    answers=("Banco Azul",),
)
EXAMPLES = (DEATHS, DAY, BANK)
HOSTILE = '<script>window.hacked = 1</script>"><img src=x onerror="window.hacked = 1">\u202egnp.exe'


def report_of(
    answerer: Answerer,
    examples: Sequence[Example] = EXAMPLES,
    *,
    corpus: Corpus = CORPUS,
    attempts: Sequence[Attempt] | None = None,
    before: SavedRun | None = None,
) -> Report:
    found, rules = _run(answerer, examples, corpus), Rules(threshold=(Threshold(metric="right", at_least=0.5),))
    about = About("stand-in", "s", corpus.fingerprint, revision="abc+", versions={"python": "3"})
    tried = attempts_of(found) if attempts is None else attempts
    comparison = compare(before, save(found, about)) if before else None
    others = {"oracle evidence": _run(oracle(examples, corpus), examples, corpus)}
    return Report(
        about=about,
        corpus=corpus,
        own=Measured(found, measures(found, tried)),
        references={name: Measured(other, measures(other, attempts_of(other))) for name, other in others.items()},
        attempts=tried,
        rules=rules,
        breaches=breaches(found, rules, Evidence(comparison=comparison)),
        comparison=comparison,
        note="" if comparison else "There is no baseline.",
    )


def _run(answerer: Answerer, examples: Sequence[Example], corpus: Corpus) -> Run:
    found = run(answerer, examples, corpus)
    return Run(tuple(replace(row, seconds=0.1 * (at + 1)) for at, row in enumerate(found.rows)))


def saved(answerer: Answerer, examples: Sequence[Example] = EXAMPLES) -> SavedRun:
    return save(run(answerer, examples, CORPUS), About("stand-in", "s", CORPUS.fingerprint, revision="before"))


def cites(source: str, quote: str, text: str, *, question: str = "") -> Answer:
    """An answer with one footnote, whose passage is the whole article."""
    start = CORPUS.texts[source].index(quote)
    citation = Citation(1, source, source, "", None, quote, start, start + len(quote))
    whole = Chunk(source, 0, CORPUS.texts[source], 0, len(CORPUS.texts[source]), source, source)
    return Answer(
        question,
        question,
        f"{text} [1]",
        claims=(Claim(text, (citation,), "verbatim"),),
        citations=(citation,),
        passages=(Passage(whole, 0.5),),
        confidence=0.7,
    )


GOOD = oracle(EXAMPLES, CORPUS)


class Read(HTMLParser):
    """What a browser would see: elements with their attributes, and the text outside scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._inside: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._inside.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        if self._inside[-1:] not in (["script"], ["style"]):
            self.text += data

    def values(self, attribute: str) -> list[str]:
        return [value for _, attributes in self.elements if (value := attributes.get(attribute)) is not None]


def words(page: str) -> str:
    return " ".join(Read(page).text.split())


def card(page: str, name: str) -> str:
    """The markup of one example."""
    return page.partition(f'id="ex-{name}"')[2].partition("</article>")[0]


def test_the_head_tells_the_verdict_and_what_was_measured() -> None:
    told = words(to_html(report_of(GOOD)))
    assert "The gate is green. 3 of 3 questions came out right, and every promise and floor is kept." in told
    for part in ("Model stand-in", "Questions 3 2 dev, 1 test", "Articles 2", "Commit abc with changes", "no baseline"):
        assert part in told


def test_each_breach_is_told_in_the_head() -> None:
    told = words(to_html(report_of(always_abstain)))
    assert "The gate is red. floor right is 0.000 (n = 2), must be ≥ 0.5" in told


def test_an_example_that_is_not_right_shows_what_was_expected_and_where_it_stands() -> None:
    page = to_html(report_of(always_abstain))
    told = words(f"<p {card(page, 'deaths')}")
    assert "wrongly left" in told
    assert "It abstained: no article speaks of this." in told
    assert "It abstains, though the articles tell." in told
    assert "in no passage" in told
    assert f'<mark class="gold">{DEATHS.evidence[0][0].quote}</mark>' in card(page, "deaths")
    assert "The Navy has said little." in told
    assert "<details open>" in card(page, "deaths")
    assert "<details open>" not in card(page, "bank")


def test_where_a_footnote_and_the_evidence_overlap_both_are_marked() -> None:
    def answer(question: str, history: Sequence[Turn]) -> Answer:
        return cites("sea.txt", f"{KILLED} Congress", "83 were killed", question=question)

    page = to_html(report_of(answer, [DEATHS]))
    gold = DEATHS.evidence[0][0].quote
    assert f'<mark class="both">{gold}</mark><mark class="cited"> at sea since September. Congress</mark> has' in page
    assert "holds the evidence" in page
    assert '<a href="#ex-deaths-1">in footnote 1</a>' in page


def test_a_footnote_that_does_not_hold_the_evidence_is_told_from_it() -> None:
    def answer(question: str, history: Sequence[Turn]) -> Answer:
        return cites("sea.txt", "The Navy has said little.", "83 were killed", question=question)

    page = to_html(report_of(answer, [DEATHS]))
    assert "The words are right, and no footnote holds the evidence." in page
    assert "does not hold the evidence" in page
    assert '<mark class="cited">The Navy has said little.</mark> <mark class="gold">At least 83' in page
    assert "in passage 1" in page


def test_a_quote_that_does_not_stand_at_its_offsets_and_a_mark_without_footnote_are_shown_as_such() -> None:
    def answer(question: str, history: Sequence[Turn]) -> Answer:
        good = cites("sea.txt", KILLED, "83 were killed [4]", question=question)
        return replace(good, citations=(replace(good.citations[0], start=3, end=9),), claims=())

    page = to_html(report_of(answer, [DEATHS]))
    assert "not at these offsets" in page
    assert f'<mark class="lost">{KILLED}</mark>' in page
    assert '<span class="mark dangling" title="no such footnote">[4]</span>' in page


def test_a_long_quote_is_shown_without_its_middle() -> None:
    def answer(question: str, history: Sequence[Turn]) -> Answer:
        return cites("call.txt", WAITING.strip(), "Sunday", question=question)

    page = to_html(report_of(answer, [DAY]))
    assert re.search(r"\[…\d+ characters…\]", page)
    assert page.count("everybody waited") < 40


def test_a_conversation_is_shown_with_what_was_answered_before() -> None:
    told = words(f"<p {card(to_html(report_of(GOOD)), 'call-day')}")
    assert "Did the leaders speak?" in told
    assert "The articles do not tell." in told


def test_lost_and_won_examples_show_the_words_and_footnotes_that_changed() -> None:
    def now(question: str, history: Sequence[Turn]) -> Answer:
        if question == DEATHS.question:
            return cites(
                "sea.txt", "The Navy has said little.", "At least 90 people have been killed", question=question
            )
        return GOOD(question, history)

    def before(question: str, history: Sequence[Turn]) -> Answer:
        if question == BANK.question:
            return cites("sea.txt", KILLED, "A bank", question=question)
        return GOOD(question, history)

    page = to_html(report_of(now, before=saved(before, (*EXAMPLES, BANK.model_copy(update={"id": "gone"})))))
    told = words(page)
    assert "Right before, not now: 1" in told
    assert "Right now, not before: 1" in told
    assert "<del>83</del> people" in page
    assert "<ins>90</ins> people" in page
    assert "no longer cited sea.txt" in told
    assert "newly cited sea.txt" in told
    assert "No longer asked: gone." in told
    assert "−50.0 points (0 better, 1 worse; may be chance)" in told
    assert 'data-change="lost"' in page


def test_hostile_texts_stay_text() -> None:
    texts = {f"{HOSTILE}.txt": f"{HOSTILE} {KILLED}", **CORPUS.texts}
    corpus = Corpus(texts, HOSTILE)
    example = DEATHS.model_copy(update={"question": HOSTILE, "answers": (HOSTILE,)})
    unread = DAY.model_copy(update={"turns": (HOSTILE, HOSTILE + "?")})

    def answer(question: str, history: Sequence[Turn]) -> Answer:
        if question == unread.asked:
            raise ConnectionError(HOSTILE)
        said = quoting(question, corpus.places(Quote(source=f"{HOSTILE}.txt", quote=HOSTILE)), corpus)
        claim = Claim(HOSTILE, said.citations, "unsupported", HOSTILE)
        return replace(said, text=f"{HOSTILE} [1] [8]", query=HOSTILE + "!", claims=(claim,), notices=(HOSTILE,))

    found = report_of(answer, [example, unread], corpus=corpus, before=saved(always_abstain, [example]))
    page = to_html(replace(found, about=replace(found.about, model=HOSTILE, revision=HOSTILE), note=HOSTILE))
    read = Read(page)
    tags = [tag for tag, _ in read.elements]
    assert tags.count("script") == 1
    assert not {"img", "iframe", "object", "link", "base", "form"} & set(tags)
    assert not [name for _, attributes in read.elements for name in attributes if name.startswith("on")]
    assert read.text.count(HOSTILE) > 10


def test_characters_that_no_file_or_browser_takes_are_replaced() -> None:
    def answer(question: str, history: Sequence[Turn]) -> Answer:
        return replace(cites("sea.txt", KILLED, "83", question=question), text="83 \ud800 \x00 \x1b[31m [1]")

    page = to_html(report_of(answer, [DEATHS]))
    assert "83 \ufffd \ufffd \ufffd[31m" in page.encode().decode()


def test_the_page_needs_nothing_beside_itself_and_allows_only_its_own_script() -> None:
    page = to_html(report_of(GOOD))
    read = Read(page)
    assert read.values("src") == []
    assert all(link.startswith("#") for link in read.values("href"))
    assert "http:" not in page
    assert "https:" not in page
    policy = next(value for value in read.values("content") if value.startswith("default-src 'none'"))
    for tag in ("style", "script"):
        held = page.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
        assert base64.b64encode(hashlib.sha256(held.encode()).digest()).decode() in policy


def test_every_link_of_the_page_leads_somewhere() -> None:
    read = Read(to_html(report_of(random_line(CORPUS), before=saved(GOOD))))
    names = read.values("id")
    assert len(names) == len(set(names))
    assert {link.removeprefix("#") for link in read.values("href")} <= set(names)


def test_every_plot_is_told_in_words_and_is_well_formed() -> None:
    attempts = [Attempt(0.9, right=True), Attempt(0.3, right=False), Attempt(0.2, right=False, answerable=False)]
    page = to_html(report_of(GOOD, attempts=attempts, before=saved(always_abstain)))
    plots = [ElementTree.fromstring(plot) for plot in re.findall(r'<svg class="plot".*?</svg>', page, re.DOTALL)]
    titles = [plot.findtext("title") for plot in plots]
    assert titles == [
        "Right, by type of question",
        "Risk against coverage",
        "Confidence against right answers",
        "What another threshold would give",
        "Seconds a question",
    ]
    assert all(plot.findtext("desc") for plot in plots)
    assert plots[-1].findtext("desc") == "Half of the questions took up to 200 ms, 95 % up to 300 ms."


def test_the_same_report_gives_the_same_page() -> None:
    found = report_of(random_line(CORPUS), before=saved(GOOD))
    assert to_html(found) == to_html(found)


def _failing(question: str, history: Sequence[Turn]) -> Answer:
    raise ConnectionError("no route")


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (lambda: report_of(_failing), "ConnectionError: no route"),
        (lambda: report_of(always_abstain, [BANK]), "1 of 1 questions came out right"),
        (lambda: report_of(GOOD, [DEATHS]), "1 of 1 questions came out right"),
        (lambda: report_of(GOOD, attempts=()), "No answer to plot."),
        (lambda: replace(report_of(GOOD), references={}), "The gate is green."),
        (lambda: report_of(GOOD, before=saved(GOOD)), "Right before, not now: 0"),
        (lambda: report_of(GOOD, before=saved(GOOD, [BANK])), "New: deaths, call-day."),
    ],
    ids=["failed", "nothing answerable", "one example", "no attempts", "no references", "nothing changed", "few pairs"],
)
def test_a_report_that_lacks_something_is_still_a_page(build: Callable[[], Report], told: str) -> None:
    assert told in words(to_html(build()))


def opened(browser: Browser, path: Path, **context: object) -> Iterator[Page]:
    """The page as a file; at its end, it has asked for nothing else, and nothing was wrong with it."""
    path.write_text(to_html(report_of(random_line(CORPUS), before=saved(GOOD))), encoding="utf-8")
    with browser.new_context(**context) as own:  # type: ignore[arg-type]
        page = own.new_page()
        said: list[str] = []
        page.on("request", lambda request: said.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(path.as_uri())
        yield page
        assert said == [path.as_uri()]


@pytest.mark.ui
def test_the_filters_leave_what_is_asked_for(browser: Browser, tmp_path: Path) -> None:
    for page in opened(browser, tmp_path / "report.html"):
        shown = page.locator(".example:visible")
        assert shown.count() == 3
        page.select_option("#by-type", "near_miss")
        assert shown.count() == 1
        assert page.inner_text("#shown") == "1"
        page.fill("#by-text", "no such words anywhere")
        assert page.locator("#none-shown").is_visible()
        page.fill("#by-text", "")
        page.select_option("#by-type", "")
        page.click(".chip.wrong")
        assert shown.count() == 0
        page.evaluate("location.hash = 'ex-deaths'")
        page.wait_for_selector("#ex-deaths details[open]")
        assert shown.count() == 3


@pytest.mark.ui
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone_and_reads_without_scripts(browser: Browser, tmp_path: Path, scheme: str) -> None:
    phone = {"width": 390, "height": 844}
    for page in opened(
        browser, tmp_path / "report.html", viewport=phone, color_scheme=scheme, java_script_enabled=False
    ):
        assert page.locator("#filters").is_hidden()
        assert page.locator(".example").count() == 3
        assert page.locator(".example .answer").first.is_visible()
        widths = [box["width"] for one in page.locator("section, figure").all() if (box := one.bounding_box())]
        assert max(widths) <= 390
