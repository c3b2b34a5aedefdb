"""The page as JSON, in the shapes that status page clients poll (`/api/v2`). Pure; called by `press`."""

from datetime import UTC, datetime
from typing import Any

from tocsin.model.bulletin import Bulletin, Naming, Notice, Stage, status_in
from tocsin.model.component import ComponentStatus, Impact
from tocsin.model.maintenance import AT_WORK, Maintenance, MaintenanceStage, Turn
from tocsin.model.statuspage import Component, StatusPage, spells

Json = dict[str, Any]
MOST = 50
"""So many incidents, the latest, are in a list; the page and the feeds have the same."""
_OPERATIONAL = ComponentStatus.OPERATIONAL


class V2:
    """One page in those shapes. `url` is its public address, `named` gives components and the page their public ids."""

    def __init__(self, page: StatusPage, name: str, url: str, named: Naming) -> None:
        self._page, self._url, self._page_id = page, url, named("page")
        page_id = self._page_id
        self._head: Json = {
            "id": page_id,
            "name": name,
            "url": url,
            "time_zone": "Etc/UTC",
            "updated_at": moment(page.updated_at),
        }
        self._components = {
            one.name: self._component(one, position, named(f"component/{one.name}"))
            for position, one in enumerate(page.components, 1)
        }

    def documents(self) -> dict[str, Json]:
        """Every document by its path under `/api/v2/`."""
        page = self._page
        incidents = [self._incident(one) for one in page.bulletins[:MOST]]
        unresolved = [self._incident(one) for one in page.unresolved]
        upcoming = self._windows(MaintenanceStage.SCHEDULED)
        active = self._windows(*AT_WORK)
        everything = [self._window(one) for one in reversed(page.maintenances)][:MOST]
        components = list(self._components.values())
        status = {"indicator": page.indicator.value, "description": page.description}
        scheduled = [*active, *upcoming]
        return {
            "summary.json": self._of(
                components=components, incidents=unresolved, scheduled_maintenances=scheduled, status=status
            ),
            "status.json": self._of(status=status),
            "components.json": self._of(components=components),
            "incidents.json": self._of(incidents=incidents),
            "incidents/unresolved.json": self._of(incidents=unresolved),
            "scheduled-maintenances.json": self._of(scheduled_maintenances=everything),
            "scheduled-maintenances/upcoming.json": self._of(scheduled_maintenances=upcoming),
            "scheduled-maintenances/active.json": self._of(scheduled_maintenances=active),
        }

    def _of(self, **parts: object) -> Json:
        return {"page": self._head, **parts}

    def _component(self, one: Component, position: int, public_id: str) -> Json:
        told = spells(one.name, self._page.bulletins, self._page.at)
        turns = [turn for spell in told for turn in (spell.since, spell.until) if turn < self._page.at]
        return {
            "id": public_id,
            "name": one.name,
            "status": one.status.value,
            "created_at": moment(self._page.since),
            "updated_at": moment(max([self._page.since, *turns])),
            "position": position,
            "description": None,
            "showcase": True,
            "start_date": None,
            "group_id": None,
            "page_id": self._page_id,
            "group": False,
            "only_show_if_degraded": False,
        }

    def _incident(self, one: Bulletin) -> Json:
        first = one.notices[0]
        return {
            "id": one.id,
            "name": one.title,
            "status": one.last.stage.value,
            "created_at": moment(first.at),
            "updated_at": moment(one.updated_at),
            "monitoring_at": _maybe(one.reached(Stage.MONITORING)),
            "resolved_at": _maybe(one.reached(Stage.RESOLVED)),
            "impact": one.impact.value,
            "shortlink": f"{self._url}/status/incidents/{one.id}",
            "started_at": moment(first.at),
            "page_id": self._page_id,
            "incident_updates": [
                self._update(one.id, notice, before)
                for before, notice in reversed(list(zip((None, *one.notices), one.notices, strict=False)))
            ],
            "components": [self._components[name] for name in one.components],
        }

    def _update(self, incident_id: str, notice: Notice, before: Notice | None) -> Json:
        names = dict.fromkeys((*(before.components if before else ()), *notice.components))
        changes = [
            self._change(name, status_in(before, name) if before else _OPERATIONAL, status_in(notice, name))
            for name in names
        ]
        said = _said(notice.id, incident_id, notice.stage.value, notice.text, notice.at, changes)
        return {**said, "updated_at": moment(notice.updated_at)}

    def _windows(self, *stages: MaintenanceStage) -> list[Json]:
        return [self._window(one) for one in self._page.windows(*stages)]

    def _window(self, one: Maintenance) -> Json:
        turns = one.turns(self._page.at)
        told = [self._turn(one, turn, before) for before, turn in zip((None, *turns), turns, strict=False)]
        over = one.stage(self._page.at) is MaintenanceStage.COMPLETED
        return {
            "id": one.id,
            "name": one.title,
            "status": one.stage(self._page.at).value,
            "created_at": moment(turns[0].at),
            "updated_at": moment(turns[-1].at),
            "monitoring_at": None,
            "resolved_at": moment(one.over_at) if over else None,
            "impact": Impact.MAINTENANCE.value,
            "shortlink": f"{self._url}/status/maintenances/{one.id}",
            "started_at": moment(one.begins_at),
            "page_id": self._page_id,
            "incident_updates": told[::-1],
            "components": [self._components[name] for name in one.components],
            "scheduled_for": moment(one.starts_at),
            "scheduled_until": moment(one.ends_at),
        }

    def _turn(self, one: Maintenance, turn: Turn, before: Turn | None) -> Json:
        old, new = _state(before), _state(turn)
        changes = [self._change(name, old, new) for name in one.components]
        return _said(f"{one.id}-{turn.id}", one.id, turn.stage.value, turn.text, turn.at, changes)

    def _change(self, name: str, old: ComponentStatus, new: ComponentStatus) -> Json:
        return {"code": self._components[name]["id"], "name": name, "old_status": old.value, "new_status": new.value}


def _state(turn: Turn | None) -> ComponentStatus:
    """How the components of a window are from that turn on."""
    return ComponentStatus.MAINTENANCE if turn and turn.stage in AT_WORK else _OPERATIONAL


def moment(at: datetime) -> str:
    """`2026-11-21T03:04:05.000Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _maybe(at: datetime | None) -> str | None:
    return moment(at) if at else None


def _said(name: str, incident_id: str, status: str, text: str, at: datetime, changes: list[Json]) -> Json:
    return {
        "id": name,
        "status": status,
        "body": text,
        "incident_id": incident_id,
        "created_at": moment(at),
        "updated_at": moment(at),
        "display_at": moment(at),
        "affected_components": changes,
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }
