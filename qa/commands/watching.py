"""A folder followed: a sync after each change of its files, and a line for whatever that brought."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from stat import S_ISDIR

from qa.terminal import one_line, report_lines
from vectorstore.errors import UserError
from vectorstore.types import IndexReport

Say = Callable[[str], None]

_QUIET_MILLISECONDS = 800
_LONGEST_MILLISECONDS = 3000
"""A folder is looked at when its files have been quiet so long, or when they have not been for so long."""
_POLL_SECONDS = 10.0
"""Some file systems tell of no change, or not of each: this often the folder is looked at in any case."""
_MISSING_SECONDS = 1.0
_SHARE_OF_TIME = 20
"""Looks that nothing called for and that find nothing take a twentieth of the time at most."""


def follow(sync: Callable[[], IndexReport], looks: Iterable[bool], *, show: Say, warn: Say) -> None:
    """Sync at each look; show what changed, and warn of errors and skipped files once, as long as they last.

    A look is True when a change called for it, False when it only was time for one.
    """
    before: IndexReport | None = None
    trouble = ""
    idle_until = 0.0
    for is_called_for in looks:
        if not is_called_for and time.monotonic() < idle_until:
            continue
        try:
            report = sync()
        except UserError as error:
            if one_line(str(error)) != trouble:
                trouble = one_line(str(error))
                warn(f"qa: {trouble}")
            continue
        for line in _news(report, before, healed=bool(trouble)):
            show(line)
        before, trouble = report, ""
        idle_until = 0.0 if report.changed else time.monotonic() + _SHARE_OF_TIME * report.seconds


def looks_at(folder: Path, *, ignoring: Path) -> Iterator[bool]:
    """True when the watch begins and after each change below a folder, False every ten seconds; without an end.

    What lies in `ignoring` or is hidden does not count. A folder that is not there is waited for.
    """
    while True:
        watched = _identity(folder)
        if not watched:
            yield False
            time.sleep(_MISSING_SECONDS)
            continue
        for is_changed in _changes(folder, ignoring=ignoring):
            yield is_changed
            if _identity(folder) != watched:  # gone, or another one of the same name
                break


def _changes(folder: Path, *, ignoring: Path) -> Iterator[bool]:
    """True once changes are noticed, so that none is missed from then on; then as `looks_at`."""
    from watchfiles import watch

    watched = watch(
        folder,
        watch_filter=lambda _change, path: _counts(Path(path), folder, ignoring=ignoring),
        debounce=_LONGEST_MILLISECONDS,
        step=_QUIET_MILLISECONDS,
        rust_timeout=_QUIET_MILLISECONDS,
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )
    try:
        next(watched)
        yield True
        looked = time.monotonic()
        for changes in watched:
            if changes or time.monotonic() - looked > _POLL_SECONDS:
                yield bool(changes)
                looked = time.monotonic()
    except (OSError, RuntimeError):  # more folders than the system watches, say
        yield False
        time.sleep(_POLL_SECONDS)


def _identity(folder: Path) -> str:
    """Names a folder as long as it lives; empty when there is none."""
    try:
        status = folder.stat()
    except OSError:
        return ""
    return f"{status.st_dev}:{status.st_ino}" if S_ISDIR(status.st_mode) else ""


def _news(report: IndexReport, before: IndexReport | None, *, healed: bool) -> list[str]:
    """The lines of a report that the one before did not have."""
    skipped = tuple(skip for skip in report.skipped if before is None or skip not in before.skipped)
    notices = tuple(notice for notice in report.notices if before is None or notice not in before.notices)
    lines = report_lines(replace(report, skipped=skipped, notices=notices))
    return lines if report.changed or healed or before is None else lines[1:]


def _counts(path: Path, folder: Path, *, ignoring: Path) -> bool:
    if path.is_relative_to(ignoring):
        return False
    below = path.relative_to(folder) if path.is_relative_to(folder) else path
    return not any(part.startswith(".") for part in below.parts)
