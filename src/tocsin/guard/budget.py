"""Budgets: what models may spend on a call, an incident, a day and a month. Pure; asked before each question, fails closed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tocsin.errors import PlayerFailed
from tocsin.model.ground import Value
from tocsin.model.incident import Incident
from tocsin.model.plan import Agent, Rule

DAY = timedelta(hours=24)
CODE = "TCS-PLAYER-BUDGET"


class Ceilings(Value):
    """The lowest of what the installation, the policies and the agent's document say."""

    call: int
    incident: int
    day: int
    month: float

    def under(self, agent: Agent, rules: Iterable[Rule]) -> "Ceilings":
        """With an agent's own limits and its namespace's policies."""
        rules = tuple(rules)
        calls = [self.call, agent.limits.tokens_per_call, *(one.tokens_per_call for one in rules)]
        incidents = [self.incident, agent.limits.tokens_per_incident, *(one.tokens_per_incident for one in rules)]
        days = [self.day, *(one.tokens_per_day for one in rules)]
        months = [self.month, *(one.money_per_month for one in rules)]
        return Ceilings(
            call=min(one for one in calls if one is not None),
            incident=min(one for one in incidents if one is not None),
            day=min(one for one in days if one is not None),
            month=min(one for one in months if one is not None),
        )


class Spent(Value):
    """What was spent already, as the timelines tell it."""

    incident: int = 0
    day: int = 0
    month: float = 0.0


def spent(incidents: Iterable[Incident], incident_id: str, now: datetime) -> Spent:
    """Tokens of one incident and of the last 24 hours, money of this calendar month; a step counts when it began."""
    told = [(one.id, step) for one in incidents for run in one.runs for step in run.steps if step.tokens or step.cost]
    return Spent(
        incident=sum(step.tokens for name, step in told if name == incident_id),
        day=sum(step.tokens for _, step in told if step.started_at and now - step.started_at < DAY),
        month=sum(
            step.cost
            for _, step in told
            if step.started_at and (step.started_at.year, step.started_at.month) == (now.year, now.month)
        ),
    )


def allowed(ceilings: Ceilings, so_far: Spent, asks: int) -> int:
    """How many tokens the answer may have, of a question with `asks` tokens. Raises PlayerFailed where nothing is left."""
    left = min(ceilings.call, ceilings.incident - so_far.incident, ceilings.day - so_far.day) - asks
    if so_far.month >= ceilings.month > 0 or (ceilings.month == 0 and so_far.month > 0):
        raise PlayerFailed(
            "this month's money for models is spent.", "Raise `models.budget.money_per_month`.", code=CODE
        )
    if left < LEAST:
        what = (
            f"no tokens are left for it ({asks} asked, {so_far.incident} spent on this incident, {so_far.day} today)."
        )
        raise PlayerFailed(what, "Raise the limit in `models.budget`, the policy or the agent's document.", code=CODE)
    return left


LEAST = 100
"""An answer shorter than that says nothing."""


def tokens_of(*texts: str) -> int:
    """About how many tokens texts have: four characters each, rounded up, on the safe side for code and names."""
    return sum(len(text) // 3 + 1 for text in texts)
