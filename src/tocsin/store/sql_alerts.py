"""Alerts and deliveries in SQL: what knocked, what was decided about it, and the bytes it came in. A part of the SQL ledger."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, select, update

from tocsin.errors import NotFound
from tocsin.model.alert import Alert, Delivery
from tocsin.ports import KeptAlert, KeptDelivery
from tocsin.store.bounds import beyond
from tocsin.store.inserts import Row, put_once, replace
from tocsin.store.tables import alerts, deliveries, key, micros

_ALL = 2**31 - 1
_OPENERS = (
    select(alerts.c.incident_id, alerts.c.data)
    .where(alerts.c.disposition == "opened", alerts.c.incident_id.in_(bindparam("ids", expanding=True)))
    .order_by(alerts.c.received_at, alerts.c.n)
)


class SqlAlerts:
    """ports.AlertStore. The unique occurrence is what makes a replayed webhook harmless."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, kept: KeptAlert) -> bool:
        """False when this very occurrence is already kept."""
        alert = kept.alert
        row: Row = {
            "id": alert.id,
            "occurrence": alert.occurrence,
            "condition": key(alert.source, alert.fingerprint),
            "received_at": micros(alert.received_at),
            "disposition": kept.disposition,
            "reason": json.dumps(kept.reason),
            "incident_id": kept.incident_id,
            "data": alert.model_dump_json(),
        }
        return put_once(self._connection, alerts, row, "occurrence")

    def redecide(self, alert_id: str, disposition: str, reason: str, incident_id: str = "") -> None:
        """Replaces the whole decision. Raises NotFound when no such alert is kept."""
        decision = {"disposition": disposition, "reason": json.dumps(reason), "incident_id": incident_id}
        done = self._connection.execute(update(alerts).where(alerts.c.id == alert_id).values(decision))
        if done.rowcount != 1:
            raise NotFound(f"no alert {alert_id} is kept.", "Look it up among the recent alerts.")

    def by_fingerprint(self, source: str, fingerprint: str, *, since: datetime) -> list[KeptAlert]:
        """That condition's notifications since then, newest first."""
        return self._found(condition=key(source, fingerprint), since=since)

    def opening_labels(self, incident_ids: Collection[str]) -> dict[str, Mapping[str, str]]:
        """One query, and no more of each alert is read than its labels."""
        found = self._connection.execute(_OPENERS, {"ids": list(incident_ids)})
        return {incident_id: json.loads(data)["labels"] for incident_id, data in found}

    def recent(
        self,
        *,
        since: datetime | None = None,
        disposition: str = "",
        incident_id: str = "",
        limit: int = 100,
        offset: int = 0,
    ) -> list[KeptAlert]:
        """Newest received first."""
        return self._found(disposition=disposition, incident_id=incident_id, since=since, limit=limit, offset=offset)

    def _found(self, *, since: datetime | None, limit: int = _ALL, offset: int = 0, **equal: str) -> list[KeptAlert]:
        asked = {name: value for name, value in equal.items() if value}
        chosen = _alert_rows(tuple(asked), since is not None)
        values = {**asked, "since": micros(since), "limit": limit, "offset": offset}
        return [_kept_alert(*row) for row in self._connection.execute(chosen, values)]


@cache
def _alert_rows(equal: tuple[str, ...], since: bool) -> Select[Any]:
    """Newest received first, later arrivals first among equals."""
    chosen = select(alerts.c.data, alerts.c.disposition, alerts.c.reason, alerts.c.incident_id)
    for name in equal:
        chosen = chosen.where(alerts.c[name] == bindparam(name))
    if since:
        chosen = chosen.where(alerts.c.received_at >= bindparam("since"))
    newest = chosen.order_by(alerts.c.received_at.desc(), alerts.c.n.desc())
    return newest.limit(bindparam("limit")).offset(bindparam("offset"))


def _kept_alert(data: str, disposition: str, reason: str, incident_id: str) -> KeptAlert:
    return KeptAlert(Alert.model_validate_json(data), disposition, json.loads(reason), incident_id)


class SqlDeliveries:
    """ports.DeliveryStore. The body is kept as bytes, apart from what we know about it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, kept: KeptDelivery) -> None:
        """Keeps or replaces by delivery id."""
        one = kept.delivery
        known = {"delivery": one.model_dump(mode="json", exclude={"body"}), "error": kept.error}
        row: Row = {
            "id": one.id,
            "received_at": micros(one.received_at),
            "status": kept.status,
            "body": one.body,
            "data": json.dumps(known),
        }
        replace(self._connection, deliveries, row)

    def get(self, delivery_id: str) -> KeptDelivery | None:
        """None when it is not kept."""
        row = self._connection.execute(_DELIVERIES.where(deliveries.c.id == delivery_id)).first()
        return None if row is None else _kept_delivery(*row)

    def dead(self, limit: int = 100) -> list[KeptDelivery]:
        """Newest first."""
        chosen = _DELIVERIES.where(deliveries.c.status == "dead").limit(limit)
        return [_kept_delivery(*row) for row in self._connection.execute(chosen)]

    def trim_dead(self, most: int, most_bytes: int) -> int:
        """The newest stay, up to both bounds. Reads sizes only, never bodies."""
        sizes = select(deliveries.c.id, func.length(deliveries.c.body)).where(deliveries.c.status == "dead")
        newest = sizes.order_by(deliveries.c.received_at.desc(), deliveries.c.id.desc())
        gone = beyond([(row[0], row[1]) for row in self._connection.execute(newest)], most, most_bytes)
        for start in range(0, len(gone), 500):
            self._connection.execute(delete(deliveries).where(deliveries.c.id.in_(gone[start : start + 500])))
        return len(gone)


_DELIVERIES = select(deliveries.c.body, deliveries.c.status, deliveries.c.data).order_by(
    deliveries.c.received_at.desc(), deliveries.c.id.desc()
)


def _kept_delivery(body: bytes, status: str, data: str) -> KeptDelivery:
    known = json.loads(data)
    return KeptDelivery(Delivery(body=body, **known["delivery"]), status, known["error"])
