"""Failed logins, slowed down: who guesses waits longer each time, and nobody else is locked out by it."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

_MOST_ADDRESSES = 10_000
_REMEMBERED_SECONDS = 15 * 60.0
_FIRST_GAP_SECONDS, _LONGEST_GAP_SECONDS = 0.5, 16.0
_MANY_A_MINUTE = 60
_GAP_WHEN_MANY_SECONDS = 1.0


@dataclass(slots=True)
class _Record:
    failures: int = 0
    free_at: float = 0.0
    last: float = 0.0


class Attempts:
    """The failures of the last quarter of an hour, by address; IPv6 addresses of one network are one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._records: OrderedDict[str, _Record] = OrderedDict()
        self._recent: deque[float] = deque(maxlen=_MANY_A_MINUTE)

    def seconds_to_wait(self, address: str) -> float:
        """How long before a password of this address is looked at; 0 where nothing went wrong lately.

        Each call takes a turn: attempts that come together wait behind one another.
        """
        now = self._clock()
        record = self._records.get(_network(address))
        many = len(self._recent) == _MANY_A_MINUTE and now - self._recent[0] < 60
        wait = _GAP_WHEN_MANY_SECONDS if many else 0.0
        if record is None or now - record.last > _REMEMBERED_SECONDS:
            return wait
        turn = max(now, record.free_at)
        record.free_at = turn + _gap(record.failures)
        return max(wait, turn - now)

    def failed(self, address: str) -> None:
        """A password was wrong."""
        now = self._clock()
        record = self._records.pop(_network(address), None)
        if record is None or now - record.last > _REMEMBERED_SECONDS:
            record = _Record()
        record.failures += 1
        record.last = now
        record.free_at = max(record.free_at, now + _gap(record.failures))
        self._records[_network(address)] = record
        self._recent.append(now)
        while len(self._records) > _MOST_ADDRESSES:
            self._records.popitem(last=False)


def _gap(failures: int) -> float:
    # The first few are typing errors.
    return min(_FIRST_GAP_SECONDS * 2.0 ** min(failures - 3, 10), _LONGEST_GAP_SECONDS) if failures > 2 else 0.0


def _network(address: str) -> str:
    try:
        place = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{place}/64", strict=False)) if place.version == 6 else address
