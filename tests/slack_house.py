"""The face, a played workspace of Slack, and an executor that remembers: what the stories about Slack share."""

import asyncio
from contextlib import contextmanager

import httpx
from benchmarks.acting import CATALOGUE, EditableShelf, Hand, policy, runbook

from tests.face_house import House
from tocsin.app.slack import slack_door
from tocsin.config import Config, Secret
from tocsin.connectors.slack import SlackChannel, SlackConfig
from tocsin.connectors.slack.fake import Member, Workspace, serving
from tocsin.guard.attempt import Attempt
from tocsin.guard.policy import InForce
from tocsin.model.action import Fix
from tocsin.model.communication import RoomOpened
from tocsin.model.event import Declared, FixProposed, Triaged
from tocsin.model.ground import IncidentType, Severity
from tocsin.model.identity import Principal, Role
from tocsin.model.triage import Triage
from tocsin.model.update import Audience
from tocsin.ports import Parcel
from tocsin.stages.communicate import Desk, MessageSettings, act_at, settled
from tocsin.stages.communicate.asks import Publish, WriteDrafts
from tocsin.stages.deliver import deliver, message_courier
from tocsin.stages.remediate import decided
from tocsin.stages.remediate.due import Rules, due
from tocsin.stages.remediate.hands import carry_out
from tocsin.stages.remediate.permit import Means, request

RESTART = 2
PEOPLE = {
    "U0ADA": {"person": "ada@example.com", "roles": ["responder", "approver", "communicator"]},
    "U0BOB": {"person": "bob@example.com", "roles": ["approver"]},
    "U0CEM": {"person": "cem@example.com", "roles": ["responder"]},
    "U0DOT": {"person": "dot@example.com", "roles": ["commander", "communicator"]},
    "U0LEA": {"person": "lea@example.com", "roles": ["viewer"]},
    "U0VERA": {"person": "vera@example.com", "roles": ["viewer"], "leader": True},
}
DOT = Principal(id="dot@example.com", roles=frozenset({Role.COMMANDER, Role.COMMUNICATOR}))
CEM = Principal(id="cem@example.com", roles=frozenset({Role.RESPONDER}))


class SlackHouse:
    """One incident with a room in Slack, and members who do things there."""

    def __init__(self, workspace, url, severity=Severity.SEV2):
        self.workspace, self.face = workspace, House(token="a-token-of-the-installation")
        rooms = self.rooms = self.face.rooms
        workspace.now = lambda: rooms.clock.now().timestamp()
        self.hands = {name: Hand(name) for name in ("http", "kubernetes", "command", "manual")}
        rooms.actions = Means(
            store=rooms.store,
            clock=rooms.clock,
            names=rooms.names,
            shelf=EditableShelf([runbook()]),
            catalogue=CATALOGUE,
            executors=self.hands,
            current=InForce(policy("act"), "tocsin.yaml"),
            ask_in=("slack",),
        )
        served = {Audience.CHANNEL: ("slack",), Audience.INTERNAL: ("slack",), Audience.EXTERNAL: ("page",)}
        rooms.messages = Desk(
            settings=MessageSettings(audiences=served),
            law=InForce(policy("act"), "tocsin.yaml"),
            leaders=frozenset({"lea@example.com"}),
        )
        self.config = SlackConfig.model_validate(
            {"token": Secret(env="T"), "signing_secret": Secret(env="S"), "people": PEOPLE, "url": url}
        )
        rooms.slack = slack_door(self.config, Config({}, {"T": workspace.token, "S": workspace.signing_secret}))
        self.channel = SlackChannel(self.config, workspace.token)
        self.members = {
            name: Member(workspace, user, name, self.send)
            for name, user in {"mallory": "U0MALLORY"}.items() | {(one[2:].lower(), one) for one in PEOPLE}
        }
        self.room = workspace.channel("inc-20260301-lark", *workspace.users)
        self.run(rooms.store.write(lambda ledger: self._opened(ledger, severity)))

    def _opened(self, ledger, severity):
        now = self.rooms.clock.now()
        triage = Triage(type=IncidentType.APPLICATION, type_confidence=1, severity=severity, rule="t", specialist="t")
        declared = Declared(title="x", service="lark", environment="production", reason="t", started_at=now)
        room = RoomOpened(channel="slack", name=self.room.name, ref=self.room.id)
        for body in (declared, Triaged(triage=triage), FixProposed(fix=Fix(runbook_id="flood")), room):
            ledger.timeline.append("INC-1", body, actor="system", at=now)

    @staticmethod
    def run(work):
        return asyncio.run(work)

    async def send(self, path, body, headers):
        transport = httpx.ASGITransport(self.face.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://tocsin.example") as client:
            return await client.post(path, content=body, headers=dict(headers))

    def act(self, who, what, *told, **more):
        """A member does something; the answer of tocsin, and what only they were told since."""
        before = len(self.workspace.whispers)
        answer = self.run(getattr(self.members[who], what)(*told, **more))
        return answer, [one["text"] for one in self.workspace.whispers[before:]]

    def press(self, who, card, action, **changed):
        return self.act(who, "press", self.room, card, action, **changed)

    def command(self, who, text, channel=None):
        answer, _ = self.act(who, "command", channel or self.room, text)
        assert answer.status_code == 200
        return answer.json()["text"]

    def ask_for_step(self, step=RESTART):
        """A step is asked for, and its card is brought to Slack; the card."""
        self.run(request(self.rooms.actions, "INC-1", "flood", step, by=CEM))
        self.post()
        return self.cards[-1]

    def post(self):
        """The postman's round."""
        couriers = {"message": message_courier({"slack": self.channel}, self.rooms.store)}
        return self.run(deliver(self.rooms.store, couriers, self.rooms.clock.now()))

    def walk(self):
        """The loop performs what may run."""

        async def once():
            incident = await self.rooms.store.read(lambda ledger: ledger.incidents.get("INC-1"))
            move = next(
                due(incident, self.rooms.clock.now(), Rules(self.rooms.actions.current, self.rooms.actions.shelf)), None
            )

            async def record(key, *happened):
                return incident

            if move is not None and move.kind == "perform":
                await carry_out(self.rooms.actions, move, incident, record)

        self.run(once())

    def settle(self):
        """The loop tells the cards what became of their steps and words."""

        def work(ledger):
            incident = ledger.incidents.get("INC-1")
            for move in (*decided(incident), *settled(incident, self.rooms.messages)):
                for letter in move.letters:
                    ledger.outbox.put(Parcel.of(letter, "INC-1", self.rooms.clock.now()))

        self.run(self.rooms.store.write(work))
        self.post()

    def draft(self, *audiences, out=False):
        """Drafts are written, or go out at once; what waits for somebody is brought to Slack. The newest card."""

        def work(ledger):
            attempt = Attempt(ledger, DOT, self.rooms.clock.now(), self.rooms.names)
            desk = self.rooms.messages
            incident = act_at(desk, "draft-updates").on(attempt, "INC-1", "", WriteDrafts(audiences=audiences))
            if out:
                act_at(desk, "publish-update").on(attempt, "INC-1", incident.narrative.drafts[-1].update.id, Publish())

        self.run(self.rooms.store.write(work))
        self.post()
        return self.cards[-1]

    @property
    def incident(self):
        return self.run(self.rooms.store.read(lambda ledger: ledger.incidents.get("INC-1")))

    @property
    def timeline(self):
        events = self.run(self.rooms.store.read(lambda ledger: ledger.timeline.events("INC-1")))
        return [(event.actor, event.body) for event in events]

    @property
    def cards(self):
        return [one for one in self.room.messages if any(b["type"] == "actions" for b in one.get("blocks", []))]

    @property
    def ran(self):
        return [step.name for hand in self.hands.values() for step, _ in hand.ran]


@contextmanager
def slack_house(**more):
    workspace = Workspace()
    with serving(workspace) as url:
        yield SlackHouse(workspace, url, **more)
