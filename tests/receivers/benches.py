"""Every channel with its fake, ready to be held to the same suite: `benches(NAME, folder)`. Used by tests and benchmarks."""

import base64
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.receivers.apprise_end import AppriseEnd
from tests.receivers.faulty import Answered, Fault, Faulty, faulty, forwarding
from tests.receivers.github import Github
from tests.receivers.jira import Jira
from tests.receivers.mail import mail_server, self_signed
from tests.receivers.pagerduty import PagerDutyService
from tests.receivers.statuspage import StatuspageApi
from tests.receivers.teams import TeamsChannel
from tests.receivers.webhook import WebhookReceiver
from tocsin.config import Config, Secret, merged
from tocsin.connectors.channels import open_channels
from tocsin.connectors.memory_channel import MemoryChannel
from tocsin.connectors.pagerduty import PagerDuty, PagerDutyApi, PagerDutyConfig
from tocsin.connectors.slack.fake import Workspace
from tocsin.connectors.slack.fake import serving as slack_serving
from tocsin.connectors.trackers import open_trackers
from tocsin.ports import Channel, Purpose, Tracker

CHANNELS = ("memory", "slack", "teams", "email", "statuspage", "webhook", "apprise")
EVERY = frozenset(Purpose) - {Purpose.ROOM}
WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"a webhook secret of 32 bytes, ok").decode()


@dataclass
class Bench:
    """A channel and what its readers see. `can`: `rooms`, `edit` (a summary in place), `keys` (the same message is one),
    `reasons` (it tells a refusal from a failure)."""

    channel: Channel
    shown: Callable[[], list[str]]
    effects: Callable[[], list[Any]]
    can: frozenset[str]
    far_end: Any = None
    """Whose `next` and `always` make calls go wrong, and which can be `down` and `up`; None where nothing can."""
    audience: str = "channel"
    purposes: frozenset[Purpose] = EVERY
    secrets: tuple[str, ...] = ()
    faults: frozenset[Fault] = frozenset(Fault)
    fake: Any = field(default=None, repr=False)


def opened(name: str, settings: dict[str, Any], timeout_seconds: float, environ: dict[str, str]) -> Channel:
    """The channel of that name, as a configuration opens it; loopback may be reached."""
    outbound = {"allow_http": True, "allow_networks": ["127.0.0.0/8"], "ports": list(range(1024, 65_536)),
                "timeout_seconds": timeout_seconds}  # fmt: skip
    channels = open_channels(Config(merged({"channels": settings, "outbound": outbound}), environ, "test"))
    return channels[name]


@contextmanager
def bench(name: str, folder: Path, timeout_seconds: float = 8.0) -> Iterator[Bench]:
    """One of CHANNELS, its fake running until the block ends."""
    with ExitStack() as closing:
        yield _MAKERS[name](closing, folder, timeout_seconds)


def _memory(closing: ExitStack, folder: Path, seconds: float) -> Bench:
    channel = MemoryChannel()

    def shown() -> list[str]:
        return [f"{one.title}\n{one.text}" for one in channel.shown.values() if one.purpose is not Purpose.ROOM]

    return Bench(channel, shown, list, frozenset({"rooms", "edit", "keys", "reasons"}))


def _slack(closing: ExitStack, folder: Path, seconds: float) -> Bench:
    workspace = Workspace()
    workspace.channel("incidents")
    behind = forwarding(closing.enter_context(slack_serving(workspace)).removesuffix("/api/"))
    no = Answered(200, {"ok": False, "error": "invalid_blocks"})
    front = closing.enter_context(faulty(behind, no))
    settings = {"token": {"env": "T"}, "url": f"{front.url}/api/", "timeout_seconds": max(1, int(seconds))}
    channel = opened("slack", {"slack": settings}, seconds, {"T": workspace.token})

    def shown() -> list[str]:
        posted = [one for place in workspace.channels.values() for one in place.messages if one.get("blocks")]
        return [_leaves(sorted(posted, key=lambda one: one["ts"])[at]["blocks"]) for at in range(len(posted))]

    def effects() -> list[Any]:
        kinds = ("user", "usergroup", "broadcast", "link", "channel")
        found = [one for text in _elements([p.get("blocks") for c in workspace.channels.values() for p in c.messages])
                 for one in [text] if one.get("type") in kinds]  # fmt: skip
        return [one for one in found if "tocsin.example" not in str(one.get("url", ""))]

    can = frozenset({"rooms", "edit", "keys", "reasons"})
    return Bench(channel, shown, effects, can, front, secrets=(workspace.token,), fake=workspace)


def _elements(found: Any) -> Iterator[dict[str, Any]]:
    if isinstance(found, dict):
        yield found
        for one in found.values():
            yield from _elements(one)
    elif isinstance(found, list):
        for one in found:
            yield from _elements(one)


def _leaves(blocks: Any) -> str:
    return "\n".join(str(one["text"]) for one in _elements(blocks) if isinstance(one.get("text"), str))


def _teams(closing: ExitStack, folder: Path, seconds: float) -> Bench:
    fake = TeamsChannel()
    front: Faulty = closing.enter_context(faulty(fake))
    to = {"channel": {"env": "U"}, "internal": {"env": "U"}}
    channel = opened("teams", {"teams": {"to": to}}, seconds, {"U": front.url + fake.path})
    return Bench(channel, fake.shown, fake.effects, frozenset({"reasons"}), front, secrets=(fake.signature,), fake=fake)


def _email(closing: ExitStack, folder: Path, seconds: float) -> Bench:
    certificate = self_signed(folder)
    server = closing.enter_context(mail_server("starttls", certificate))
    settings = {
        "host": "127.0.0.1",
        "port": server.port,
        "username": "tocsin",
        "password": {"env": "P"},
        "sender": "tocsin@shop.example",
        "to": {"channel": ["ada@shop.example", "bo@shop.example"], "external": ["customer@elsewhere.example"]},
        "ca_file": str(certificate),
        "timeout_seconds": seconds,
    }
    channel = opened("email", {"email": settings}, seconds, {"P": server.password})
    encoded = base64.b64encode(f"\0tocsin\0{server.password}".encode()).decode()
    secrets = (server.password, encoded)
    return Bench(
        channel, server.shown, server.effects, frozenset({"keys", "reasons"}), server, secrets=secrets, fake=server
    )


def _statuspage(closing: ExitStack, folder: Path, seconds: float) -> Bench:
    fake = StatuspageApi()
    front = closing.enter_context(faulty(fake))
    settings = {"page": fake.page, "token": {"env": "K"}, "url": front.url, "timeout_seconds": seconds}
    channel = opened("statuspage", {"statuspage": settings}, seconds, {"K": fake.token})
    purposes = frozenset({Purpose.UPDATE, Purpose.CORRECTION, Purpose.RETRACTION, Purpose.RESOLVED})
    return Bench(
        channel,
        fake.shown,
        fake.effects,
        frozenset({"keys", "reasons"}),
        front,
        "external",
        purposes,
        (fake.token,),
        fake=fake,
    )


def _webhook(closing: ExitStack, folder: Path, seconds: float) -> Bench:
    fake = WebhookReceiver(WEBHOOK_SECRET)
    front = closing.enter_context(faulty(fake))
    settings = {"url": {"env": "U"}, "secrets": [{"env": "S"}], "audiences": ["external"]}
    environ = {"U": f"{front.url}/hook/url-secret", "S": WEBHOOK_SECRET}
    channel = opened("webhook:partner", {"webhooks": {"partner": settings}}, seconds, environ)
    secrets = ("url-secret", WEBHOOK_SECRET)
    return Bench(
        channel, fake.shown, fake.effects, frozenset({"keys", "reasons"}), front, "external", secrets=secrets, fake=fake
    )


def _apprise(closing: ExitStack, folder: Path, seconds: float) -> Bench:
    fake = AppriseEnd()
    front = closing.enter_context(faulty(fake))
    url = f"json://127.0.0.1:{front.port}/{fake.secret}?cto={seconds}&rto={seconds}"
    settings = {"to": {"channel": [{"env": "U"}]}, "timeout_seconds": seconds}
    channel = opened("apprise", {"apprise": settings}, seconds, {"U": url})
    return Bench(channel, fake.shown, fake.effects, frozenset(), front, secrets=(fake.secret,), fake=fake)


_MAKERS = {
    "memory": _memory,
    "slack": _slack,
    "teams": _teams,
    "email": _email,
    "statuspage": _statuspage,
    "webhook": _webhook,
    "apprise": _apprise,
}


TRACKERS: dict[str, Callable[[], Any]] = {"github": Github, "jira": Jira}


def tracker(name: str, url: str, fake: Any, timeout_seconds: float, **more: Any) -> Tracker:
    """The tracker of that name, as a configuration opens it, for that fake."""
    own = {
        "github": {"repository": "example/shop"},
        "jira": {"username": "bot@example.com", "project": "OPS"},
    }[name]
    settings = {"token": {"env": "T"}, "url": url, "timeout_seconds": timeout_seconds, **own, **more}
    return open_trackers(Config(merged({"trackers": {name: settings}}), {"T": fake.token}, "test"))[name]


def pagerduty(url: str, service: PagerDutyService, routing_key: str = "", timeout_seconds: float = 8) -> PagerDuty:
    """PagerDuty with both of its APIs at that address."""
    api = PagerDutyApi(token=Secret(env="Y"), sender=service.sender, schedules=("PS1", "PS2"), url=url)
    config = PagerDutyConfig(routing_key=Secret(env="X"), url=url, api=api, timeout_seconds=timeout_seconds)
    return PagerDuty(config, routing_key or service.routing_key, service.token)
