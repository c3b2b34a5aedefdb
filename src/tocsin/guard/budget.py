"""Budgets: what models may spend on a call, an incident, a day and a month. Pure; asked before each question, fails closed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tocsin.errors import PlayerFailed
from tocsin.model.ground import Value
from tocsin.model.incident import Incident
from tocsin.model.plan import Agent, Budget, Rule

DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
"""How finely spending is kept: an hour that has begun counts as a whole."""
PERIODS = {"daily": DAY, "weekly": 7 * DAY, "monthly": 30 * DAY}
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
    """Tokens of one incident and of the last 24 hours, money of this calendar month, by the hour of the question."""
    told = [(one.id, row) for one in incidents for row in one.spendings]
    return Spent(
        incident=sum(row.tokens for name, row in told if name == incident_id),
        day=sum(row.tokens for _, row in told if now - row.hour < DAY + HOUR),
        month=sum(row.cost for _, row in told if (row.hour.year, row.hour.month) == (now.year, now.month)),
    )


class Standing(Value):
    """A budget of documents as it stands: what was spent in its period, and what that means."""

    budget: Budget
    spent: float
    phase: str
    """`OK`, `Warning` or `Exceeded`."""

    @property
    def used(self) -> float:
        """Per cent of the limit."""
        return 100.0 * self.spent / self.budget.limit if self.budget.limit else (100.0 if self.spent else 0.0)


def standing(budget: Budget, incidents: Iterable[Incident], now: datetime) -> Standing:
    """What the runs within its scope have spent in the period that ends now."""
    since = now - PERIODS[budget.period] - HOUR
    total = sum(
        row.cost
        for one in incidents
        for row in one.spendings
        if row.hour > since and budget.counts(*_whose(one, row.run_id))
    )
    warns = budget.warn_at > 0 and total >= budget.limit * budget.warn_at / 100
    phase = "Exceeded" if total > 0 and total >= budget.limit else "Warning" if total > 0 and warns else "OK"
    return Standing(budget=budget, spent=total, phase=phase)


def overrun(budgets: Iterable[Budget], incidents: Iterable[Incident], now: datetime) -> str | None:
    """Why no model may be asked: the first budget with a hard stop that is used up; None when there is none."""
    known = tuple(incidents)
    for one in budgets:
        stands = standing(one, known, now)
        if one.hard_stop and (stands.phase == "Exceeded" or one.limit == 0):
            return f"BudgetExceeded: {one.name} has {stands.spent:.2f} of {one.limit:.2f} USD spent ({one.period})."
    return None


def _whose(incident: Incident, run_id: str) -> tuple[str, str]:
    """Namespace and team of a run; what is asked before there is a run is the house's own."""
    run = next((one for one in incident.runs if one.id == run_id), None)
    return (run.namespace, run.team) if run else ("default", "")


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
