"""The one question the hooks ask of a delivery before reading it: did this sender prove itself? Called by the face, through app.

Whether a source without any secret may be heard at all is the face's decision: `check` then answers False.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tocsin.config import Config
from tocsin.errors import SourceError, Unauthentic
from tocsin.model.alert import Delivery
from tocsin.sources.authenticity import signatures, sns
from tocsin.sources.authenticity.settings import Scheme, SourceSettings, SourcesSettings
from tocsin.sources.authenticity.sns import Fetch
from tocsin.sources.registry import canonical


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came over the wire: the raw body, all headers in lower case, and the token of path or query ("" when none)."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    token: str = ""


async def _no_fetch(url: str) -> bytes:
    raise SourceError(f"No outbound client is configured to fetch {url[:80]}.", "Enable the outbound client.")


async def authenticate(
    source: str,
    settings: SourceSettings,
    secrets: Sequence[str],
    arrival: Arrival,
    now: datetime,
    fetch: Fetch = _no_fetch,
) -> None:
    """Returns when the sender proved itself; raises Unauthentic otherwise, also when there is nothing to check against."""
    scheme = settings.scheme_for(source)
    if scheme is Scheme.SNS:
        await sns.verify(arrival.body, settings, now, fetch)
    elif not _holds(scheme, settings, secrets, arrival, now):
        raise Unauthentic(
            f"The sender did not prove that it is {source} ({scheme}).",
            f"Compare its secret with `sources.{source}.secrets`, and that the body is not changed on its way.",
        )


def _holds(scheme: Scheme, settings: SourceSettings, secrets: Sequence[str], arrival: Arrival, now: datetime) -> bool:
    body, headers = arrival.body, arrival.headers
    if scheme is Scheme.PAGERDUTY:
        return signatures.pagerduty(body, headers, secrets)
    if scheme is Scheme.SENTRY:
        return signatures.sentry(body, headers, secrets)
    if scheme is Scheme.HMAC:
        return signatures.hmac_header(body, headers, secrets, settings.header, settings.prefix)
    if scheme is Scheme.GRAFANA:
        return signatures.grafana(
            body,
            headers,
            secrets,
            now,
            header=settings.header,
            timestamp_header=settings.timestamp_header,
            tolerance=timedelta(seconds=settings.tolerance_seconds),
        )
    return signatures.shared(headers, arrival.token, secrets, settings.header)


class Gate:
    """All sources' settings with their secrets read once. Built by app; `check` for each delivery, `confirm` for SNS."""

    def __init__(self, config: Config, fetch: Fetch = _no_fetch) -> None:
        """Raises ConfigError, with its path, for a secret that is not where it should be."""
        entries = config.section("sources", SourcesSettings).root
        self._settings = {canonical(name): entry for name, entry in entries.items()}
        self._secrets = {
            canonical(name): tuple(
                config.secret(one, f"sources.{name}.secrets[{i}]") for i, one in enumerate(entry.secrets)
            )
            for name, entry in entries.items()
        }
        self._fetch = fetch
        self._fetch_certificate = _remembering(fetch)

    def is_configured(self, source: str) -> bool:
        """True when there is something to check that source against."""
        return self._of(source).is_configured

    async def check(self, source: str, body: bytes, headers: Mapping[str, str], *, token: str, now: datetime) -> bool:
        """True when the sender proved itself, False when nothing is configured to check it against. Raises Unauthentic.

        `headers` are complete, their names in lower case; `token` is the one of path or query, or "".
        """
        settings = self._of(source)
        if not settings.is_configured:
            return False
        name = canonical(source)
        arrival = Arrival(body, headers, token)
        await authenticate(name, settings, self._secrets.get(name, ()), arrival, now, self._fetch_certificate)
        return True

    async def confirm(self, delivery: Delivery) -> bool:
        """Answers an SNS subscription confirmation; False when this is none. Raises Unauthentic or SourceError."""
        return await sns.confirm(delivery.body, self._of("aws_sns"), delivery.received_at, self._fetch)

    def _of(self, source: str) -> SourceSettings:
        return self._settings.get(canonical(source), SourceSettings())


def _remembering(fetch: Fetch, limit: int = 16) -> Fetch:
    """Amazon's certificates change rarely: each is fetched once, and the newest few are kept."""
    kept: dict[str, bytes] = {}

    async def remember(url: str) -> bytes:
        if url not in kept:
            if len(kept) >= limit:
                kept.pop(next(iter(kept)))
            kept[url] = await fetch(url)
        return kept[url]

    return remember
