"""What the face needs from the rest of the house, in one value. Built by `app`; every route reads it from here."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from tocsin.errors import NotFound
from tocsin.guard.seen import SeenStore
from tocsin.model.alert import Alert, Delivery
from tocsin.model.catalogue import Catalogue
from tocsin.model.figures import Figures
from tocsin.model.identity import Principal
from tocsin.model.saving import Baselines
from tocsin.playbooks.shelf import Playbooks
from tocsin.ports import Clock, Names, Store
from tocsin.roles.agents.roster import Roster
from tocsin.stages import communicate, review
from tocsin.stages.intake import IntakeRules
from tocsin.stages.people import PeopleRules
from tocsin.stages.remediate import Means
from tocsin.stages.verify.gauges import Measure
from tocsin.stages.watch import Pulses, WatchSettings
from tocsin.web.metrics import Metrics
from tocsin.web.settings import ServeSettings
from tocsin.web.statuspage.forms import Counter

if TYPE_CHECKING:
    from tocsin.web.slack.door import SlackDoor


class Authenticate(Protocol):
    """Checks a sender against its source's own secret or signature, in constant time, on the raw body."""

    async def __call__(
        self, source: str, body: bytes, headers: Mapping[str, str], *, token: str, now: datetime
    ) -> bool:
        """True when it proved itself; False when the source has no secret of its own. Raises errors.Unauthentic.

        `headers` are lower-case and complete; `token` is the one in the path or the query, or "".
        """
        ...


class Wake:
    """Wakes those who wait for an incident's next event. Within this process only: others find it by asking the store."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}

    def ring(self, incident_id: str) -> None:
        """Something happened to that incident."""
        for waiting in self._waiting.get(incident_id, ()):
            waiting.set()

    async def wait(self, incident_id: str, seconds: float) -> None:
        """Returns at the next ring, or after that time."""
        bell = asyncio.Event()
        self._waiting.setdefault(incident_id, set()).add(bell)
        try:
            async with asyncio.timeout(seconds):
                await bell.wait()
        except TimeoutError:
            return
        finally:
            self._waiting[incident_id].discard(bell)
            if not self._waiting[incident_id]:
                del self._waiting[incident_id]

    def ring_all(self) -> None:
        """Wakes everybody, so that they see that the house is closing."""
        for incident_id in list(self._waiting):
            self.ring(incident_id)


@dataclass(slots=True)
class Rooms:
    """The house as the face sees it."""

    store: Store
    clock: Clock
    names: Names
    rules: IntakeRules
    catalogue: Catalogue
    parse: Callable[[Delivery, str], Sequence[Alert]]
    """The alerts in a delivery, read as that source (or `auto`). Raises errors.IntakeError."""
    authenticate: Authenticate
    respond: Callable[[str], None]
    """Starts the response to a new incident, or has a running one look again. Returns at once."""
    report: Callable[[str], Awaitable[Mapping[str, Any]]]
    """The report of an incident, JSON types only. Raises errors.NotFound."""
    settings: ServeSettings
    pulses: Pulses
    token: str = ""
    actions: Means | None = None
    """What steps are asked for and approved with; None where nothing is carried out."""
    slack: "SlackDoor | None" = None
    """Who is who in Slack, and how it signs; None where nothing that comes from there is believed."""
    measures: Mapping[str, Measure] = field(default_factory=dict)
    """Who takes a query in a metric system's own language, by the system's name. Raises errors.SourceError."""
    roster: Roster | None = None
    """The agents elsewhere that people let in; None where none is spoken to."""
    playbooks: Playbooks | None = None
    """The playbooks of the files; None where none are walked."""
    people: PeopleRules = field(default_factory=PeopleRules)
    messages: communicate.Desk = field(default_factory=communicate.Desk)
    """What messages are written and sent with."""
    clean: Callable[[str], str] = str
    """Takes secrets out of what people write."""
    after: review.Rules = field(default_factory=lambda: review.Rules(review.ReviewSettings(), Catalogue()))
    """What comes after the all-clear goes by these."""
    baselines: Baselines = field(default_factory=Baselines)
    counted: tuple[datetime, Figures] | None = None
    """The figures as last counted for the metrics, and when."""
    watch: WatchSettings = field(default_factory=WatchSettings)
    status: Counter | None = None
    """The status page, where it is shown beside the API."""
    dead_man_url: str = ""
    fetch: Callable[[str], Awaitable[bytes]] | None = None
    """Guarded HTTP GET for the dead-man call. Raises errors.SourceError."""
    silences: Mapping[str, Callable[[], Awaitable[object]]] = field(default_factory=dict)
    """Alertmanager's silences as it answers them, by connector. Raises errors.SourceError."""
    confirm: Callable[[Delivery], Awaitable[object]] | None = None
    """Answers a genuine SNS subscription confirmation. Raises errors.Unauthentic or errors.SourceError."""
    probes: Mapping[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    """A sign of life per connector. Raises errors.SourceError."""
    metrics: Metrics = field(default_factory=Metrics)
    wake: Wake = field(default_factory=Wake)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    unseen: "Rooms | None" = None
    """The whole house, where this is a view of it."""
    background: bool = True
    """False: no rounds in the lifespan (a test or a command calls `rounds.tick` itself)."""

    def seen_by(self, principal: Principal | None) -> "Rooms":
        """The same house, without the restricted incidents that principal is not inside of."""
        store = SeenStore(self.store, principal)
        actions = replace(self.actions, store=store) if self.actions else None

        async def report(incident_id: str) -> Mapping[str, Any]:
            if await store.read(lambda ledger: ledger.incidents.get(incident_id)) is None:
                raise NotFound(f"There is no report of {incident_id} yet.", "List incidents with GET /api/incidents.")
            return await self.report(incident_id)

        return replace(self, store=store, actions=actions, report=report, unseen=self)

    @property
    def whole(self) -> "Rooms":
        """All of it again, for intake: which incident an alert belongs to does not depend on who hands it in."""
        return self.unseen or self
