"""The door: passwords, logins, sessions, and what guessing costs."""

from __future__ import annotations

import logging
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request
from loopback import running

from qa.server.access import Access
from qa.server.attempts import Attempts
from qa.server.hosts import Hosts, Place, check_exposure
from qa.server.login_page import login_page
from qa.server.logins import Sessions, read_logins, read_secret
from qa.server.visitors import Visitors
from vectorstore.errors import SettingsError

BROWSER = {"Accept": "text/html,application/xhtml+xml"}
SECRET = b"ab" * 32
PASSWORD = "opensésame"


@contextmanager
def guarded(
    *, password: str = PASSWORD, logins: str = "", place: Place | None = None, attempts: Any = None
) -> Iterator[str]:
    app = FastAPI()

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    async def told(path: str, request: Request) -> dict[str, str]:
        return {"path": path, "user": request.state.user, "visitor": request.state.visitor}

    read = read_logins(password, logins)
    sessions = Sessions(read, SECRET)
    app.add_middleware(Visitors, sessions=sessions)
    app.add_middleware(Access, logins=read, sessions=sessions, attempts=attempts)
    app.add_middleware(Hosts, place=place or Place())
    with running(app, proxy_headers=False) as here:
        yield here


@pytest.fixture(scope="module")
def here() -> Iterator[str]:
    with guarded(logins="anna:one, ben:two:three") as address:
        yield address


def log_in(client: httpx.Client, here: str, **fields: str) -> httpx.Response:
    return client.post(f"{here}/login", data=fields)


@pytest.mark.parametrize("path", ["/", "/ui/", "/ui", "/reader?source=a%20b.txt&start=3"])
def test_a_browser_is_sent_to_the_login_page_and_back(here: str, path: str) -> None:
    with httpx.Client(headers=BROWSER) as client:
        sent = client.get(here + path)
        assert sent.status_code == 303
        assert sent.headers["location"].startswith("/login?next=")
        follow = parse_qs(urlsplit(sent.headers["location"]).query)["next"][0]
        asked = client.get(here + sent.headers["location"])
        assert 'name="password"' in asked.text
        assert follow.replace("&", "&amp;") in asked.text
        back = log_in(client, here, password=PASSWORD, next=follow)
        assert (back.status_code, back.headers["location"]) == (303, path)
        assert client.get(here + path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/v1/models", "/mcp", "/page/articles", "/ui/gradio_api/info", "/ui/config", "/ui/assets/a.js"]
)
def test_a_program_is_told_that_a_password_is_needed(here: str, path: str) -> None:
    refused = httpx.get(here + path, headers=BROWSER)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == 'Bearer realm="Footnote"'
    error = refused.json()["error"]
    assert "password is needed" in (error["message"] if path.startswith("/v1") else error)
    assert httpx.post(here + path, json={}).status_code == 401


@pytest.mark.parametrize("path", ["/health", "/ready", "/favicon.ico"])
def test_signs_of_life_need_no_password(here: str, path: str) -> None:
    assert httpx.get(here + path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/health/x", "/healthx", "//health", "/login/x", "/ready/../page/articles", "/HEALTH"]
)
def test_what_only_looks_like_them_does(here: str, path: str) -> None:
    assert httpx.get(here + path).status_code in (401, 303)


@pytest.mark.parametrize(
    ("authorization", "user"),
    [
        (f"Bearer {PASSWORD}", ""),
        ("Bearer anna:one", "anna"),
        ("bearer ben:two:three", "ben"),
        (httpx.BasicAuth("anna", "one"), "anna"),
        (httpx.BasicAuth("anybody", PASSWORD), ""),
        (httpx.BasicAuth("", PASSWORD), ""),
    ],
)
def test_programs_give_their_password_with_each_request(here: str, authorization: Any, user: str) -> None:
    given = (
        {"headers": {"Authorization": authorization.encode()}}
        if isinstance(authorization, str)
        else {"auth": authorization}
    )
    reply = httpx.get(f"{here}/v1/models", **given)  # type: ignore[arg-type]
    assert reply.status_code == 200
    assert reply.json()["user"] == user


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer",
        "Bearer wrong",
        "Bearer anna:two",
        "Bearer anna:",
        "Bearer :",
        "Basic !!!",
        "Basic",
        "Digest x",
        "Bearer ben",
    ],
)
def test_a_wrong_password_is_refused(authorization: str) -> None:
    with guarded(logins="anna:one,ben:two") as here:
        assert httpx.get(f"{here}/v1/models", headers={"Authorization": authorization}).status_code == 401


def test_without_a_password_for_all_a_name_is_needed() -> None:
    with guarded(password="", logins="anna:one") as here, httpx.Client() as client:
        assert "required autofocus" in client.get(f"{here}/login").text
        assert log_in(client, here, password="one").status_code == 401
        assert log_in(client, here, password="").status_code == 401
        wrong = log_in(client, here, name="anna<", password="two")
        assert "That is not the right name and password." in wrong.text
        assert "anna&lt;" in wrong.text
        assert log_in(client, here, name="anna", password="one").status_code == 303


def test_the_session_is_kept_from_scripts_and_other_sites(here: str) -> None:
    with httpx.Client() as client:
        cookie = log_in(client, here, password=PASSWORD).headers["set-cookie"]
    assert re.fullmatch(
        r"footnote_session_[0-9a-f]{8}=[\w.=-]+; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax", cookie
    )


def test_the_session_of_a_secure_page_stays_there() -> None:
    with guarded(place=Place(root_path="/footnote")) as here:
        secure = {"X-Forwarded-Proto": "https"}
        reply = httpx.post(f"{here}/login", data={"password": PASSWORD, "next": "/ui/"}, headers=secure)
        assert reply.headers["location"] == "/footnote/ui/"
        assert reply.headers["set-cookie"].endswith("; Path=/footnote; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure")


def test_a_session_ends_with_logout_and_with_another_password(here: str) -> None:
    with httpx.Client() as client:
        log_in(client, here, name="anna", password="one")
        assert client.get(f"{here}/page/x").json()["user"] == "anna"
        assert client.get(f"{here}/login").headers["location"] == "/"
        assert client.get(f"{here}/logout").status_code == 405
        kept = dict(client.cookies)
        assert client.post(f"{here}/logout").headers["location"] == "/login"
        assert client.get(f"{here}/page/x").status_code == 401
    token = next(iter(kept.values()))
    for logins in ("anna:other", "ben:two"):
        assert Sessions(read_logins(PASSWORD, logins), SECRET).name_of(token) is None
    assert Sessions(read_logins("changed", "anna:one"), SECRET).name_of(token) == "anna"
    assert Sessions(read_logins("", "anna:one"), b"cd" * 32).name_of(token) is None


def test_a_session_ends_after_thirty_days(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = Sessions(read_logins(PASSWORD), SECRET)
    token = sessions.open("")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 30 * 24 * 3600 - 60)
    assert sessions.name_of(token) == ""
    monkeypatch.setattr(time, "time", lambda: now + 30 * 24 * 3600 + 60)
    assert sessions.name_of(token) is None


def test_a_forged_session_is_worth_nothing() -> None:
    sessions = Sessions(read_logins(PASSWORD, "anna:one"), SECRET)
    token = sessions.open("")
    name, ends, signature = token.split(".")
    forged = [
        "", ".", "..", "...", "a.b.c", "é.1.2", f"{name}.{int(ends) + 1}.{signature}", f"YW5uYQ==.{ends}.{signature}",
        f"{name}.{ends}.", f"{name}.{'9' * 5000}.{signature}", f"{name}.{ends}.{signature[:-1]}", token + "0", "=" * 99,
    ]  # fmt: skip
    assert [one for one in forged if sessions.name_of(one) is not None] == []
    assert sessions.name_of(token) == ""


@pytest.mark.parametrize(
    "follow",
    [
        "http://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/ui/\r\nSet-Cookie: a=b",
        " /ui/",
        "",
    ],
)
def test_the_login_leads_nowhere_else(here: str, follow: str) -> None:
    reply = httpx.post(f"{here}/login", data={"password": PASSWORD, "next": follow})
    assert reply.headers["location"] == "/"
    assert len(reply.headers.get_list("set-cookie")) == 1


def test_a_place_of_many_scripts_is_led_back_to(here: str) -> None:
    reply = httpx.post(
        f"{here}/login", data={"password": PASSWORD, "next": "/reader?source=日本 語".replace(" ", "%20")}
    )
    assert reply.headers["location"] == "/reader?source=%E6%97%A5%E6%9C%AC%20%E8%AA%9E"


@pytest.mark.parametrize(
    "body", [b"", b"password", b"%ff%fe=&&&", b"\xff\xfe", b"a=" * 50, b"password=" + b"x" * 100_000]
)
def test_a_form_that_is_none_is_refused(body: bytes) -> None:
    with guarded(attempts=Attempts()) as here:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        assert httpx.post(f"{here}/login", content=body, headers=headers).status_code == 401


def test_who_guesses_waits_longer_each_time_and_others_do_not() -> None:
    now = 0.0
    attempts = Attempts(lambda: now)
    waits = []
    for _ in range(10):
        wait = attempts.seconds_to_wait("10.0.0.1")
        waits.append(wait)
        now += wait
        attempts.failed("10.0.0.1")
    assert waits[:3] == [0, 0, 0]
    assert waits[3:] == sorted(waits[3:])
    assert waits[-1] == 16
    assert attempts.seconds_to_wait("10.0.0.2") == 0
    together = [attempts.seconds_to_wait("10.0.0.1") for _ in range(3)]
    assert together == [16, 32, 48]
    now += 3600
    assert attempts.seconds_to_wait("10.0.0.1") == 0


def test_a_network_of_guessers_is_slowed_down_but_locks_nobody_out() -> None:
    now = 0.0
    attempts = Attempts(lambda: now)
    for number in range(200):
        attempts.failed(f"10.0.{number // 250}.{number % 250}")
    assert attempts.seconds_to_wait("192.168.0.1") == 1
    now += 61
    assert attempts.seconds_to_wait("192.168.0.1") == 0
    for number in range(5):
        attempts.failed(f"2001:db8::{number}")
    assert attempts.seconds_to_wait("2001:db8::ffff") > 0
    assert attempts.seconds_to_wait("2001:db8:1::1") == 0


def test_the_memory_for_guessers_is_bounded() -> None:
    attempts = Attempts(lambda: 0.0)
    for number in range(20_000):
        attempts.failed(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}")
    assert len(attempts._records) == 10_000


def test_too_many_attempts_are_told_apart_from_a_wrong_password() -> None:
    attempts = Attempts()
    for _ in range(20):
        attempts.failed("127.0.0.1")
    attempts.seconds_to_wait("127.0.0.1")
    attempts.seconds_to_wait("127.0.0.1")
    with guarded(attempts=attempts) as here:
        reply = httpx.post(f"{here}/login", data={"password": PASSWORD})
        assert (reply.status_code, "Too many attempts" in reply.text) == (429, True)


def test_no_password_is_ever_logged_or_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with guarded(logins="anna:veryhidden") as here:
        for given in (PASSWORD, "veryhidden", "mistyped-secret"):
            reply = httpx.post(f"{here}/login", data={"name": "anna", "password": given})
            assert given not in reply.text
    for hidden in (PASSWORD, "veryhidden", "mistyped-secret"):
        assert hidden not in caplog.text
    assert "veryhidden" not in repr(read_logins(PASSWORD, "anna:veryhidden"))


@pytest.mark.parametrize("logins", ["anna", "anna:", ":secret", "anna:one,anna:other", "anna:one,,ben"])
def test_logins_that_cannot_be_are_refused_without_showing_them(logins: str) -> None:
    with pytest.raises(SettingsError, match="QA_LOGINS") as refused:
        read_logins("", logins)
    assert "secret" not in str(refused.value).replace("anna:secret,ben:secret", "")
    assert "other" not in str(refused.value)


def test_the_secret_of_a_server_lasts_and_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    first = read_secret(folder)
    assert len(first) == 64
    assert read_secret(folder) == first
    assert stat.S_IMODE((folder / "secret").stat().st_mode) == 0o600
    assert read_secret(tmp_path / "other") != first
    (folder / "secret").write_text("cut off", "utf-8")
    assert len(read_secret(folder)) == 64
    assert [path.name for path in folder.iterdir()] == ["secret"]


def test_a_name_is_the_same_visitor_everywhere(here: str) -> None:
    visitors = [
        httpx.get(f"{here}/page/x", headers={"Authorization": f"Bearer {who}"}).json()["visitor"]
        for who in ("anna:one", "anna:one", "ben:two:three")
    ]
    assert visitors[0] == visitors[1] != visitors[2]
    assert all(re.fullmatch("[0-9a-f]{32}", visitor) for visitor in visitors)


def test_an_open_door_is_warned_of() -> None:
    for host in ("0.0.0.0", "::", "", "192.168.1.5"):
        assert "set QA_PASSWORD" in check_exposure(host, has_password=False)
        assert check_exposure(host, has_password=True) == ""
    for host in ("127.0.0.1", "localhost", "::1", "127.0.0.2"):
        assert check_exposure(host, has_password=False) == ""


def test_the_login_page_needs_no_script_and_no_other_host() -> None:
    page = login_page(follow='/"><script>', has_names=True, message="<b>", name="$next$name")
    assert "<script" not in page
    assert "<b>" not in page
    assert "http" not in page
    assert page.count("/&quot;&gt;&lt;script&gt;") == 1
    assert page.count("$next$name") == 1
