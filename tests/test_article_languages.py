"""The language of an article is what is stated of it, unless its text clearly speaks another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore.facts.languages import contradicts, language_code, text_language
from vectorstore.facts.metadata import read_metadata

ENGLISH = (
    "The ministry said on Monday that the bridge would stay closed until the end of the year, and that the ferry "
    "would run from seven in the morning to ten at night for all the people who work on the other side of the river."
)
SPANISH = (
    "El ministerio dijo el lunes que el puente seguiría cerrado hasta finales de año y que el transbordador saldría "
    "cada media hora desde las siete de la mañana hasta las diez de la noche para quienes trabajan en la otra orilla."
)
GERMAN = (
    "Das Ministerium teilte am Montag mit, dass die Brücke bis zum Ende des Jahres geschlossen bleibt und dass die "
    "Fähre von sieben Uhr morgens bis zehn Uhr abends für alle fährt, die auf der anderen Seite des Flusses arbeiten."
)
UKRAINIAN = (
    "У понеділок міністерство повідомило, що міст залишатиметься зачиненим до кінця року, а пором ходитиме щопівгодини "
    "із сьомої ранку до десятої вечора для всіх, хто працює на іншому березі річки."
)
PERSIAN = (
    "وزارتخانه روز دوشنبه اعلام کرد که پل تا پایان سال بسته خواهد ماند و قایق هر نیم ساعت از هفت صبح تا ده شب برای "
    "کسانی که در آن سوی رودخانه کار می‌کنند حرکت خواهد کرد."
)
NORWEGIAN = (
    "Departementet sa mandag at broen skal holdes stengt til slutten av året, og at fergen går hver halve time fra "
    "klokken sju om morgenen til klokken ti om kvelden for alle som arbeider på den andre siden av elven."
)
CHINESE = "交通部星期一表示，这座大桥将关闭到今年年底，渡轮从早上七点到晚上十点每半小时一班，为在河对岸工作的人们服务。"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "en"),
        (SPANISH, "es"),
        (GERMAN, "de"),
        (UKRAINIAN, "uk"),
        (PERSIAN, "fa"),
        (CHINESE, "zh"),
        ("中国国家主席批评美国干涉事务。", "zh"),
        ("東京都は月曜日に新しい規制を発表した。", "ja"),
        ("미국 대통령은 월요일에 말했다.", "ko"),
        ("الرئيس الأمريكي قال يوم الاثنين", "ar"),
        ("Сегодня президент встретился с делегацией.", "ru"),
        ("Ο πρόεδρος μίλησε τη Δευτέρα.", "el"),
    ],
)
def test_the_text_shows_its_language(text: str, language: str) -> None:
    known = read_metadata(text)
    assert (text_language(text), known.language, known.origins.language) == (language, language, "text")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12 34",
        "Tren de Aragua",
        "El puente sigue cerrado.",
        "The president met Си Цзиньпин in Beijing.",
        "name,score,team\nJohn Smith,12,Arsenal\nMaria Lopez,11,Chelsea\n" * 5,
        "Real Madrid Sevilla Valencia Atletico Madrid Villarreal Betis Getafe Osasuna Mallorca Girona Celta Vigo " * 2,
    ],
)
def test_a_short_or_mixed_text_counts_as_english_without_a_claim_to_know(text: str) -> None:
    known = read_metadata(text)
    assert (text_language(text), known.language, known.origins.language) == ("", "en", "unknown")


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("en", "en"),
        ("en-US", "en"),
        ("pt_BR.UTF-8", "pt"),
        (" DE ", "de"),
        ("zh-Hans", "zh"),
        ("eng", "en"),
        ("ger", "de"),
        ("Spanish", "es"),
        ("Français", "fr"),
        ("C", ""),
        ("und", ""),
        ("x-default", ""),
        ("", ""),
    ],
)
def test_a_stated_language_becomes_two_letters(stated: str, code: str) -> None:
    assert language_code(stated) == code


def test_a_stated_language_is_believed_where_the_text_does_not_speak_against_it() -> None:
    for text, stated in ((SPANISH, "es-MX"), ("Kort nytt.", "sv"), (UKRAINIAN, "uk"), (ENGLISH, "en")):
        known = read_metadata(text, fields={"language": stated})
        assert (known.language, known.origins.language) == (stated[:2], "metadata")


@pytest.mark.parametrize(
    ("text", "stated", "language"),
    [
        (CHINESE, "en", "zh"),
        (SPANISH, "en-US", "es"),
        (ENGLISH, "de", "en"),
        (GERMAN, "fr", "de"),
        (CHINESE * 3, "de", "zh"),
    ],
)
def test_a_template_s_language_gives_way_to_a_text_that_clearly_is_in_another(
    text: str, stated: str, language: str
) -> None:
    known = read_metadata(text, fields={"language": stated})
    assert (known.language, known.origins.language) == (language, "text")


@pytest.mark.parametrize(
    ("text", "stated"), [(NORWEGIAN, "nb"), ("Новости дня и погода на завтра", "uk"), ("東京", "ja")]
)
def test_a_near_language_is_not_taken_for_a_contradiction(text: str, stated: str) -> None:
    assert not contradicts(text, stated)


def test_the_model_is_loaded_only_for_a_text_that_needs_it() -> None:
    seeds = Path(__file__).parent.parent / "seeds"
    program = (
        "import sys; from pathlib import Path; from vectorstore.facts.metadata import read_metadata\n"
        f"for path in Path({str(seeds)!r}).glob('*.txt'): read_metadata(path.read_text(encoding='utf-8'))\n"
        "print('py3langid' in sys.modules)\n"
        f"read_metadata({SPANISH!r})\n"
        "print('py3langid' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "True"]


@given(st.text(), st.sampled_from(["en", "de", "zh", "ar", "nb"]))
def test_no_text_breaks_it_and_the_same_text_is_always_in_the_same_language(text: str, stated: str) -> None:
    assert text_language(text) == text_language(text)
    assert contradicts(text, stated) in (True, False)
