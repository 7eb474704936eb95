from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from page_stand_ins import serving

from qa import open_corpus
from qa.server.guard import HEADERS
from qa.server.listening import listen
from qa.server.serving import serve
from qa.settings import load_settings
from vectorstore.errors import PortInUse

HERE = Path(__file__).parent


def test_a_port_in_use_is_refused_with_what_to_do_next() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(PortInUse, match="--port"):
        serve(load_settings(), open_corpus, host="127.0.0.1", port=taken.getsockname()[1], on_ready=print)


def test_the_page_answers_before_the_articles_are_indexed() -> None:
    with serving("StandIn(sync_seconds=5)", until="listening") as served:
        page = wait_for_note(served.address, "Indexing 2 of 2 articles…")
        assert page.headers["content-type"].startswith("text/html")
        assert httpx.get(f"{served.address}/health").json() == {"status": "ok"}
        ready = httpx.get(f"{served.address}/ready")
        assert ready.status_code == 503
        assert ready.json()["ready"] is False


def wait_for_note(here: str, note: str) -> httpx.Response:
    for _ in range(100):
        page = httpx.get(here)
        if note in page.text:
            return page
        time.sleep(0.05)
    raise AssertionError(page.text)


def test_other_sites_may_neither_read_nor_send() -> None:
    with serving("StandIn(sync_seconds=5)", until="listening") as served:
        read = httpx.get(f"{served.address}/health", headers={"Origin": "http://evil.example"})
        assert "access-control-allow-origin" not in read.headers
        sent = httpx.post(f"{served.address}/health", headers={"Sec-Fetch-Site": "cross-site"})
        assert sent.status_code == 403


def test_a_start_that_fails_is_shown_on_the_open_page_and_raised() -> None:
    with serving("StandIn(sync_seconds=1, missing=True)", until="listening") as served:
        assert "Footnote" in httpx.get(served.address).text
        shown = ""
        while not shown:
            shown = httpx.get(f"{served.address}/ready").json()["error"]
            time.sleep(0.05)
        out, err = served.process.communicate(timeout=20)
    assert shown == "Footnote could not start: there is no folder articles; choose one with --corpus"
    assert (out, err) == ("", "there is no folder articles; choose one with --corpus\n")


def test_a_start_that_fails_unseen_ends_at_once() -> None:
    with serving("StandIn(missing=True)", until="listening") as served:
        started = time.monotonic()
        served.process.communicate(timeout=20)
        assert time.monotonic() - started < 10


@pytest.mark.skipif(os.name != "posix", reason="signals of posix")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_quietly_with_a_page_open(stop: signal.Signals) -> None:
    with serving("StandIn()") as served:
        with httpx.stream("GET", f"{served.address}/ui/gradio_api/heartbeat/abc") as beating:
            assert beating.status_code == 200
            served.process.send_signal(stop)
            out, err = served.process.communicate(timeout=20)
        assert (served.process.returncode, out, err) == (0, "served\n", "")


@pytest.mark.skipif(os.name != "posix", reason="signals of posix")
def test_a_signal_does_not_wait_for_a_long_sync() -> None:
    with serving("StandIn(sync_seconds=60)", until="listening") as served:
        wait_for_note(served.address, "Indexing")
        served.process.send_signal(signal.SIGINT)
        out, err = served.process.communicate(timeout=10)
        assert (served.process.returncode, out, err) == (0, "served\n", "")


@pytest.mark.skipif(os.name != "posix", reason="signals of posix")
def test_a_signal_ends_the_command_quietly_while_it_computes_in_the_background(
    tmp_path: Path, model_cache: Path
) -> None:
    environment = {**os.environ, "QA_INDEX_DIR": str(tmp_path / "index"), "QA_CACHE_DIR": str(model_cache)}
    command = [sys.executable, "-m", "qa", "serve", "--corpus", str(HERE.parent / "seeds"), "--port", "0"]
    pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": environment}
    for state in ("Indexing", "ready"):
        with subprocess.Popen(command, cwd=tmp_path, **pipes) as process:
            address = process.stdout.readline().strip()
            until = time.monotonic() + 120
            while not (told := httpx.get(f"{address}/ready").json())["ready"] and state not in told["note"]:
                assert time.monotonic() < until, told
                time.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=20)
        assert (process.returncode, err) == (0, ""), state


def test_the_loaded_page_is_private() -> None:
    with serving("StandIn()") as served:
        here = served.address
        page = httpx.get(here, follow_redirects=True)
        assert str(page.url) == f"{here}/ui/"
        for path in ("/", "/health", "/nothing", "/favicon.ico", "/ui/", "/ui/config", "/ui/nothing"):
            headers = httpx.get(here + path).headers
            assert {name: headers[name] for name in HEADERS} == HEADERS
        settings = httpx.get(f"{here}/ui/config").json()
        assert settings["analytics_enabled"] is False
        upload = httpx.post(f"{here}/ui/gradio_api/upload", files={"files": ("a.txt", b"x" * 5000)})
        assert upload.status_code == 403
        stolen = httpx.get(f"{here}/ui/gradio_api/file={HERE / 'conftest.py'}")
        assert stolen.status_code == 403
