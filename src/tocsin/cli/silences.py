"""Verbs about silences: quiet times for matching alerts, listed, added, ended. On the local store or at a service."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from tocsin.cli.reaching import Reach, made, reaching

if TYPE_CHECKING:
    from tocsin.model.change import Silence

silence = typer.Typer(help="Quiet times for alerts: kept and shown, but they open nothing.", no_args_is_help=True)
WHERE = "/api/silences"


@silence.command("list")
@reaching
def list_all(reach: Reach) -> None:
    """List all silences, over ones too. Maintenance windows of the configuration are not among them."""
    from tocsin.web.shapes import Silences

    if reach.url:
        found = Silences.model_validate_json(reach.asked("GET", WHERE)).silences
    else:
        from tocsin.app import silences as local

        found = asyncio.run(local.listed(reach.config)).silences
    if reach.as_json:
        print(json.dumps([one.model_dump(mode="json") for one in found], indent=2, ensure_ascii=False))
        return
    for one in found:
        print(_line(one))
    if not found:
        print("Nothing is silenced.")


@silence.command("add")
@reaching
def add(
    reach: Reach,
    matcher: Annotated[list[str], typer.Argument(help='Such as service=payments or env=~"dev|test"; all must hold.')],
    reason: Annotated[str, typer.Option(help="Why.")],
    minutes: Annotated[float, typer.Option(min=1, help="How long, from now.")] = 60,
) -> None:
    """Add a quiet time from now on."""
    from tocsin.model.change import Silence
    from tocsin.web.shapes import NewSilence

    until = datetime.now(UTC) + timedelta(minutes=minutes)
    wanted = made(NewSilence, matchers=matcher, ends_at=until, reason=reason)
    if reach.url:
        found = Silence.model_validate_json(reach.asked("POST", WHERE, wanted.model_dump(mode="json")))
    else:
        from tocsin.app import silences as local

        found = asyncio.run(local.add(reach.config, wanted))
    print(found.model_dump_json(indent=2) if reach.as_json else _line(found))


@silence.command("remove")
@reaching
def remove(reach: Reach, silence_id: Annotated[str, typer.Argument(help="The silence's id, SIL-...")]) -> None:
    """End a silence now; what it quieted is judged again."""
    if reach.url:
        reach.asked("DELETE", f"{WHERE}/{quote(silence_id, safe='')}")
    else:
        from tocsin.app import silences as local

        asyncio.run(local.remove(reach.config, silence_id))
    print(json.dumps({"removed": silence_id}) if reach.as_json else f"{silence_id} is over.")


def _line(one: "Silence") -> str:
    from tocsin.model.plain import minute, one_line

    what = " ".join(
        f"{m.name}{'=' if m.is_equal else '!'}{'~' if m.is_regex else '' if m.is_equal else '='}{m.value}"
        for m in one.matchers
    )
    span = f"{minute(one.starts_at)} to {minute(one.ends_at)}"
    return f"{one.id}  {span}  {one_line(what, 200)}  {one_line(one.reason, 200)}  [{one_line(one.created_by, 80)}]"
