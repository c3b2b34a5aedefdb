"""Verbs that show what models cost: budgets as they stand, spending by incident and role. They decide nothing."""

import asyncio
from typing import Annotated

import typer

from tocsin.cli.reaching import Reach, reaching


@reaching
def budgets(reach: Reach) -> None:
    """Show how the budgets of documents stand."""
    from tocsin.web.spending import Budgets

    if reach.url:
        found = Budgets.model_validate_json(reach.asked("GET", "/api/budgets"))
    else:
        from tocsin.app import playbooks

        found = asyncio.run(playbooks.budgets(reach.config))
    if reach.as_json:
        print(found.model_dump_json(indent=2))
        return
    if not found.budgets:
        print("No document declares a budget (kind: SwarmBudget); `models.budget` holds all the same.")
    for one in found.budgets:
        scope = f"{one.budget.namespace or 'all namespaces'}/{one.budget.team or 'all teams'}"
        stop = "stops" if one.budget.hard_stop else "goes on"
        spent = f"{one.spent:>10.2f} of {one.budget.limit:.2f} USD ({one.used:.0f}%)"
        print(f"{one.budget.name:24} {scope:32} {one.budget.period:8} {one.phase:9}{spent}  {stop}")


@reaching
def spending(
    reach: Reach, incident: Annotated[str, typer.Argument(help="Of one incident; by default of all.")] = ""
) -> None:
    """Show what models have cost, by incident and role."""
    from tocsin.web.spending import Spendings

    if reach.url:
        from urllib.parse import quote

        found = Spendings.model_validate_json(reach.asked("GET", f"/api/spending?incident={quote(incident, safe='')}"))
    else:
        from tocsin.app import playbooks

        found = asyncio.run(playbooks.spending(reach.config, incident))
    if reach.as_json:
        print(found.model_dump_json(indent=2))
        return
    if not found.spendings:
        print("No model was asked yet.")
    for one in found.spendings:
        failed = f", {one.failures} without an answer" if one.failures else ""
        cost = f"{one.tokens:>8} tokens {one.cost:>8.4f} USD {one.seconds:>7.1f} s"
        print(f"{one.incident:22} {one.role:24} {one.model:24} {cost}  {one.questions} questions{failed}")
