"""A maintenance window as those who plan it see it: where it stands, and what of it waits for a person, with what is wrong. Pure.

The wording rules that are about an incident (its cause, an ETA, "resolved") have nothing to say of a plan; those about readers do.
"""

from collections.abc import Iterator
from datetime import datetime

from tocsin.guard.wording import Situation, check
from tocsin.model.ground import Time, Value
from tocsin.model.maintenance import PLAN, Maintenance, MaintenanceStage
from tocsin.model.update import WordingCode, WordingViolation
from tocsin.stages.communicate.desk import Desk
from tocsin.stages.communicate.situation import internal_names, words_of_ours

_ABOUT_READERS = frozenset({WordingCode.BLAME, WordingCode.INTERNAL_DETAIL, WordingCode.PII, WordingCode.JARGON})
"""What no reader outside is told, whatever it is about. A plan must say what they will notice, too."""


class Waiting(Value):
    """Words that nobody has approved yet: `which` names them, `digest` is what a yes binds to."""

    which: str
    digest: str
    title: str
    text: str
    ends_at: Time | None = None
    violations: tuple[WordingViolation, ...] = ()


class MaintenanceShown(Value):
    """A window, where it stands now, and what waits for a person."""

    window: Maintenance
    stage: MaintenanceStage
    waiting: tuple[Waiting, ...] = ()
    lapsed: bool = False
    """Its start has passed without anybody's approval: customers were told nothing."""


class MaintenancesShown(Value):
    """All windows, the one that starts last first."""

    maintenances: tuple[MaintenanceShown, ...]


def shown(window: Maintenance, desk: Desk, now: datetime) -> MaintenanceShown:
    """As it stands now."""
    left = () if window.stage(now) is MaintenanceStage.COMPLETED else tuple(_waiting(window, desk))
    return MaintenanceShown(window=window, stage=window.stage(now), waiting=left, lapsed=window.lapsed(now))


def violations(window: Maintenance, which: str, desk: Desk) -> tuple[WordingViolation, ...]:
    """Every rule that these words break; each of them blocks the yes."""
    planned = which == PLAN
    text = f"{window.title}\n{window.text}" if planned else window.note(which).text
    rules = _ABOUT_READERS | ({WordingCode.NO_IMPACT} if planned else set())
    known = Situation(internal_names=internal_names(desk.catalogue), people=desk.leaders)
    return check(text, known.model_copy(update=words_of_ours(desk)), rules)


def _waiting(window: Maintenance, desk: Desk) -> Iterator[Waiting]:
    names = [] if window.approved_at else [(PLAN, window.text, window.ends_at)]
    for which, text, ends_at in names + [
        (one.id, one.text, one.ends_at) for one in window.notes if not one.approved_at
    ]:
        yield Waiting(
            which=which,
            digest=window.digest_of(which),
            title=window.title,
            text=text,
            ends_at=ends_at,
            violations=violations(window, which, desk),
        )
