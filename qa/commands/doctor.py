"""What `qa doctor` checks, in the order in which things depend on each other; what a sync can mend, it mends."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType

from qa.models import survey
from qa.settings import PREFIX, Settings
from qa.terminal import counts, one_line
from vectorstore.corpus import Corpus
from vectorstore.errors import IndexDamaged, UserError
from vectorstore.examining import (
    Finding,
    examine_content,
    examine_index,
    examine_leftovers,
    examine_place,
    examine_search,
    lock_owner,
)
from vectorstore.finding import find_files
from vectorstore.types import IndexReport, Skipped

_PACKAGES = ("chromadb", "onnxruntime", "sentence-transformers", "langchain", "gradio")
_SHOWN_REASONS = 5
READERS: Mapping[str, str] = MappingProxyType(
    {
        ".docx": "python-docx",
        ".eml": "lxml",
        ".epub": "lxml",
        ".html": "trafilatura",
        ".odt": "odfdo",
        ".pdf": "pypdfium2",
        ".rtf": "striprtf",
    }
)
"""The package that each format needs; the others need none."""


def diagnose(settings: Settings, corpus: Corpus) -> Iterator[Finding]:
    """Findings as they come; what rests on a thing that is amiss is not looked at."""
    yield from (_packages(), formats(READERS), _settings(settings), *_models(settings))
    needs = [_folder(corpus), *examine_place(corpus.options.home), _embeddings(corpus)]
    yield from needs
    if any(finding.state == "problem" for finding in needs):
        return
    owner = lock_owner(corpus.options.home)
    yield Finding("lock", "ok", f"{owner}; what that leaves is not looked at before it is done" if owner else "free")
    if not owner:
        yield from _index(corpus)


def healthy(findings: Sequence[Finding]) -> bool:
    """Whether nothing is left for the user to do."""
    return all(finding.state != "problem" for finding in findings)


def finding_line(finding: Finding) -> str:
    """A finding as a line of text."""
    return f"{finding.state:<8} {one_line(f'{finding.check}: {finding.text}')}"


def formats(readers: Mapping[str, str]) -> Finding:
    """Which of these formats can be read, by the package that each needs."""
    missing = {suffix: package for suffix, package in readers.items() if not _version(package)}
    if not missing:
        return Finding("formats", "ok", f"{' '.join(readers)} can be read, beside plain text, JSON and CSV")
    pip = f"pip install {' '.join(sorted(set(missing.values())))}"
    return Finding("formats", "problem", f"{' '.join(missing)} cannot be read; {pip}")


def _packages() -> Finding:
    versions = {package: _version(package) for package in _PACKAGES}
    missing = [package for package, found in versions.items() if not found]
    if missing:
        return Finding("packages", "problem", f"{', '.join(missing)} missing; pip install {' '.join(missing)}")
    found = ", ".join(f"{package} {number}" for package, number in versions.items())
    return Finding("packages", "ok", f"Python {platform.python_version()}, {found}")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _settings(settings: Settings) -> Finding:
    """By name only: an address may hold a password."""
    names = sorted(PREFIX + name.upper() for name in settings.model_fields_set)
    return Finding("settings", "ok", f"{', '.join(names)} set, the others as by default" if names else "as by default")


def _models(settings: Settings) -> Iterator[Finding]:
    report = survey(settings)
    for state in report.chat_models:
        text = f"{state.spec}: {state.fix}" if state.fix else f"{state.spec} can be used"
        yield Finding(state.role, "problem" if state.fix else "ok", text)
    if report.reader == "missing":
        yield Finding("reader", "problem", "its weights are missing or damaged; install Footnote anew")
    else:
        yield Finding("reader", "ok", report.reader)


def _folder(corpus: Corpus) -> Finding:
    folder = corpus.options.folder
    try:
        listing = find_files(folder, ignoring=corpus.options.home)
    except UserError as error:
        return Finding("articles", "problem", str(error))
    if not listing.files:
        return Finding("articles", "problem", f"{folder} holds no file that can be read; put articles there")
    return Finding("articles", "ok", f"{folder} holds {len(listing.files):,} files to read")


def _embeddings(corpus: Corpus) -> Finding:
    try:
        embeddings = corpus.embeddings
    except UserError as error:
        return Finding("embedding model", "problem", str(error))
    facts = f"{embeddings.model}, {embeddings.dimensions} numbers a vector, {embeddings.backend}"
    return Finding("embedding model", "ok", "; ".join([facts, *embeddings.notices]))


def _index(corpus: Corpus) -> Iterator[Finding]:
    """The index before and after a sync, and what it holds."""
    home, embedding = corpus.options.home, corpus.embeddings.fingerprint
    before: list[Finding] = []
    try:
        before = examine_index(home, embedding=embedding)
        report = corpus.sync()
        after = examine_index(home, embedding=embedding)
        yield from map(_compared, before, after)
        yield _synced(report, corpus.embeddings.notices)
        yield from examine_content(home)
        yield _search(corpus)
    except UserError as error:
        yield from (finding for finding in before if finding.state == "problem")
        yield Finding("sync", "problem", str(error))
    yield examine_leftovers(home)


def _compared(before: Finding, after: Finding) -> Finding:
    if before.state == "problem" and after.state == "ok":
        return Finding(after.check, "mended", f"{before.text}; now {after.text}")
    return after


def _synced(report: IndexReport, known: Sequence[str]) -> Finding:
    """What the sync did; what is known of the embedding model is said elsewhere."""
    healed = [notice for notice in report.notices if notice not in known]
    parts = [counts(report), *_skipped(report.skipped), *healed]
    return Finding("sync", "mended" if healed else "ok", "; ".join(parts))


def _skipped(skipped: Sequence[Skipped]) -> Iterator[str]:
    if skipped:
        reasons = Counter(skip.why for skip in skipped).most_common(_SHOWN_REASONS)
        shown = ", ".join(f"{count} × {why}" for why, count in reasons)
        yield f"{len(skipped)} skipped ({shown}); `qa coverage` lists them"


def _search(corpus: Corpus) -> Finding:
    """Files that turn out unreadable are built anew, as a question would have them built."""
    home = corpus.options.home
    try:
        with corpus.reading() as index:
            return examine_search(index, corpus.embeddings, home)
    except IndexDamaged as damage:
        corpus.distrust()
        corpus.sync()
        with corpus.reading() as index:
            finding = examine_search(index, corpus.embeddings, home)
        return Finding("search", "mended", f"{damage}; now {finding.text}") if finding.state == "ok" else finding
