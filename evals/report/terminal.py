"""The report in the terminal: tables, then examples in full, then the verdict."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.estimates import Estimate
from evals.examples import Example
from evals.measures import MEASURES
from evals.pairing import Comparison, Difference, Pair
from evals.report import Report
from evals.report.json_form import usage
from evals.runner import Row, Run
from evals.saved import SavedRow
from evals.scoring import METRICS

_REFERENCE = (
    "right_with_citation", "citation_precision", "abstention_recall", "over_abstention", "ndcg@5", "utility", "aurc",
)  # fmt: skip
_BY_TYPE = ("right_with_citation", "citation_precision", "over_abstention", "hit@5", "abstention_recall")


def print_report(report: Report, console: Console, *, rows: Sequence[Row]) -> None:
    """Print the tables, then the given rows in full, then the verdict."""
    console.print(_overall_table(report))
    console.print(_reference_table(report))
    console.print(_part_table(report.run))
    for row in rows:
        console.print(_row_text(row))
    if report.comparison:
        print_changes(report.comparison, console)
    console.print(_verdict(report))


def print_differences(comparison: Comparison, console: Console) -> None:
    """Print every metric of two runs, and whether the difference is more than chance."""
    table = Table("metric", "n", "before", "after", "change", "95 % interval", "better", "worse", "by chance")
    for one in comparison.differences:
        style = "" if one.chance_either >= 0.05 else "red" if one.chance < 0.05 else "green"
        values = (f"{one.before:.3f}", f"{one.after:.3f}", f"{one.change:+.3f}", f"{one.low:+.3f} to {one.high:+.3f}")
        counts = (str(one.better), str(one.worse), f"{one.chance_either:.3f}")
        table.add_row(one.metric, str(one.n), *values, *counts, style=style)
    console.print(table)


def print_changes(comparison: Comparison, console: Console) -> None:
    """Print what each example that differs said before and says now."""
    for title, pairs in _groups(comparison):
        if pairs:
            console.print(Text(f"\n{title}: {len(pairs)}", style="bold"))
        for pair in pairs:
            console.print(_pair_text(pair))
    left_out = {"edited": comparison.edited, "new": comparison.added, "gone": comparison.missing}
    told = [f"{len(ids)} {word}: {', '.join(ids)}" for word, ids in left_out.items() if ids]
    if told:
        console.print(f"\nExamples that are not compared: {'; '.join(told)}")


def outcome_text(row: Row) -> str:
    """What was said, in one line."""
    if row.error or row.answer is None:
        return f"failed: {row.error}"
    return f"abstained ({row.answer.reason})" if row.answer.abstained else " ".join(row.answer.text.split())


def expected_text(example: Example) -> str:
    """What a right answer is, in one line."""
    if not example.answerable:
        return f"to abstain ({example.abstain_reason})"
    accepted = [*example.answers, *(f"{number.value:g}" for number in example.numbers), *example.dates]
    needed = [" or ".join(items) for items in example.must_include]
    return ", with ".join(part for part in (" | ".join(accepted), " and ".join(needed)) if part)


def _groups(comparison: Comparison) -> tuple[tuple[str, Sequence[Pair]], ...]:
    return (
        ("Right before, not now", comparison.lost),
        ("Right now, not before", comparison.won),
        ("Said or cited otherwise", comparison.changed),
    )


def _overall_table(report: Report) -> Table:
    title = f"{len(report.run.rows)} examples, {len(report.run.failed)} failed, model {report.about.model}"
    table = Table("metric", "value", "95 % interval", "n", "baseline", "must be", "over", title=title)
    broken = {breach.rule for breach in report.breaches}
    changes = {one.metric: one for one in report.comparison.differences} if report.comparison else {}
    for name, found in {**report.run.summary(), **report.own.measures}.items():
        bound = report.rules.bound(name)
        style = "red" if name in broken else "green" if bound and found else ""
        over = METRICS.get(name) or MEASURES[name]
        table.add_row(name, *_cells(found), _change(changes.get(name)), bound, over, style=style)
    table.caption = "; ".join([_latency(report.run), *_tokens(report)])
    return table


def _latency(run: Run) -> str:
    p50, p95 = (run.latency(percent) * 1000 for percent in (50, 95))
    return f"a question: p50 {p50:.0f} ms, p95 {p95:.0f} ms"


def _tokens(report: Report) -> list[str]:
    used = usage(report)
    if not used["input_tokens"] and not used["output_tokens"]:
        return []
    cost = f", ${used['dollars']:.4f}" if "dollars" in used else ""
    return [f"tokens: {used['input_tokens']} in, {used['output_tokens']} out{cost}"]


def _reference_table(report: Report) -> Table:
    table = Table("answerer", *_REFERENCE, title="Against answerers of known worth")
    for name, measured in {report.about.model: report.own, **report.references}.items():
        found = {**measured.run.summary(), **measured.measures}
        table.add_row(name, *(_short(found[metric]) for metric in _REFERENCE))
    return table


def _part_table(run: Run) -> Table:
    table = Table("split, type", "n", *_BY_TYPE, title="By split and type")
    for parts in (run.by_split(), run.by_type()):
        for name, part in parts.items():
            summary = part.summary()
            table.add_row(name, str(len(part.rows)), *(_short(summary[metric]) for metric in _BY_TYPE))
        table.add_section()
    return table


def _cells(found: Estimate | None) -> tuple[str, str, str]:
    if not found:
        return "–", "", "0"
    return f"{found.value:.3f}", f"{found.low:.3f} to {found.high:.3f}", str(found.n)


def _short(found: Estimate | None) -> str:
    return f"{found.value:.2f}" if found else "–"


def _change(difference: Difference | None) -> str:
    if difference is None:
        return ""
    return f"{difference.change:+.3f}" if difference.better or difference.worse else "same"


def _row_text(row: Row) -> Text:
    example = row.example
    asked = " → ".join([*example.earlier, example.asked])
    text = Text.assemble((f"\n{example.id}", "bold"), f" ({', '.join(example.types)}; {example.split})\n")
    text.append(f"  asked     {asked}\n  said      {outcome_text(row)}\n")
    for citation in row.answer.citations if row.answer else ():
        text.append(f"  [{citation.number}]       {citation.source}: {citation.quote}\n")
    text.append(f"  expected  {expected_text(example)}")
    if example.evidence:
        first = "; ".join(f"{quote.source}: {quote.quote}" for quote in example.evidence[0])
        text.append(f"\n  evidence  {first}")
    return text


def _pair_text(pair: Pair) -> Text:
    text = Text.assemble((f"  {pair.after.id}", "bold"), f"  {' → '.join(pair.after.asked)}\n")
    if pair.says_something_else:
        return text.append(f"    before  {pair.before.said}\n    now     {pair.after.said}")
    return text.append(f"    cited before  {_cited(pair.before)}\n    cites now     {_cited(pair.after)}")


def _cited(row: SavedRow) -> str:
    return "; ".join(f"{one.source} {one.start}–{one.end}" for one in row.answer.citations) if row.answer else "–"


def _verdict(report: Report) -> Text:
    note = f"\n{report.note}" if report.note else ""
    if report.passed:
        return Text(f"\nThe gate is green: every promise and floor is kept.{note}", style="green")
    lines = [f"{breach.kind}: {breach.why}" for breach in report.breaches]
    return Text("\n".join(["\nThe gate is red:", *lines]) + note, style="red")
