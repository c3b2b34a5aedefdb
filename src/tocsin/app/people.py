"""People at this machine: their acts on the local store, the incidents in it, its tokens. Called by the command line.

Whoever can open the store acts as the local operator, and every event says so. No response runs here: a service on the same
store sees within seconds that a timeline has grown.
"""

from pathlib import Path

from tocsin import config as configuration
from tocsin.app.redaction import redactor
from tocsin.config import Config
from tocsin.connectors.system import RandomNames, SystemClock
from tocsin.errors import NotFound
from tocsin.guard import tokens
from tocsin.guard.attempt import Act, Attempt, Done, PeopleRules
from tocsin.model.ground import Value
from tocsin.model.identity import LOCAL_OPERATOR, Role, Token
from tocsin.ports import Ledger
from tocsin.stages import communicate, people, review
from tocsin.stages.investigate import EvidenceSettings
from tocsin.store.settings import StoreSettings
from tocsin.store.sql import open_store
from tocsin.web.document import LiveDocument, document
from tocsin.web.every_act import ACTS
from tocsin.web.shapes import IncidentLine, Undelivered

ConfigPath = str | Path | None


async def act(config_path: ConfigPath, name: str, incident_id: str, which: str, ask: Value | None) -> Done:
    """Carries out the act of that name, of any stage, as the local operator. Raises what the act raises."""
    config, clock = configuration.load(config_path), SystemClock()
    rules, redact = (
        config.section("people", PeopleRules),
        redactor(config, config.section("evidence", EvidenceSettings)),
    )

    wanted = _act(config, name)

    def work(ledger: Ledger) -> Done:
        attempt = Attempt(
            ledger, LOCAL_OPERATOR, clock.now(), RandomNames(clock), rules, lambda text: redact(text).text
        )
        return people.carry_out(attempt, lambda one: wanted.on(one, incident_id, which, ask), incident_id)

    async with open_store(config.section("store", StoreSettings)) as store:
        return await store.write(work)


def _act(config: Config, name: str) -> Act:
    """By its name. What the communications desk and the review do takes the whole configuration."""
    if name in ACTS:
        return ACTS[name]
    from tocsin.app.after import review_rules
    from tocsin.app.messages import communications_desk
    from tocsin.app.settings import Settings

    settings = Settings.read(config)
    if name in review.ACTS:
        return review.act_under(review_rules(settings), name)
    return communicate.act_at(communications_desk(settings), name)


async def incidents(config_path: ConfigPath, *, open_only: bool, limit: int) -> list[IncidentLine]:
    """The incidents in the store, newest declared first."""
    async with open_store(configuration.load(config_path).section("store", StoreSettings)) as store:
        found = await store.read(lambda ledger: ledger.incidents.recent(open_only=open_only, limit=limit))
    return [IncidentLine.of(one) for one in found]


async def undelivered(config_path: ConfigPath, incident_id: str, limit: int) -> list[Undelivered]:
    """What has not left the house, newest first; of one incident, or of all."""
    async with open_store(configuration.load(config_path).section("store", StoreSettings)) as store:
        found = await store.read(lambda ledger: ledger.outbox.undelivered(limit, incident_id))
    return [Undelivered.of(one) for one in found]


async def live_document(config_path: ConfigPath, incident_id: str) -> LiveDocument:
    """The live document of one incident. Raises NotFound."""

    def look(ledger: Ledger) -> LiveDocument:
        found = ledger.incidents.get(incident_id)
        if found is None:
            raise NotFound(f"there is no incident {incident_id[:80]!r}.", "List them with `tocsin incidents`.")
        return document(found, ledger.timeline.events(incident_id))

    async with open_store(configuration.load(config_path).section("store", StoreSettings)) as store:
        return await store.read(look)


async def make_token(config_path: ConfigPath, person: str, roles: list[Role], days: int) -> tuple[str, Token]:
    """A new token's text, which nobody can read again, and what is kept of it. Raises DataError."""
    clock = SystemClock()
    text, token = tokens.mint(RandomNames(clock).new("TOK"), person, roles, clock.now(), days)
    async with open_store(configuration.load(config_path).section("store", StoreSettings)) as store:
        await store.write(lambda ledger: ledger.tokens.put(token))
    return text, token


async def list_tokens(config_path: ConfigPath) -> list[tuple[Token, str]]:
    """Every token, newest first, with how it stands: live, revoked or expired."""
    now = SystemClock().now()
    async with open_store(configuration.load(config_path).section("store", StoreSettings)) as store:
        return [(one, tokens.standing(one, now)) for one in await store.read(lambda ledger: ledger.tokens.all())]


async def revoke_token(config_path: ConfigPath, token_id: str) -> None:
    """Ends a token at once. Raises NotFound when there is none of that id that still lives."""
    now = SystemClock().now()
    async with open_store(configuration.load(config_path).section("store", StoreSettings)) as store:
        if not await store.write(lambda ledger: ledger.tokens.revoke(token_id, now)):
            raise NotFound(f"there is no token {token_id[:80]!r} to revoke.", "List them with `tocsin token list`.")
