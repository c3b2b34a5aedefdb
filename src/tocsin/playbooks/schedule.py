"""Schedules of triggers: five fields of cron, in UTC. Pure; read when documents are loaded and at every round of the clock."""

from datetime import datetime, timedelta

from cronsim import CronSim, CronSimError

FIELDS = 5
_SECOND = timedelta(seconds=1)


def wrong_with(schedule: str, now: datetime) -> str:
    """What is wrong with a cron line, or ""."""
    if len(schedule.split()) != FIELDS:
        return "it has five fields: minute, hour, day of month, month, day of week"
    try:
        next(CronSim(schedule, now))
    except CronSimError as failure:
        return f"{failure}".lower()
    except StopIteration:
        return "it never comes due"
    return ""


def latest(schedule: str, after: datetime, now: datetime) -> datetime | None:
    """The newest moment after `after`, and not after `now`, that it names; None when there is none."""
    found = next(CronSim(schedule, now + _SECOND, reverse=True), None)
    return found if found is not None and found > after else None
