"""Measures whether anything but a mapped approver's own press in Slack, made now and once, ever says yes; and whether cards lie.

`forged`: presses that are almost genuine (signature, secret, body, time, member, digest, action), and `replayed` ones; `accepted`
is how many left an approval or a run behind. `genuine` presses of the same buttons prove that the door opens at all. `cards`:
steps whose every field holds hostile text, shown as Slack would get them; `unfaithful` ones hide or alter what would run, `active`
ones hold a link, a mention, markup or a hidden character. `--json` for one line.
"""

import argparse
import asyncio
import hmac
import json
import logging
import random
import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from benchmarks.acting import START, House
from tocsin.connectors.slack.blocks import content
from tocsin.connectors.slack.fake import Member, Workspace
from tocsin.connectors.slack.fake.member import signed
from tocsin.model.action import Decision, Mode, Rehearsal, RenderedStep, Risk, Verdict
from tocsin.model.alert import Alert, Delivery
from tocsin.model.identity import Principal, Role
from tocsin.model.incident import Incident
from tocsin.model.plain import visible
from tocsin.model.press import Press, Pressed
from tocsin.model.standing import Action
from tocsin.ports import Form, Message
from tocsin.stages.intake import IntakeRules
from tocsin.stages.remediate import permit
from tocsin.stages.remediate.card import exactly
from tocsin.stages.watch import Pulses
from tocsin.web.face import create
from tocsin.web.rooms import Rooms
from tocsin.web.settings import ServeSettings
from tocsin.web.slack import SlackDoor
from tocsin.web.slack.door import Member as Known

FORGED, REPLAYED, GENUINE, CARDS = 900, 100, 20, 2_000
WIPE = 4
PAYLOADS = Path(__file__).resolve().parents[2] / "shared" / "security" / "injection.jsonl"
OWN = (
    *("<!channel>", "<@U0ADA>", "<https://evil.example|status page>", "https://evil.example/a?b=c", "&lt;!here&gt;"),
    *("\u202etxt.exe", "a\u200bb", "\U000e0041", "\u3164", "\x1b[2J", "*bold* `code` ~x~", "> quoted"),
    *("```\nfake card\n```", "a" * 3_000, "ok\nRisk: read, it changes nothing", "x\u2028On: nothing (0 targets)"),
)
BREAK = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
Request = tuple[bytes, dict[str, str]]


class Silent:
    """ports.Chat that says nothing to nobody."""

    async def whisper(self, place: str, user: str, text: str) -> None:
        """Nothing."""

    async def ask(self, trigger: str, form: Form) -> None:
        """Nothing."""

    async def settle(self, place: str, ref: str, said: str, *, done: bool) -> None:
        """Nothing."""


class Door:
    """The true face with the true door, one incident, and the presses of its members."""

    def __init__(self) -> None:
        self.house, self.workspace = House(), Workspace(now=START.timestamp)
        roles = frozenset({Role.APPROVER})
        people = {
            f"U0{n}": Known(Principal(id=f"{n.lower()}@example.com", roles=roles, via="slack")) for n in ("ADA", "BOB")
        }
        people["U0CEM"] = Known(Principal(id="cem@example.com", roles=frozenset({Role.RESPONDER}), via="slack"))
        self.app = create(_rooms(self.house, SlackDoor(self.workspace.signing_secret, people, Silent())))
        self.members = {one: Member(self.workspace, one, one, self._unused) for one in (*people, "U0MALLORY")}
        self.room = self.workspace.channel("inc-20300107-flood", *self.members)

    async def _unused(self, path: str, body: bytes, headers: Mapping[str, str]) -> None:
        raise NotImplementedError

    async def card(self) -> dict[str, Any]:
        """A step that two people must approve is asked for; its card."""
        by = Principal(id="cem@example.com", roles=frozenset({Role.RESPONDER}))
        asked = await permit.request(self.house.means, "INC-1", "flood", WIPE, by=by)
        if asked.action is None:
            raise AssertionError("the step was not asked for")
        told = content(_message(asked.incident, asked.action))
        return {"ts": self.workspace.ts(), "blocks": told["blocks"]}

    def request(self, who: str, card: Mapping[str, Any], **changed: str) -> Request:
        """A press as Slack would send it."""
        payload = self.members[who].press_payload(self.room, card, Press.APPROVE_STEP, **changed)
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return body, signed(self.workspace, body)

    async def send(self, client: httpx.AsyncClient, request: Request) -> int:
        """Brings it to the door."""
        answer = await client.post("/slack/interactions", content=request[0], headers=request[1])
        return answer.status_code

    async def approvals(self) -> int:
        """How many stand on the timeline."""
        return sum(len(one.approvals) for one in (await self.house.incident()).actions)


def _rooms(house: House, door: SlackDoor) -> Rooms:
    def parse(_delivery: Delivery, _source: str) -> list[Alert]:
        return []

    async def authenticate(source: str, body: bytes, headers: Mapping[str, str], *, token: str, now: datetime) -> bool:  # noqa: ARG001
        return False

    async def report(_: str) -> Mapping[str, Any]:
        return {}

    return Rooms(
        store=house.store,
        clock=house.time,
        names=house.means.names,
        rules=IntakeRules(),
        catalogue=house.means.catalogue,
        parse=parse,
        authenticate=authenticate,
        respond=lambda _: None,
        report=report,
        settings=ServeSettings(),
        pulses=Pulses(START),
        token="a-token-of-the-benchmark",  # noqa: S106 - guards nothing but the benchmark
        actions=house.means,
        slack=door,
        background=False,
    )


def _signed(door: Door, body: bytes, *, secret: str = "", at: int | None = None, version: str = "v0") -> Request:
    stamp = str(int(START.timestamp()) if at is None else at)
    mac = hmac.new((secret or door.workspace.signing_secret).encode(), f"v0:{stamp}:".encode() + body, sha256)
    return body, {**signed(door.workspace, body), "x-slack-request-timestamp": stamp,
                  "x-slack-signature": f"{version}={mac.hexdigest()}"}  # fmt: skip


def _mutations(door: Door, card: Mapping[str, Any], dice: random.Random) -> dict[str, Callable[[], Request]]:
    """Ways of being almost genuine, by name."""
    now = int(START.timestamp())
    mine = Pressed(press=Press.APPROVE_STEP, incident_id="INC-1", about="ACT-000001", digest="")

    def body(who: str = "U0ADA", **changed: str) -> bytes:
        return door.request(who, card, **changed)[0]

    def bent(sent: bytes) -> bytes:
        at = dice.randrange(len(sent))
        return sent[:at] + bytes([sent[at] ^ (1 << dice.randrange(7))]) + sent[at + 1 :]

    def without(header: str) -> Request:
        sent, headers = _signed(door, body())
        return sent, {name: value for name, value in headers.items() if name != header}

    def altered_body() -> Request:
        sent, headers = _signed(door, body())
        return bent(sent), headers

    def altered_signature() -> Request:
        sent, headers = _signed(door, body())
        mark = headers["x-slack-signature"]
        at = dice.randrange(3, len(mark))
        other = dice.choice([c for c in "0123456789abcdef" if c != mark[at]])
        return sent, {**headers, "x-slack-signature": mark[:at] + other + mark[at + 1 :]}

    def moved_time() -> Request:
        sent, headers = _signed(door, body())
        return sent, {**headers, "x-slack-request-timestamp": str(now + dice.choice([-60, 1, 60]))}

    def digest(text: str) -> Request:
        value = mine.model_copy(update={"digest": text}).value
        return _signed(door, body(value=value))

    return {
        "altered body": altered_body,
        "altered signature": altered_signature,
        "another secret": lambda: _signed(door, body(), secret=f"guess-{dice.random()}"),
        "too old": lambda: _signed(door, body(), at=now - dice.randrange(301, 90_000)),
        "from the future": lambda: _signed(door, body(), at=now + dice.randrange(301, 90_000)),
        "time moved": moved_time,
        "another version": lambda: _signed(door, body(), version=dice.choice(["v1", "V0", "", "v0 "])),
        "no signature": lambda: without("x-slack-signature"),
        "no time": lambda: without("x-slack-request-timestamp"),
        "a member nobody knows": lambda: _signed(door, body("U0MALLORY")),
        "a member who may not": lambda: _signed(door, body("U0CEM")),
        "another digest": lambda: digest(f"{dice.getrandbits(256):064x}"),
        "no digest": lambda: digest(""),
        "no button of ours": lambda: _signed(door, body(value=dice.choice(["", "approve", "[]", '["INC-1"]', "{}"]))),
        "another action": lambda: _signed(door, body(action_id=dice.choice(["approve", "APPROVE_STEP", "", "run"]))),
    }  # fmt: skip


async def presses(forged: int, replayed: int, genuine: int) -> dict[str, Any]:
    """Hostile presses first, then genuine ones and their replays."""
    door, dice = Door(), random.Random(7)
    await door.house.open()
    card = await door.card()
    ways, answers = _mutations(door, card, dice), Counter[int]()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(door.app), base_url="http://tocsin.example") as client:
        for number in range(forged):
            answers[await door.send(client, list(ways.values())[number % len(ways)]())] += 1
        accepted = await door.approvals() + len(door.house.ran)
        first = door.request("U0ADA", card)
        said_yes = await _genuine(door, client, first, genuine)
        before = await door.approvals()
        for _ in range(replayed):
            answers[await door.send(client, first)] += 1
        accepted += await door.approvals() - before
    return {
        "presses": forged + replayed,
        "ways": len(ways) + 1,
        "accepted": accepted,
        "upper_bound_95": round(3 / (forged + replayed), 4) if not accepted else None,
        "answers": {str(status): count for status, count in sorted(answers.items())},
        "genuine": genuine,
        "genuine_accepted": said_yes,
    }


async def _genuine(door: Door, client: httpx.AsyncClient, first: Request, count: int) -> int:
    """Two approvers on one step after another: the door opens for them."""
    await door.send(client, first)
    said = await door.approvals()
    for _ in range(count - 1):
        await permit.reject(door.house.means, "INC-1", (await door.house.incident()).actions[-1].id,
                            by=Principal(id="bob@example.com", roles=frozenset({Role.APPROVER})), reason="next")  # fmt: skip
        card = await door.card()
        await door.send(client, door.request("U0ADA", card))
        said = await door.approvals()
    return said


def cards(count: int) -> dict[str, Any]:
    """Steps made of hostile text, as Slack would get them."""
    dice, texts = random.Random(11), _hostile()
    faults = Counter[str]()
    for _ in range(count):
        action = _action([dice.choice(texts) for _ in range(6)])
        told = content(_message(Incident(id="INC-1"), action))
        faults.update(_faults(told, action))
    return {
        "cards": count,
        "texts": len(texts),
        "unfaithful": faults["unfaithful"],
        "active": faults["active"],
        "too_long_to_approve": faults["too long"],
    }


def _faults(told: Mapping[str, Any], action: Action) -> Iterator[str]:
    elements = list(_elements(told["blocks"]))
    pre = [e["text"] for kind, e in elements if kind == "rich_text_preformatted"]
    offered = any(block["type"] == "actions" for block in told["blocks"])
    whole = "\n".join(e["text"] for _, e in elements)
    targets = all(visible(BREAK.sub(" ⏎ ", one)).strip() in whole for one in action.step.targets)
    forged = sum(line.startswith(("Risk: ", "On: ", "Dry run: ")) for line in whole.splitlines()) != 3
    if not offered:
        yield "too long"
    elif pre != [visible(exactly(action)).strip()] or not targets or forged:
        yield "unfaithful"
    shown = [e["text"] for _, e in elements] + [told["text"]]
    hidden = any(
        unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co") and c not in "\n\t" for text in shown for c in text
    )
    parsed = any(block.get("text", {}).get("type") == "mrkdwn" for block in told["blocks"]) or "<" in told["text"]
    if hidden or parsed or {e["type"] for _, e in elements} - {"text"}:
        yield "active"


def _elements(blocks: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for block in blocks:
        for part in block.get("elements", ()) if block["type"] == "rich_text" else ():
            for element in part["elements"]:
                yield part["type"], element


def _hostile() -> list[str]:
    if not PAYLOADS.exists():
        print("chat: the collection of payloads is not here; our own texts only", file=sys.stderr)
        return list(OWN)
    rows = (json.loads(line) for line in PAYLOADS.read_text().splitlines() if line.strip())
    return [*OWN, *(str(row["text"]) for row in rows)]


def _action(texts: list[str]) -> Action:
    """A step whose every field holds one of them."""
    step = RenderedStep(
        runbook_id="flood", runbook_version=1, runbook_digest="", step_index=0, name="x", text=texts[0], purpose="fix",
        executor="command", call={"executor": "command", "argv": ["restart", texts[1], texts[2]]},
        shown=f"restart {texts[1]} {texts[2]}", targets=(texts[3][:200],), environment="production", risk=Risk.DISRUPTIVE,
    )  # fmt: skip
    verdict = Verdict(decision=Decision.ONE, mode=Mode.ACT, reason=texts[4])
    return Action(
        id="ACT-1", step=step, rehearsal=Rehearsal(ok=True, said=texts[5]), verdict=verdict,
        requested_by="role:remediator", requested_at=START, expires_at=START,
    )  # fmt: skip


def _message(incident: Incident, action: Action) -> Message:
    from tocsin.model.narrative import Narrative
    from tocsin.ports import Parcel
    from tocsin.stages.deliver.messages import read
    from tocsin.stages.remediate.card import cards as letters

    (letter,) = letters(incident, action, ("slack",))
    return read(Parcel.of(letter, incident.id, START), Narrative())


def main() -> int:
    """Both parts."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--quick", action="store_true", help="a tenth of it")
    chosen = options.parse_args()
    share = 10 if chosen.quick else 1
    logging.getLogger("httpx").setLevel(logging.WARNING)
    begun = time.perf_counter()
    result = {
        "benchmark": "chat",
        **asyncio.run(presses(FORGED // share, REPLAYED // share, GENUINE)),
        **cards(CARDS // share),
    }
    result["seconds"] = round(time.perf_counter() - begun, 1)
    print(json.dumps(result) if chosen.json else json.dumps(result, indent=2))
    return 1 if result["accepted"] or result["unfaithful"] or result["active"] else 0


if __name__ == "__main__":
    sys.exit(main())
