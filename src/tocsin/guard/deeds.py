"""What a rendered step does, read from its call by code: so that a rule holds for every runbook, whatever its steps are called.

Used by `guard.policy` only. Broad on purpose: a step wrongly taken for a restart costs one question.
"""

import re
from collections.abc import Iterator
from enum import StrEnum

from tocsin.model.action import RenderedStep
from tocsin.model.ground import IncidentType

_WORD = re.compile(r"[a-z0-9]+")
_RESTART = frozenset({"restart", "restarts", "reboot", "stop", "shutdown", "bounce", "reload", "kickstart", "poweroff"})
_RESTART_CALLS = frozenset({"delete_pod", "drain", "restart"})
_ROLLBACK = frozenset({"rollback", "undo", "revert"})
_DATABASE = frozenset(
    {"database", "databases", "db", "postgres", "postgresql", "pg", "patroni", "pgbouncer", "etcd"}
) | {
    *("mysql", "mariadb", "mongo", "mongodb", "mongod", "redis", "oracle", "mssql", "sqlserver"),
    *("cassandra", "cockroach", "cockroachdb", "clickhouse", "elasticsearch"),
}


class Deed(StrEnum):
    """What rules ask about."""

    RESTART = "restart"
    RESTART_DATABASE = "restart_database"
    ROLLBACK_DEPLOYMENT = "rollback_deployment"


def deeds(step: RenderedStep, type: IncidentType | None = None) -> frozenset[Deed]:
    """The deeds of a step. In a database incident every restart counts as one of a database."""
    words = frozenset(_WORD.findall(" ".join(_texts(step)).lower()))
    found = set()
    if words & _RESTART or step.call.get("verb") in _RESTART_CALLS:
        found.add(Deed.RESTART)
        if type is IncidentType.DATABASE or words & _DATABASE:
            found.add(Deed.RESTART_DATABASE)
    if words & _ROLLBACK and step.executor != "sql":
        found.add(Deed.ROLLBACK_DEPLOYMENT)
    return frozenset(found)


def _texts(step: RenderedStep) -> Iterator[str]:
    yield step.name
    yield from step.targets
    yield from _strings(step.call)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _strings(one)
