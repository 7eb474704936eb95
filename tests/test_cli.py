"""The command `qa`: what it prints where, its exit statuses, and what bad input gets to read."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from conftest import SEEDS
from corpora import write_corpus, write_story
from model_server import ModelServer, Says

from qa.cli import main
from qa.places import removed_files
from qa.settings import load_settings

KILLED = "How many people have been killed in the strikes?"
PASSENGERS = "How many passengers were brought ashore?"


class Ran(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Qa = Callable[..., Ran]


@pytest.fixture(scope="module")
def seeds_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("index")


@pytest.fixture
def qa(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seeds_index: Path) -> Qa:
    """The command, run in this process as the console script runs it."""
    monkeypatch.setenv("QA_INDEX_DIR", str(seeds_index))
    monkeypatch.setenv("QA_ABSTAIN_BELOW", "0")

    def run(*words: str, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["qa", *words])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capsys.readouterr()
        status = 0
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capsys.readouterr()
        return Ran(status, out, err)

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "articles")


@contextmanager
def started(*words: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command in a process of its own."""
    settings = {**os.environ, "QA_ABSTAIN_BELOW": "0", **environment}
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "qa", *words]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=settings) as process:
        try:
            yield process
        finally:
            process.kill()


def assert_refused(ran: Ran, *words: str) -> None:
    """One line on stderr that says what is wrong, nothing on stdout, exit status 2."""
    assert ran.status == 2
    assert ran.out == ""
    assert ran.err.startswith("qa: ")
    assert ran.err.count("\n") == 1
    for word in words:
        assert word in ran.err


def test_an_answer_is_printed_with_its_footnotes(qa: Qa) -> None:
    ran = qa("ask", KILLED)
    assert ran.status == 0
    short, text, notes = ran.out.split("\n\n", 2)
    assert short.startswith("At least 83 [1]")
    assert "83" in text
    assert "[1]" in text
    assert notes.startswith("[1] ")
    assert ".txt, characters " in notes
    assert "“" in notes
    assert "Traceback" not in ran.err


def test_an_answer_as_json_holds_exact_quotes(qa: Qa) -> None:
    answer = qa("ask", KILLED, "--json").json
    assert answer["schema_version"] == 1
    assert answer["question"] == KILLED
    assert answer["citations"]
    for citation in answer["citations"]:
        with (SEEDS / citation["source"]).open(encoding="utf-8", newline="") as file:
            assert file.read()[citation["start"] : citation["end"]] == citation["quote"]


def test_an_abstention_says_why_and_what_is_near(qa: Qa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_ABSTAIN_BELOW", "1")
    ran = qa("ask", "Who won the football championship in Norway?")
    assert ran.status == 0
    assert "\nWhy: " in ran.out
    assert "\nNearest: " in ran.out
    assert "[1]" not in ran.out


def test_a_question_can_come_from_standard_input(qa: Qa) -> None:
    assert (
        qa("ask", "-", "--json", stdin=f"{KILLED}\n".encode()).json["text"] == qa("ask", KILLED, "--json").json["text"]
    )


def test_an_answer_can_be_kept_to_one_article(qa: Qa, folder: Path) -> None:
    answer = qa("ask", PASSENGERS, "--corpus", str(folder), "--source", "budget.txt", "--json").json
    assert {one["chunk"]["source"] for one in answer["passages"]} == {"budget.txt"}
    ran = qa("ask", PASSENGERS, "--corpus", str(folder), "--source", "nowhere.txt")
    assert_refused(ran, "no article 'nowhere.txt'", "qa status")


def test_search_lists_passages_with_their_places(qa: Qa) -> None:
    ran = qa("search", "closed airspace", "-k", "2")
    assert ran.out.startswith("1. ")
    assert "\n2. " in ran.out
    assert "\n3. " not in ran.out
    passage = qa("search", "closed airspace", "-k", "1", "--json").json[0]["chunk"]
    with (SEEDS / passage["source"]).open(encoding="utf-8", newline="") as file:
        assert file.read()[passage["start"] : passage["end"]] == passage["text"]


def test_indexing_twice_changes_nothing_the_second_time(qa: Qa, folder: Path) -> None:
    assert qa("index", "--corpus", str(folder)).out.startswith(
        "3 added, 0 replaced, 0 removed, 0 unchanged; 3 chunks, "
    )
    again = qa("index", "--corpus", str(folder), "--json").json
    assert (again["added"], again["unchanged"], again["chunks"]) == (0, 3, 3)


def test_a_purge_tells_what_it_did(qa: Qa, folder: Path) -> None:
    qa("index", "--corpus", str(folder))
    (folder / "comet.txt").unlink()
    taken_out = removed_files(load_settings(corpus_dir=folder)) / "token" / "comet.txt"
    taken_out.parent.mkdir(parents=True)
    taken_out.write_text("It was removed on the page.")
    assert qa("index", "--corpus", str(folder), "--purge", "--json").json["removed"] == 1
    assert not taken_out.exists()


def test_status_tells_what_is_indexed(qa: Qa, folder: Path) -> None:
    facts = qa("status", "--corpus", str(folder), "--json").json
    assert facts["articles"] == facts["undated"] == 3
    assert [row["source"] for row in facts["sources"]] == ["budget.txt", "comet.txt", "harbour.txt"]
    assert facts["answers_by"] == "extractive"
    shown = qa("status", "--corpus", str(folder)).out
    assert "articles: 3\n" in shown
    assert "  comet.txt: Comet seen over the bay\n" in shown


DATED = {
    "north/storm.txt": "Storm cuts power\n\nThe storm cut power to 4100 homes in Lund on Monday evening.\n",
    "south/storm.txt": "Storm cuts power\n\nThe storm cut power to 5200 homes in Holt on Friday night.\n",
    "storm.txt": "Storm passes\n\nThe storm cut power to no more than 30 homes at the coast.\n",
}
TOLD = {
    "north/storm.meta.json": {"outlet": "North Post", "published": "2025-11-30"},
    "south/storm.meta.json": {"outlet": "South Times", "published": "2025-12"},
}
HOMES = "How many homes lost power in the storm?"


@pytest.fixture
def dated(tmp_path: Path) -> str:
    """Three reports of a storm: two with an outlet and a date, one without."""
    folder = write_corpus(tmp_path / "dated", DATED)
    for name, facts in TOLD.items():
        write_story(folder / name, json.dumps(facts))
    return str(folder)


@pytest.mark.parametrize(
    ("options", "left"),
    [
        (["--outlet", "north post"], {"north/storm.txt"}),
        (["--source", "storm.txt", "--source", "south/storm.txt"], {"storm.txt", "south/storm.txt"}),
        (["--since", "2025-12"], {"south/storm.txt"}),
        (["--until", "2025-11"], {"north/storm.txt"}),
        (["--since", "2025", "--until", "2025-12-24"], {"north/storm.txt", "south/storm.txt"}),
        (["--since", "2025-11-30", "--outlet", "South Times"], {"south/storm.txt"}),
    ],
)
def test_a_question_can_be_kept_to_some_articles(options: list[str], left: set[str], qa: Qa, dated: str) -> None:
    found = qa("search", HOMES, "--corpus", dated, "--json", *options)
    assert {row["chunk"]["source"] for row in found.json} == left
    asked = qa("ask", HOMES, "--corpus", dated, "--json", *options).json
    assert {row["chunk"]["source"] for row in asked["passages"]} == left
    chatted = qa("chat", "--corpus", dated, *options, stdin=f"{HOMES}\n".encode())
    assert {source for source in DATED if f"    {source}, characters" in chatted.out} <= left
    assert "[1]" in chatted.out


def test_undated_articles_that_a_date_leaves_out_are_counted(qa: Qa, dated: str) -> None:
    said = "note: 1 article carries no date and was left out by the date filter\n"
    for command in ("ask", "search"):
        assert said in qa(command, HOMES, "--corpus", dated, "--since", "2025").err
        assert said not in qa(command, HOMES, "--corpus", dated).err


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_wrong_date_or_outlet_is_refused(command: str, qa: Qa, dated: str) -> None:
    asked = (command, HOMES, "--corpus", dated)
    assert_refused(qa(*asked, "--since", "2025-02-30"), "--since '2025-02-30' is no date", "2025-11")
    assert_refused(qa(*asked, "--until", "soon"), "--until 'soon' is no date")
    assert_refused(qa(*asked, "--since", "2025-12", "--until", "2025-11"), "is after --until")
    assert_refused(qa(*asked, "--outlet", "Nobody"), "no article of the outlet 'Nobody'", "North Post")


def test_what_show_prints_is_the_article_and_nothing_else(folder: Path) -> None:
    text = "Bridge closed\r\n\r\nThe old bridge of Lund \u202eclosed\x07 on Monday, säger Åsa.\r\nIt is 140 years old."
    (folder / "bridge.txt").write_bytes(text.encode())
    with started("show", "bridge.txt", "--corpus", str(folder), PYTHONIOENCODING="ascii") as process:
        out, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert out.decode() == text
    with started("show", "bridge.txt", "--corpus", str(folder), "--start", "15", "--end", "30") as process:
        assert process.communicate()[0].decode() == text[15:30]


def test_every_quote_of_an_answer_is_found_in_what_show_prints(qa: Qa) -> None:
    for citation in qa("ask", KILLED, "--json").json["citations"]:
        text = qa("show", citation["source"]).out
        assert text[citation["start"] : citation["end"]] == citation["quote"]


@pytest.mark.skipif(os.name != "posix", reason="terminals are of POSIX")
def test_a_terminal_sees_a_mark_for_each_character_that_could_steer_it(folder: Path) -> None:
    import pty

    text = "Storm\n\nThe \x1b[31mstorm\u202e cut\tpower\x07 to 4100 homes in Lund.\r\n"
    (folder / "storm.txt").write_bytes(text.encode())
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "qa", "show", "storm.txt", "--corpus", str(folder)]
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.PIPE) as process:
        shown = os.read(ours, 4096).decode().replace("\r\n", "\n")  # as the terminal's driver writes a line end
        assert process.wait() == 0
    os.close(ours)
    os.close(theirs)
    expected = text.translate(dict.fromkeys(map(ord, "\x1b\u202e\x07\r"), "\ufffd"))
    assert shown.expandtabs() == expected.expandtabs()


def test_show_tells_all_that_is_known_and_where_it_was_read(qa: Qa, dated: str) -> None:
    facts = qa("show", "south/storm.txt", "--corpus", dated, "--json").json
    assert facts["text"] == DATED["south/storm.txt"]
    assert (facts["outlet"], facts["published"], facts["precision"]) == ("South Times", "2025-12-01", "month")
    assert facts["origins"]["outlet"] == facts["origins"]["published"] == "sidecar"
    assert (facts["copies"], facts["pages"], facts["chunks"]) == ([], None, 1)


def test_show_lists_the_articles_of_a_file_and_refuses_what_is_not_there(qa: Qa, folder: Path) -> None:
    rows = "title,text\nRain,The rain flooded nine cellars in Lund.\nSnow,The snow closed the road to Holt.\n"
    write_story(folder / "news.csv", rows)
    listed = qa("show", "news.csv", "--corpus", str(folder)).out.splitlines()
    assert len(listed) == 2
    assert "rain" in qa("show", listed[0], "--corpus", str(folder)).out
    assert_refused(qa("show", "comett.txt", "--corpus", str(folder)), "did you mean comet.txt?")
    assert_refused(qa("show", "comet.txt", "--corpus", str(folder), "--start", "9999"), "comet.txt has ")


def test_coverage_counts_articles_and_tells_what_is_undated(qa: Qa, dated: str) -> None:
    covered = qa("coverage", "--corpus", dated, "--json").json
    assert covered["articles"] == covered["accounts"] == 3
    assert covered["undated"] == ["storm.txt"]
    assert [share["name"] for share in covered["months"]] == ["2025-12", "2025-11"]
    shown = qa("coverage", "--corpus", dated).out
    assert "        1  North Post\n" in shown
    assert "\nUndated\n  storm.txt\n" in shown


def test_the_doctor_finds_nothing_and_mends_what_it_can(qa: Qa, folder: Path) -> None:
    assert "mended   library: there was none yet" in qa("doctor", "--corpus", str(folder)).out
    ran = qa("doctor", "--corpus", str(folder))
    assert ran.status == 0
    assert {line.split()[0] for line in ran.out.splitlines()} == {"ok"}
    assert qa("doctor", "--corpus", str(folder), "--json").json["healthy"] is True
    (Path(qa("status", "--corpus", str(folder), "--json").json["index"]) / "CURRENT").unlink()
    ran = qa("doctor", "--corpus", str(folder))
    assert (ran.status, ran.out.count("mended   index: its pointer file is lost")) == (0, 1)


def test_the_doctor_says_what_is_left_to_do_and_exits_with_1(qa: Qa, tmp_path: Path) -> None:
    ran = qa("doctor", "--corpus", str(tmp_path / "nowhere"))
    assert ran.status == 1
    assert "problem  articles: there is no folder" in ran.out
    assert "Traceback" not in ran.err
    assert qa("doctor", "--corpus", str(tmp_path / "nowhere"), "--json").json["healthy"] is False


def test_a_watch_goes_with_neither_json_nor_a_purge(qa: Qa) -> None:
    assert_refused(qa("index", "--watch", "--json"), "--watch")
    assert_refused(qa("index", "--watch", "--purge"), "--watch")


def test_a_chat_understands_a_follow_up_and_survives_a_bad_question(qa: Qa, folder: Path) -> None:
    questions = "Where did the ferry Aurora run aground?\n?!\nHow many passengers did it carry?\n"
    ran = qa("chat", "--corpus", str(folder), stdin=questions.encode())
    assert ran.status == 0
    assert "Lund harbour" in ran.out
    assert "qa: the question is empty" in ran.err
    assert "(searched for: " in ran.err
    assert "212" in ran.out.partition("Lund harbour")[2]


def test_a_chat_ends_at_an_empty_line(qa: Qa, folder: Path) -> None:
    assert qa("chat", "--corpus", str(folder), stdin=f"\n{PASSENGERS}\n".encode()).out == ""


def test_a_chat_model_answers_with_checked_footnotes(qa: Qa, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ModelServer(Says("All 212 passengers were brought ashore by noon [1].")) as server:
        monkeypatch.setenv("QA_CHAT_BASE_URL", server.openai)
        answer = qa("ask", PASSENGERS, "--corpus", str(folder), "--model", "openai:any", "--json").json
    assert answer["model"] == "openai:any"
    assert [one["source"] for one in answer["citations"]] == ["harbour.txt"]


@pytest.mark.parametrize(
    "command",
    ["", "ask", "chat", "coverage", "doctor", "index", "models", "search", "serve", "show", "status"],
)
def test_every_command_explains_itself(command: str, qa: Qa) -> None:
    ran = qa(*command.split(), "--help")
    assert ran.status == 0
    assert f"qa {command}".strip() in ran.out.lower() or "usage" in ran.out.lower()
    assert "--help" in ran.out


@pytest.mark.parametrize("words", [["nonsense"], ["ask"], ["ask", "Who?", "--nonsense"], ["search", "x", "-k", "0"]])
def test_a_wrong_command_line_has_exit_status_2(words: list[str], qa: Qa) -> None:
    ran = qa(*words)
    assert ran.status == 2
    assert ran.out == ""


@pytest.mark.parametrize("question", ["", "   ", "\x07\x1b\x00", "?!"])
def test_an_empty_question_is_refused(question: str, qa: Qa) -> None:
    assert_refused(qa("ask", question), "the question is empty", "type a question")
    assert_refused(qa("ask", question, "--json"), "the question is empty")
    assert_refused(qa("search", question), "the question is empty")


def test_a_question_of_a_megabyte_is_refused(qa: Qa) -> None:
    assert_refused(qa("ask", "-", stdin=b"why " * 262_144), "the question is too long (1048576 characters")


def test_bytes_that_are_no_utf8_do_not_end_in_a_traceback(qa: Qa) -> None:
    assert qa("ask", "-", "--json", stdin="Qui est Maduro à Caracas?".encode("latin-1")).status == 0
    assert_refused(qa("ask", os.fsdecode(b"who is \xff?")), "bytes that are no text")


def test_a_missing_folder_is_refused(qa: Qa, tmp_path: Path) -> None:
    assert_refused(qa("ask", KILLED, "--corpus", str(tmp_path / "nowhere")), "there is no folder", "QA_CORPUS_DIR")


def test_a_file_in_place_of_a_folder_is_refused(qa: Qa, folder: Path) -> None:
    assert_refused(qa("index", "--corpus", str(folder / "comet.txt")), "comet.txt")


def test_an_empty_folder_is_refused(qa: Qa, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert_refused(qa("index", "--corpus", str(tmp_path / "empty")), "holds no article that can be read")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="nothing is unreadable to the superuser")
def test_an_unreadable_folder_is_refused(qa: Qa, folder: Path) -> None:
    folder.chmod(0)
    try:
        assert_refused(qa("index", "--corpus", str(folder)), "cannot be read")
    finally:
        folder.chmod(0o755)


def test_bad_files_are_skipped_with_their_reasons_and_the_rest_is_indexed(qa: Qa, folder: Path) -> None:
    (folder / "nothing.txt").write_bytes(b"")
    (folder / "noise.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "page.pdf").write_bytes(b"%PDF-1.7")
    (folder / "menu.txt").write_text("Loading...\n\nPlease sign in to leave a comment\n", encoding="utf-8")
    text = "Peña y Muñoz\n\nEl señor Peña llegó a la estación con 38 años de retraso, según la señora Muñoz.\n"
    (folder / "latin.txt").write_bytes(text.encode("latin-1"))
    report = qa("index", "--corpus", str(folder), "--json").json
    reasons = {row["path"]: row["why"] for row in report["skipped"]}
    assert sorted(reasons) == ["menu.txt", "noise.txt", "nothing.txt", "page.pdf"]
    assert reasons["nothing.txt"] == "holds no text"
    assert reasons["noise.txt"] == "not a text file"
    assert report["added"] == 4
    shown = qa("index", "--corpus", str(folder))
    assert "\nskipped nothing.txt: holds no text\n" in shown.out
    assert "38" in qa("ask", "¿Cuántos años de retraso tuvo Peña?", "--corpus", str(folder)).out


def test_an_unknown_setting_is_refused_with_the_nearest_name(qa: Qa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_CHAT_MODLE", "ollama:llama3.2")
    assert_refused(qa("ask", KILLED), "unknown setting QA_CHAT_MODLE; did you mean QA_CHAT_MODEL?")


def test_a_value_with_line_ends_is_still_one_line_of_error(qa: Qa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_CHAT_MODEL", "lla\nma\x1b[31m")
    assert_refused(qa("ask", KILLED), "provider:model")
    assert "\x1b" not in qa("ask", KILLED).err


def test_an_unknown_provider_is_refused(qa: Qa) -> None:
    assert_refused(qa("ask", KILLED, "--model", "olama:llama3.2"), "no provider 'olama'", "did you mean ollama?")
    assert_refused(qa("ask", KILLED, "--model", "llama3.2"), "provider:model")


def test_a_missing_key_is_refused_with_its_variable(qa: Qa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert_refused(qa("ask", KILLED, "--model", "openai:gpt-4o-mini"), "its key is missing", "OPENAI_API_KEY")


def test_a_missing_package_is_refused_with_the_line_that_installs_it(qa: Qa) -> None:
    assert_refused(qa("ask", KILLED, "--model", "deepseek:deepseek-chat"), "pip install 'footnote[deepseek]'")


@pytest.mark.parametrize("provider", ["openai", "ollama"])
def test_an_unreachable_model_server_gives_no_answer(provider: str, qa: Qa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_CHAT_BASE_URL", f"http://127.0.0.1:{closed_port()}")
    ran = qa("ask", KILLED, "--model", f"{provider}:any")
    assert ran.status == 2
    assert ran.out.startswith("The chat model did not answer.")
    assert "cannot be reached" in ran.err and "QA_CHAT_BASE_URL" in ran.err
    assert "Traceback" not in ran.err


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_port_in_use_is_refused(qa: Qa) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert_refused(qa("serve", "--port", port), f"port {port} is in use", "--port")
    assert_refused(qa("serve", "--port", "70000"), "QA_PORT=70000")


def test_an_unknown_embedding_model_is_refused(qa: Qa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_EMBEDDING_MODEL", "/nowhere/at/all")
    assert_refused(qa("ask", KILLED), "/nowhere/at/all", "there is no such folder")


def test_an_index_folder_that_cannot_be_made_is_refused(qa: Qa, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_INDEX_DIR", str(folder / "comet.txt" / "index"))
    assert_refused(qa("ask", KILLED), "cannot be", "QA_INDEX_DIR")


def test_nothing_that_an_article_says_steers_the_terminal(qa: Qa, tmp_path: Path) -> None:
    hostile = "\x1b[31m\x1b]0;owned\x07\x9b2J\u202e\u200b"
    text = f"Storm {hostile}hits\n\nThe storm {hostile}cut power to 4100 homes in Lund on Monday {hostile}evening.\n"
    write_story(tmp_path / "articles" / "storm.txt", text)
    where = ("--corpus", str(tmp_path / "articles"))
    question = "How many homes lost power in the storm?"
    for words in (
        ("ask", question),
        ("ask", question, "--json"),
        ("search", "storm"),
        ("search", "storm", "--json"),
        ("status",),
    ):
        ran = qa(*words, *where)
        assert ran.status == 0
        assert not set(ran.out + ran.err) & set(hostile.replace("[31m", "").replace("]0;owned", "").replace("2J", ""))
    citation = qa("ask", question, "--json", *where).json["citations"][0]
    assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_a_damaged_index_is_made_anew_and_says_so(
    qa: Qa, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QA_INDEX_DIR", str(tmp_path / "index"))
    qa("index", "--corpus", str(folder))
    (library,) = (tmp_path / "index").rglob("library.db")
    library.write_bytes(b"no database " * 1000)
    ran = qa("ask", PASSENGERS, "--corpus", str(folder))
    assert ran.status == 0
    assert "212" in ran.out
    assert "made anew" in ran.err


def test_the_command_in_a_process_of_its_own_answers_and_refuses(folder: Path) -> None:
    with started("ask", PASSENGERS, "--corpus", str(folder), PYTHONIOENCODING="ascii") as process:
        out, err = process.communicate()
        assert (process.returncode, b"212" in out, b"Traceback" in err) == (0, True, False)
    with started("ask", "", "--corpus", str(folder)) as process:
        out, err = process.communicate()
        assert (process.returncode, out) == (2, b"")
        assert err == b"qa: the question is empty; please type a question\n"


@pytest.mark.skipif(os.name != "posix", reason="signals are of POSIX")
def test_ctrl_c_ends_a_chat_without_a_traceback(folder: Path) -> None:
    with started("chat", "--corpus", str(folder)) as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    assert process.returncode in (1, 130)
    assert b"Traceback" not in err


@pytest.mark.skipif(os.name != "posix", reason="pipes are of POSIX")
def test_a_reader_that_goes_away_is_no_error(folder: Path) -> None:
    with started("ask", PASSENGERS, "--corpus", str(folder)) as process:
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
        _, err = process.communicate()
    assert b"Traceback" not in err
