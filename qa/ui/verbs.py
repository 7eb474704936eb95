"""Past tenses of the news and what they are the past of: `sold` is `sell`; only what questions are made of."""

from __future__ import annotations

_REGULAR = """
abandon acquire accuse add admire agree aim announce appoint approve arrest arrive ask attack attend award back ban bar
base beg believe block boost call cancel capture carry cause celebrate challenge change charge claim clear climb
close collapse collect complete condemn confirm consider contain contribute create criticise criticize deal declare
decline defeat defend delay deliver demand deny depart deploy design destroy develop die direct dismiss donate double
drag draft earn employ end endorse enjoy enter establish evacuate expand expel expire explode export express face fail
feature fire finish found fund gain gather generate grant hail halt hand head help hire host identify import impose
improve include increase injure install introduce invade invent invest investigate invite issue join jail kick kill land
launch list load lower manage manufacture mark marry miss move name narrow need negotiate nominate observe obtain offer
open operate order organise organize own pass phone photograph pledge plunge poll post postpone praise predict prepare
present produce promise promote propose protest publish pull punish purchase push question raise reach receive recommend
record recover recruit reduce refuse reject release remain remove rename repair replace report request rescue reserve
resign respond restore retire return reveal reverse rule sack save schedule score search secure select serve settle
share show shoot shelve slash soar spark sponsor stage star start step strike suffer suggest support surge surprise
suspend tackle target test threaten top total tour trace trade train treat triple tumble uncover unveil update urge
use vanish veto blame decide describe play prove denounce label spark
 view visit vote vow walk want warn welcome withdraw witness work yield
"""
_IRREGULAR = """
became=become began=begin beat=beat bet=bet bid=bid bought=buy broke=break brought=bring built=build came=come
caught=catch chose=choose cost=cost cut=cut dealt=deal dropped=drop drew=draw drove=drive fell=fall fled=flee
flew=fly fought=fight found=find gave=give got=get grew=grow held=hold hit=hit jumped=jump kept=keep knew=know laid=lay
led=lead left=leave lent=lend lost=lose made=make met=meet paid=pay planned=plan put=put quit=quit ran=run rang=ring
rose=rise sang=sing sank=sink sent=send set=set shed=shed shot=shoot shut=shut slipped=slip sold=sell spent=spend
split=split spread=spread stole=steal stood=stand stopped=stop struck=strike swept=sweep took=take
taught=teach thought=think threw=throw topped=top topped=top travelled=travel signed=sign won=win wrote=write
withdrew=withdraw scrapped=scrap shipped=ship tripped=trip committed=commit permitted=permit submitted=submit
banned=ban barred=bar cancelled=cancel labelled=label fuelled=fuel controlled=control expelled=expel
grabbed=grab clinched=clinch netted=net
lifted=lift starred=star labeled=label saw=see showed=show
"""
_AMBIGUOUS = ("beg", "load", "need", "show", "shoot", "strike", "withdraw", "deal")


def base_of(past: str) -> str:
    """The base form of a past tense; empty for a word that is not known as one."""
    return _PASTS.get(past, "")


def _past(base: str) -> str:
    if base.endswith("e"):
        return f"{base}d"
    if base.endswith("y") and base[-2] not in "aeiou":
        return f"{base[:-1]}ied"
    return f"{base}ed"


_PASTS = {
    **{_past(base): base for base in _REGULAR.split() if base not in _AMBIGUOUS},
    **dict(pair.split("=") for pair in _IRREGULAR.split()),
}
