"""How fast the chat page is, and how it bears many people: `python -m evals.serving`; a browser is part of it.

Everything is measured in one run on one machine, from outside, as people meet it: the command `qa serve`, its page in
a headless Chromium, and its queue over HTTP.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from evals.examples import load_questions
from evals.people import ask_at_once, ask_in_turn

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_WAIT_SECONDS = 120.0
_WAIT_MS = 60_000.0
_READING_MS = 3_000.0
"""Between an answer and the next question; meanwhile the page looks for questions to go on with."""
_READY = "body.fn-ready"
_BOX = "#fn-box textarea, #box"
_ANSWERED = ".fn-exchange[data-outcome='answered'], #answer .fn-receipt"
"""On the page, or on the one that is shown until it is loaded."""
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
_WATCH = """() => {
  window.firstWords = [];
  const look = () => {
    for (const one of document.querySelectorAll(".fn-exchange:not([data-timed])")) {
      const words = one.querySelector(".fn-answer:not(.fn-waiting)");
      if (words && words.textContent.trim()) { one.dataset.timed = "1"; window.firstWords.push(performance.now()); }
    }
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true });
}"""
_ASK = """(question) => {
  const box = document.querySelector("#fn-box textarea");
  box.value = question;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  const asked = performance.now();
  document.querySelector("#fn-send").click();
  return asked;
}"""


@dataclass(frozen=True, slots=True)
class Started:
    """Seconds from the start of the process."""

    first_byte: float
    text_box: float
    first_answer: float


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str], float]]:
    """`qa serve` over the shipped articles: its address, its process, and when it began (monotonic seconds)."""
    environment = {**os.environ, "QA_INDEX_DIR": str(folder), "QA_CORPUS_DIR": "seeds", "QA_PORT": "0"}
    began = time.monotonic()
    command = [sys.executable, "-m", "qa", "serve"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert running.stdout is not None
        yield running.stdout.readline().strip(), running, began
    finally:
        running.terminate()
        running.wait(timeout=30)


def measure_start(folder: Path, browser: Browser, question: str) -> Started:
    """A new process, and a person who opens the page at once and asks as soon as there is a text box."""
    with served(folder) as (address, _, began):
        httpx.get(address, timeout=_WAIT_SECONDS)
        first_byte = time.monotonic() - began
        page = browser.new_page()
        page.goto(address)
        page.wait_for_selector(_BOX, timeout=_WAIT_MS)
        text_box = time.monotonic() - began
        page.fill(_BOX, question)
        page.keyboard.press("Enter")
        page.wait_for_selector(_ANSWERED, timeout=_WAIT_MS)
        return Started(first_byte, text_box, time.monotonic() - began)


def measure_first_words(page: Page, questions: list[str]) -> list[float]:
    """Milliseconds from the click on Ask to the first words of each answer, in the browser's own clock."""
    page.evaluate(_WATCH)
    taken = []
    for number, question in enumerate(questions, start=1):
        asked = page.evaluate(_ASK, question)
        page.wait_for_function(f"window.firstWords.length >= {number}", timeout=_WAIT_MS)
        taken.append(page.evaluate("window.firstWords.at(-1)") - asked)
        page.wait_for_selector(".fn-exchange:last-child .fn-actions", timeout=_WAIT_MS)
        page.wait_for_timeout(_READING_MS)
    return taken


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[tuple[Page, set[str]]]:
    """The page, and the hosts that it asks anything of."""
    hosts: set[str] = set()
    page = browser.new_page()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.goto(f"{address}/ui/")
    page.wait_for_selector(_READY, timeout=_WAIT_MS)
    page.wait_for_load_state("networkidle")
    yield page, hosts
    page.close()


def memory_mb(process: subprocess.Popen[str]) -> float:
    """Resident memory in megabytes, where the system has `/proc`; 0 elsewhere."""
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1000


def share(values: list[float], part: float) -> float:
    """The value below which a part of the values lies."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def say(line: str) -> None:
    """One line of the report, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _report(browser: Browser, folder: Path, questions: list[str], options: argparse.Namespace) -> None:
    started = measure_start(folder, browser, questions[0])
    say(f"from process start: first byte {started.first_byte:.1f} s, text box {started.text_box:.1f} s, "
        f"first answer {started.first_answer:.1f} s")  # fmt: skip
    with served(folder) as (address, process, _):
        _wait_until_ready(address)
        with opened(browser, address) as (page, hosts):
            words = measure_first_words(page, questions[:30])[5:]
            strangers = hosts - {urlsplit(address).netloc}
        say(f"first words in the browser: p50 {median(words):.0f} ms, p95 {share(words, 0.95):.0f} ms; "
            f"hosts asked beside the server: {len(strangers)}")  # fmt: skip
        for people in (1, options.people):
            taken = ask_at_once(address, questions, people=people, rounds=5)
            say(f"{people} at once: p50 {median(taken):.2f} s, p95 {share(taken, 0.95):.2f} s to the whole answer")
        for asked in (0, *[options.questions // 5] * 5):
            ask_in_turn(address, questions, count=asked)
            say(f"memory after {asked} more questions: {memory_mb(process):.0f} MB")


def _wait_until_ready(address: str) -> None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while httpx.get(f"{address}/ready").status_code != 200:
        if time.monotonic() > deadline:
            raise TimeoutError(address)
        time.sleep(0.1)


def main(arguments: list[str] | None = None) -> None:
    """Measure everything, on the shipped articles and questions, and print it."""
    parser = argparse.ArgumentParser(prog="python -m evals.serving", description=__doc__)
    parser.add_argument("--people", type=int, default=20, help="who ask at once")
    parser.add_argument("--questions", type=int, default=1000, help="over which memory is watched")
    options = parser.parse_args(arguments)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("evals.serving needs a Chromium, and playwright: pip install playwright")
    from playwright.sync_api import sync_playwright

    questions = [example.question for example in load_questions().examples if example.answerable and example.question]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        subprocess.run([sys.executable, "-m", "qa", "ask", "What happened?"], check=False, capture_output=True,
                       env={**os.environ, "QA_INDEX_DIR": folder, "QA_CORPUS_DIR": "seeds"})  # fmt: skip
        browser: Any = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        _report(browser, Path(folder), questions, options)
        browser.close()


if __name__ == "__main__":
    main()
