"""How the review and the figures look in a terminal. Outside text enters as in `terminal`: never as markup."""

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from tocsin.cli.terminal import console
from tocsin.model.plain import minute, one_line

if TYPE_CHECKING:
    from tocsin.model.costs import ModelCosts
    from tocsin.model.figures import Figures, Month, Promises, Spread
    from tocsin.model.judged import Judged
    from tocsin.stages.people import Turns
    from tocsin.web.review_shapes import ItemLine, Items, PostMortemShown


def show_post_mortem(shown: "PostMortemShown") -> None:
    """The text, and above it where its review stands."""
    console.print(Text(f"{shown.incident}: {shown.mark}", style="bold"))
    if shown.offered_version:
        text = f"Version {shown.offered_version} was generated after this one was edited: --version {shown.offered_version}"
        console.print(Text(text, style="yellow"))
    for one in shown.blame:
        console.print(Text(f"Holds somebody responsible: “{one_line(one.span, 120)}”. {one.advice}", style="red"))
    if shown.scheduled_at:
        console.print(Text(f"Meeting {minute(shown.scheduled_at)}, led by {shown.owner or 'nobody yet'}", style="dim"))
    console.print(Text(""))
    for line in shown.text.splitlines():
        console.print(Text(one_line(line, 2000), style="bold" if line.startswith("#") else ""))


def show_items(found: "Items") -> None:
    """A table; what is overdue is marked in words, not only in colour."""
    ids = [one.incident for one in found.items]
    table = Table()
    table.add_column("incident", no_wrap=True, min_width=max(map(len, ids), default=0))
    exported = any(one.exported for one in found.items)
    for heading in ("item", "due", "owner", "what", *(["where"] if exported else [])):
        table.add_column(heading, min_width=30 if heading == "what" else None)
    for one in found.items:
        cells = _cells(one)[: len(table.columns)]
        table.add_row(*(Text(cell, style="red" if one.overdue else "") for cell in cells))
    console.print(table if found.items else Text("No action items."))


def _cells(one: "ItemLine") -> tuple[str, ...]:
    stands = "dropped" if one.dropped else "done" if one.done_at else "OVERDUE" if one.overdue else ""
    due = f"{one.due_at:%Y-%m-%d}" if one.due_at else "no date"
    where = ", ".join(f"{name} {link}" for name, link in one.exported.items())
    return (one.incident, one.id, f"{due} {stands}".strip(), one_line(one.owner) or "nobody", one_line(one.text), where)


def show_turns(found: "Turns") -> None:
    """Whoever is next first."""
    for place, one in enumerate(found.turns):
        last = f"last led {minute(one.last_led_at)}" if one.last_led_at else "never led yet"
        console.print(Text(f"{'next: ' if place == 0 else ''}{one_line(one.person)}  {last}"))
    if not found.turns:
        console.print(Text("Nobody takes turns yet: list people in `people.gameday`."))


def show_figures(found: "Figures") -> None:
    """Counts, times, promises, savings; then by service and month, verdicts, and what mode observe wrote down."""
    console.print(Group(_counts(found), Text(""), _times(found), Text(""), _saved(found)))
    if found.months:
        console.print(_months(found.months))
    if found.specialists:
        console.print(_verdicts({**found.specialists, **found.analysts}))
    for incident_id, deeds in found.would_have_done.items():
        console.print(Text(f"\n{incident_id}, mode observe, would have:", style="bold"))
        for deed in deeds:
            console.print(Text(f"  {one_line(deed, 200)}"))


def _counts(found: "Figures") -> Table:
    table = Table.grid(padding=(0, 2))
    counted = f"{found.incidents}, {found.open} open, {found.observed} only observed; besides {found.drills} drills"
    rows = {
        "incidents": counted,
        "by severity": _listed(found.by_severity),
        "by type": _listed(found.by_type),
        "updates": _promised(found.updates),
        "actions": f"{found.actions_done} done, {found.actions_failed} failed",
        "models": _costs(found.models),
    }
    for name, value in rows.items():
        table.add_row(Text(name, style="dim"), Text(value))
    return table


def _costs(found: "ModelCosts") -> str:
    """What was asked of models, and what it cost."""
    if not found.questions:
        return "none was asked"
    roles = ", ".join(f"{one_line(role, 40)} {tokens}" for role, tokens in found.tokens_by_role.items())
    unanswered = f", {found.failures} without an answer" if found.failures else ""
    asked = f"{found.questions} questions on {found.incidents} incidents{unanswered}"
    return f"{asked}; {found.tokens} tokens ({found.median_tokens} an incident), {found.cost:.2f} USD; {roles}"


def _times(found: "Figures") -> Table:
    table = Table("minutes to", "median", "p90", "n", title="From the declaration, incidents that were acted on")
    for name in type(found.times).model_fields:
        spread: Spread | None = getattr(found.times, name)
        cells = (f"{spread.median:g}", f"{spread.p90:g}", str(spread.n)) if spread else ("none yet", "", "0")
        table.add_row(*(Text(cell) for cell in (name.replace("_", " "), *cells)))
    return table


def _saved(found: "Figures") -> Table:
    saved = found.saved
    table = Table.grid(padding=(0, 2))
    share = f", {saved.resolution_share:.0%} below it" if saved.resolution_share is not None else ""
    rows = {
        "saved against the manual baselines": "",
        "triage": f"{_span(saved.triage_minutes)} minutes on {saved.triaged} incidents",
        "communication": f"{_span(saved.communication_minutes)} minutes on {saved.communicated} incidents",
        "together": f"{_span(saved.minutes)} minutes, {_span(saved.money)} {saved.currency}",
        "resolution": f"{saved.resolution_minutes:g} minutes against the baseline{share}, n {saved.resolved}",
    }
    for name, value in rows.items():
        table.add_row(Text(name, style="dim"), Text(value))
    return table


def _months(months: tuple["Month", ...]) -> Table:
    headings = ("month", "service", "incidents", "resolve, median", "on time", "minutes saved", "money saved")
    table = Table(*headings, title="By service and month")
    for one in months:
        resolve = f"{one.times.resolve.median:g} (n {one.times.resolve.n})" if one.times.resolve else "none yet"
        money = f"{_span(one.saved.money)} {one.saved.currency}"
        cells = (one.month, one_line(one.service, 60), str(one.incidents), resolve, _promised(one.updates))
        table.add_row(*(Text(cell) for cell in (*cells, _span(one.saved.minutes), money)))
    return table


def _verdicts(judged: dict[str, "Judged"]) -> Table:
    table = Table(
        "role", "right", "partly", "wrong", "credit", "mean confidence", title="What people said of diagnoses"
    )
    for role, one in judged.items():
        cells = (str(one.right), str(one.partly), str(one.wrong), f"{one.credit:.2f}", f"{one.confidence:.2f}")
        table.add_row(*(Text(cell) for cell in (role, *cells)))
    return table


def _promised(updates: "Promises") -> str:
    if updates.share is None:
        return "none was due"
    return f"{updates.share:.0%} on time ({updates.on_time} on time, {updates.late} late, {updates.missed} missed)"


def _span(span: tuple[float, float]) -> str:
    return f"{span[0]:g} to {span[1]:g}"


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"
