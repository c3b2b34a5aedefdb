"""Nothing internal can reach the status page: whatever an incident holds, only approved words and public names are in its bytes."""

import asyncio
import types
import typing
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any, TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from tocsin.model.catalogue import Catalogue, Service
from tocsin.model.incident import Incident
from tocsin.model.maintenance import Deed, Maintenance
from tocsin.model.narrative import Narrative, Published
from tocsin.model.update import Audience
from tocsin.ports import Key
from tocsin.web.statuspage import Board, StatusPageSettings
from tocsin.web.statuspage.kiosk import Kiosk

M = TypeVar("M", bound=BaseModel)
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
CANARY = "zq7canary"
PUBLIC = "Payments"
CATALOGUE = Catalogue(
    services=(
        Service(name=f"pay-{CANARY}", aliases=(f"gw-{CANARY}",), owner=CANARY, workaround=CANARY, public_name=PUBLIC),
        Service(name=CANARY),
    )
)


def filled(kind: Any, depth: int = 0) -> Any:
    """A value of that type in which every piece of text is the canary: what is added to the model later is covered, too."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return filled(parts[0], depth)
    if origin in (types.UnionType, typing.Union):
        return filled(next((one for one in parts if one is not type(None)), parts[0]), depth)
    if origin is typing.Literal:
        return parts[0]
    if origin in (tuple, list, frozenset):
        return () if depth > 6 else origin([filled(parts[0], depth + 1)])
    if origin is dict:
        return {} if depth > 6 else {filled(parts[0], depth + 1): filled(parts[1], depth + 1)}
    if isinstance(kind, type):
        return _plain(kind, depth)
    return CANARY


def _plain(kind: type, depth: int) -> Any:
    if issubclass(kind, BaseModel):
        return model(kind, depth + 1)
    if issubclass(kind, Enum):
        return next(iter(kind))
    simple: dict[type, Any] = {bool: True, int: 1, float: 0.5, datetime: NOW, date: NOW.date(), bytes: CANARY.encode()}
    return simple.get(kind, CANARY)


def model(kind: type[M], depth: int = 0, **given: Any) -> M:
    fields = {name: filled(one.annotation, depth) for name, one in kind.model_fields.items() if name not in given}
    return kind.model_construct(**{**fields, **given})


class Ledger:
    """As much of a ledger as the board asks for."""

    def __init__(self, incidents: Iterable[Incident], windows: Iterable[Maintenance]) -> None:
        self._incidents, self._windows = list(incidents), list(windows)
        self.incidents = self.maintenances = self.keys = self

    def recent(self, *, since: datetime, limit: int, offset: int) -> list[Incident]:
        return self._incidents[offset : offset + limit]

    def all(self) -> list[Maintenance]:
        return self._windows

    def put(self, key: Key) -> Key:
        return key


class House:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def read(self, work: Callable[[Any], Any]) -> Any:
        return work(self._ledger)

    write = read

    def now(self) -> datetime:
        return NOW + timedelta(hours=1)


def everything(incidents: Iterable[Incident], windows: Iterable[Maintenance] = ()) -> dict[str, bytes]:
    house = House(Ledger(incidents, windows))
    board = Board(house, house, CATALOGUE, StatusPageSettings(name="Northwind", url="https://status.example.com"))  # type: ignore[arg-type]
    kiosk = Kiosk(board)

    async def print_all() -> dict[str, bytes]:
        await kiosk.file("/status")
        return {path: one.body for path, one in kiosk._files.items()}

    return asyncio.run(print_all())


def published(number: int, text: str, audience: Audience, *, observed: bool, retracted: bool) -> Published:
    internal = audience is not Audience.EXTERNAL or observed or retracted
    return model(
        Published,
        update_id=f"{CANARY}{number}",
        audience=audience,
        status="Investigating",
        text=f"{text} {CANARY}" if internal else text,
        title=CANARY if internal else "",
        at=NOW + timedelta(minutes=number),
        observed=observed,
        retracted=CANARY if retracted else "",
        corrects="",
        components={PUBLIC: "partial_outage", CANARY: "major_outage"},
        impact="major",
        next_update_at=NOW,
    )


ROW = st.tuples(
    st.text().filter(lambda text: CANARY not in text), st.sampled_from(Audience), st.booleans(), st.booleans()
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(ROW, max_size=5), max_size=4))
def test_no_internal_word_of_any_incident_is_in_any_byte_of_the_page(
    nights: list[list[tuple[str, Audience, bool, bool]]],
) -> None:
    incidents = []
    for number, rows in enumerate(nights):
        said = tuple(
            published(n, text, audience, observed=observed, retracted=retracted)
            for n, (text, audience, observed, retracted) in enumerate(rows)
        )
        narrative = model(Narrative, published=said)
        incidents.append(model(Incident, id=f"INC-{CANARY}-{number}", narrative=narrative))
    kept = {"id": CANARY, "starts_at": NOW, "ends_at": NOW + timedelta(hours=2)}
    windows = [
        model(Maintenance, **kept, approved_at=None, cancelled_at=None),
        model(
            Maintenance,
            **{**kept, "id": f"{CANARY}-2"},
            title="Upgrade",
            text="We upgrade.",
            components=(PUBLIC, CANARY),
            approved_at=NOW,
            cancelled_at=None,
            deeds=(Deed(at=NOW, by=CANARY, what=CANARY),),
        ),
    ]
    files = everything(incidents, windows)
    assert "/api/v2/summary.json" in files
    for path, body in files.items():
        assert CANARY.encode() not in body, path
        assert CANARY not in path


def test_the_same_words_in_a_published_message_do_reach_the_page() -> None:
    said = published(1, f"approved {CANARY}", Audience.EXTERNAL, observed=False, retracted=False)
    incident = model(Incident, id="INC-1", narrative=model(Narrative, published=(said,)))
    files = everything([incident])
    assert all(CANARY.encode() in files[path] for path in ("/status", "/history.atom", "/api/v2/incidents.json"))
