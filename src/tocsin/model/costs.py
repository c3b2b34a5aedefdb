"""Costs: what models have taken, by incident and role. Pure; shown by `tocsin get spending`, `tocsin stats` and the API."""

from collections.abc import Iterable
from statistics import median

from pydantic import Field

from tocsin.model.ground import Value
from tocsin.model.incident import Incident
from tocsin.model.run import Spending


class RoleSpending(Value):
    """What one role's questions to one model have cost on one incident."""

    incident: str
    role: str
    model: str
    questions: int
    failures: int
    tokens: int
    cost: float
    seconds: float


class ModelCosts(Value):
    """What models have taken over a set of incidents."""

    incidents: int = 0
    """Those on which one was asked."""
    questions: int = 0
    failures: int = 0
    tokens: int = 0
    cost: float = 0.0
    median_tokens: int = 0
    """Of an incident on which one was asked."""
    tokens_by_role: dict[str, int] = Field(default_factory=dict)


def spendings(incidents: Iterable[Incident]) -> list[RoleSpending]:
    """By incident, role and model, in the order in which they were first asked."""
    made: dict[tuple[str, str, str], list[Spending]] = {}
    for one in incidents:
        for row in sorted(one.spendings, key=lambda row: row.hour):
            made.setdefault((one.id, row.role, row.model), []).append(row)
    return [
        RoleSpending(
            incident=incident,
            role=role,
            model=model,
            questions=sum(one.questions for one in rows),
            failures=sum(one.failures for one in rows),
            tokens=sum(one.tokens for one in rows),
            cost=sum(one.cost for one in rows),
            seconds=round(sum(one.seconds for one in rows), 3),
        )
        for (incident, role, model), rows in made.items()
    ]


def model_costs(incidents: Iterable[Incident]) -> ModelCosts:
    """All of it together."""
    rows = spendings(incidents)
    by_incident: dict[str, int] = {}
    by_role: dict[str, int] = {}
    for one in rows:
        by_incident[one.incident] = by_incident.get(one.incident, 0) + one.tokens
        by_role[one.role] = by_role.get(one.role, 0) + one.tokens
    return ModelCosts(
        incidents=len(by_incident),
        questions=sum(one.questions for one in rows),
        failures=sum(one.failures for one in rows),
        tokens=sum(by_incident.values()),
        cost=sum(one.cost for one in rows),
        median_tokens=int(median(by_incident.values())) if by_incident else 0,
        tokens_by_role=dict(sorted(by_role.items(), key=lambda pair: -pair[1])),
    )
