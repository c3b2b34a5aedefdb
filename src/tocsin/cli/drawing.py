"""What people would rather see than read: the worst metrics as sparklines with their onset, the blast radius as a tree."""

from typing import Any

from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from tocsin.model.evidence import Finding, FindingKind
from tocsin.model.incident import Incident
from tocsin.model.plain import clock, one_line
from tocsin.model.reported import bars, report_chart

SHOWN = 4


def sparklines(incident: Incident) -> list[RenderableType]:
    """The worst anomalous series, three lines each: name and numbers, the bars, and below them the onset and any deploy."""
    anomalies = [one for one in incident.findings if one.kind is FindingKind.METRIC_ANOMALY and one.data.get("values")]
    changes = [
        one
        for one in incident.findings
        if one.kind is FindingKind.CHANGE and one.onset and one.data.get("relation") != "unrelated"
    ]
    return [row for one in anomalies[:SHOWN] for row in (_title(one), _bars(one), _marks(one, changes))]


def reports(incident: Incident) -> list[RenderableType]:
    """How often users reported, on one line."""
    chart = report_chart(incident)
    return [Text.assemble(("  users' reports  ", "cyan"), chart.line)] if chart else []


def blast_radius(incident: Incident) -> list[RenderableType]:
    """Who is hit through whom, the service in trouble at the root."""
    radius = next((one for one in incident.findings if one.kind is FindingKind.BLAST_RADIUS), None)
    if radius is None:
        return []
    tree = Tree(Text.assemble(("blast radius  ", "dim"), (one_line(radius.service, 60), "bold red")))
    callers: dict[str, list[str]] = {}
    for caller, callee in radius.data.get("edges", []):
        callers.setdefault(callee, []).append(caller)
    risky = {row["service"] for row in radius.data.get("next_to_fail", [])}
    _grow(tree, radius.service, callers, risky, {radius.service})
    needs = ", ".join(one_line(row["service"], 40) for row in radius.data.get("needs", [])[:8])
    return [tree, *([Text(f"needs: {needs}", style="dim")] if needs else [])]


def _grow(tree: Tree, service: str, callers: dict[str, list[str]], risky: set[Any], seen: set[str]) -> None:
    for caller in sorted(set(callers.get(service, ())) - seen):
        seen.add(caller)
        style, mark = ("yellow", "  likely to fail next") if caller in risky else ("", "")
        _grow(tree.add(Text(f"{one_line(caller, 60)}{mark}", style=style)), caller, callers, risky, seen)


def _title(finding: Finding) -> Text:
    data = finding.data
    numbers = (
        f"  {_number(data.get('before'))} -> {_number(data.get('peak'))} {one_line(str(data.get('unit') or ''), 8)}"
    )
    return Text.assemble(
        (f"  {one_line(finding.service, 30)} {one_line(str(data.get('metric')), 30)}", "cyan"), (numbers, "dim")
    )


def _bars(finding: Finding) -> Text:
    return Text.assemble("  ", (bars(finding.data["values"]), "red" if finding.data.get("bad") else ""))


def _marks(finding: Finding, changes: list[Finding]) -> Text:
    """A line under the bars: `^` at the onset, `D` at each change."""
    times = finding.data.get("times") or []
    if not times or finding.onset is None:
        return Text("")
    line = [" "] * len(times)
    named = []
    for change in changes:
        if change.onset and times[0] <= change.onset.timestamp() <= times[-1]:
            line[_at(times, change.onset.timestamp())] = "D"
            what = change.data.get("version") or change.data.get("change_kind")
            named.append(f"D {one_line(str(what), 20)} {clock(change.onset)}")
    line[_at(times, finding.onset.timestamp())] = "^"
    legend = "  ".join([f"^ onset {clock(finding.onset)}", *dict.fromkeys(named)])
    marks = "".join(line)
    drawn = f"{legend}  {marks.lstrip()}" if len(legend) + 2 <= len(marks) - len(marks.lstrip()) else marks
    pad = " " * (len(marks) - len(drawn)) if drawn is not marks else ""
    tail = "" if drawn is not marks else f"  {legend}"
    return Text.assemble("  ", (f"{pad}{drawn.rstrip()}", "yellow"), (tail, "dim"))


def _at(times: list[float], moment: float) -> int:
    return min(range(len(times)), key=lambda index: abs(times[index] - moment))


def _number(value: object) -> str:
    return f"{value:,.4g}" if isinstance(value, int | float) else "?"
