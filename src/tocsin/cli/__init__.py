"""The verbs: what a person types. Each verb asks `app` for a room and prints what it says; it decides nothing itself.

Exit codes: 0 done, 1 the answer is no (an audit failed, a score below 1, you may not, not now), 2 wrong usage, 3 configuration,
4 input that cannot be used, 5 anything else that went wrong. Heavy rooms are imported by the verb that needs them.
"""

import sys

import typer

from tocsin.cli import (
    actions,
    agents,
    alerts,
    audit,
    calibration,
    costs,
    deadletters,
    gamedays,
    grading,
    incidents,
    items,
    maintenance,
    messages,
    oncall,
    outbox,
    people,
    playbooks,
    powers,
    replaying,
    reviews,
    runbooks,
    service,
    silences,
    stats,
    subscribers,
    tokens,
)
from tocsin.errors import ConfigError, DataError, Denied, IntakeError, NotFound, NotNow, TocsinError

cli = typer.Typer(
    name="tocsin",
    help="An alert comes in, an incident report goes out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli.command("demo")(incidents.demo)
cli.command("respond")(incidents.respond)
cli.command("parse")(alerts.parse)
cli.command("serve")(service.serve)
cli.command("check")(service.check)
cli.command("eval")(grading.evaluate)
cli.command("oncall")(oncall.oncall)
cli.command("stats")(stats.stats)
cli.command("calibration")(calibration.calibration)
cli.add_typer(deadletters.deadletters, name="deadletters")
cli.add_typer(audit.audit, name="audit")
cli.add_typer(runbooks.runbook, name="runbook")
cli.add_typer(tokens.token, name="token")
cli.add_typer(subscribers.subscribers, name="subscribers")
cli.add_typer(outbox.outbox, name="outbox")
cli.add_typer(silences.silence, name="silence")
cli.add_typer(maintenance.maintenance, name="maintenance")
cli.add_typer(reviews.post_mortem, name="post-mortem")
cli.add_typer(items.item, name="item")
cli.command("items")(items.items)
cli.command("judge")(reviews.judge)
cli.command("gameday")(gamedays.gameday)
cli.add_typer(playbooks.playbook, name="playbook")
playbooks.get.command("budgets")(costs.budgets)
playbooks.get.command("spending")(costs.spending)
cli.add_typer(playbooks.get, name="get")
cli.add_typer(powers.policy, name="policy")
cli.add_typer(powers.tools, name="tools")
cli.add_typer(agents.agents, name="agents")
cli.command("replay")(replaying.replay)
cli.command("apply")(playbooks.apply)
cli.command("gate")(playbooks.gate)
cli.add_typer(messages.update, name="update")
for _name, _verb in (*people.VERBS.items(), *actions.VERBS.items(), *messages.VERBS.items()):
    cli.command(_name)(_verb)

EXIT_CODES: tuple[tuple[type[TocsinError], int], ...] = (
    (ConfigError, 3),
    (IntakeError, 4),
    (DataError, 4),
    (NotFound, 4),
    (Denied, 1),
    (NotNow, 1),
    (TocsinError, 5),
)


def main() -> None:
    """Entry point of the `tocsin` command."""
    try:
        cli()
    except TocsinError as error:
        print(f"{error.what}\n{error.do}\n[{error.code}]".replace("\n\n", "\n"), file=sys.stderr)
        sys.exit(next(code for kind, code in EXIT_CODES if isinstance(error, kind)))
    except BrokenPipeError:
        sys.exit(0)  # the reader of our output has seen enough
