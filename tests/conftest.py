"""What all tests share: no network beyond loopback, no user's folders, one converted model."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from evals.corpus import Corpus
    from evals.examples import Example

SEEDS = Path(__file__).parent.parent / "seeds"


def pytest_configure() -> None:
    """Heed Ctrl-C also in a run in the background, which ignores it, as would the commands that tests interrupt."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def model_cache(request: pytest.FixtureRequest) -> Path:
    """Folder of converted models, kept between runs: converting MiniLM takes twenty seconds."""
    given = os.environ.get("FOOTNOTE_TEST_MODELS")
    return Path(given) if given else Path(request.config.cache.mkdir("models"))


@pytest.fixture(scope="session")
def seeds() -> Corpus:
    """The shipped articles as the evals read them."""
    from evals.corpus import read_corpus

    return read_corpus(SEEDS)


@pytest.fixture(scope="session")
def shipped() -> tuple[Example, ...]:
    """The shipped examples."""
    from evals.examples import load_questions

    return load_questions().examples


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, model_cache: Path) -> None:
    """Run each test in an empty folder, with no QA_ setting but the shared model cache."""
    for name in [name for name in os.environ if name.upper().startswith("QA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("QA_CACHE_DIR", str(model_cache))
    monkeypatch.chdir(tmp_path_factory.mktemp("home"))


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that looks up any host but this machine."""
    real = socket.getaddrinfo

    def guarded(host: object, *args: object, **kwargs: object) -> object:
        if host not in (None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0", b"127.0.0.1", b"localhost"):
            raise OSError(f"a test asked for the host {host!r}")
        return real(host, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", guarded)
    yield
