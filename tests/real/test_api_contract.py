"""Our own OpenAPI document, held against the service by Schemathesis: no 5xx, no answer that its description does not know."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

schemathesis = pytest.importorskip("schemathesis")
from hypothesis import HealthCheck, Phase, settings  # noqa: E402
from schemathesis.specs.openapi.checks import positive_data_acceptance  # noqa: E402

from tocsin.errors import NotFound, Unreadable  # noqa: E402
from tocsin.model.alert import Alert, AlertStatus, Delivery  # noqa: E402
from tocsin.model.catalogue import Catalogue  # noqa: E402
from tocsin.stages.intake import IntakeRules, receive  # noqa: E402
from tocsin.stages.watch import Pulses  # noqa: E402
from tocsin.store.memory import MemoryStore  # noqa: E402
from tocsin.web.face import create  # noqa: E402
from tocsin.web.rooms import Rooms  # noqa: E402
from tocsin.web.settings import ServeSettings  # noqa: E402

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Hands:
    """A clock that stands still and names that count, so that the ids of the first incident are known."""

    def __init__(self) -> None:
        self._next = count(1)

    def now(self) -> datetime:
        return START

    def new(self, prefix: str) -> str:
        return f"{prefix}-{next(self._next)}"


def parse(delivery: Delivery, source: str) -> Sequence[Alert]:
    if source.startswith("x"):
        raise NotFound(f"There is no source {source}.", "Use another.")
    if not delivery.body.startswith(b"{"):
        raise Unreadable("This is no object.", "Send one.")
    text = delivery.body.decode(errors="replace")
    return [Alert(source=source, fingerprint=text, title=text, status=AlertStatus.FIRING, service="shop")]


async def authenticate(source: str, body: bytes, headers: Mapping[str, str], *, token: str, now: datetime) -> bool:
    return False


async def report(incident_id: str) -> Mapping[str, Any]:
    return {"incidentId": incident_id}


def house(token: str) -> Rooms:
    hands = Hands()
    rooms = Rooms(
        store=MemoryStore(),
        clock=hands,
        names=hands,
        rules=IntakeRules(),
        catalogue=Catalogue(),
        parse=parse,
        authenticate=authenticate,
        respond=lambda incident_id: None,
        report=report,
        settings=ServeSettings(),
        pulses=Pulses(START),
        token=token,
        background=False,
    )
    alert = Alert(source="plain", fingerprint="slow", title="slow", status=AlertStatus.FIRING, service="shop")
    asyncio.run(rooms.store.write(lambda ledger: receive(ledger, [alert], rooms.rules, Catalogue(), START, hands)))
    return rooms


TOKEN = "a-token-of-the-api-for-tests"
HEADERS = {"host": "127.0.0.1"}
EXCLUDED = [
    # Some rules no schema can say: a vendor's body must be readable, a silence must end after it starts.
    positive_data_acceptance,
]
BOUNDS = settings(
    max_examples=60,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def described(token: str) -> Any:
    """The description of a fresh house, without the event stream: it has no end to wait for."""
    headers = HEADERS | ({"authorization": f"Bearer {token}"} if token else {})
    loaded = schemathesis.openapi.from_asgi("/openapi.json", create(house(token)), headers=headers)
    return loaded.exclude(path_regex=r"/events$")


def check(case: Any) -> None:
    asked = case.path_parameters.get("incident_id", "")
    if len(asked) % 2 and len(asked) <= 200:  # one that is too long is meant to be refused
        case.path_parameters["incident_id"] = "INC-2"  # half of them ask for the incident that there is
    case.call_and_validate(headers={"host": "127.0.0.1"}, excluded_checks=EXCLUDED)


@described("").parametrize()
@BOUNDS
def test_every_answer_is_one_that_the_description_knows(case: Any) -> None:
    check(case)


@described(TOKEN).parametrize()
@BOUNDS
def test_with_a_token_set_nothing_that_is_described_as_guarded_is_open(case: Any) -> None:
    check(case)
