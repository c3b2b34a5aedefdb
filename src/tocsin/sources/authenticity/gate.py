"""The one question the hooks ask of a delivery before reading it: did this sender prove itself? Called by the face, through app.

Whether a source without any secret may be heard at all is the face's decision (only on loopback): ask `is_configured`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tocsin.config import Config
from tocsin.errors import SourceError, Unauthentic
from tocsin.sources.authenticity import signatures, sns
from tocsin.sources.authenticity.settings import Scheme, SourceSettings, SourcesSettings
from tocsin.sources.authenticity.sns import Fetch


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
    """All sources' settings with their secrets read once. `check` for each delivery; `confirm` for SNS subscriptions."""

    def __init__(self, config: Config, fetch: Fetch = _no_fetch) -> None:
        """Raises ConfigError, with its path, for a secret that is not where it should be."""
        self._settings = config.section("sources", SourcesSettings)
        self._fetch = _remembering(fetch)
        self._plain_fetch = fetch
        self._secrets = {
            name: tuple(config.secret(one, f"sources.{name}.secrets[{i}]") for i, one in enumerate(entry.secrets))
            for name, entry in self._settings.root.items()
        }

    def is_configured(self, source: str) -> bool:
        """True when there is something to check that source against."""
        return self._settings.of(source).is_configured

    async def check(self, source: str, arrival: Arrival, now: datetime) -> None:
        """Raises Unauthentic unless the sender proved itself."""
        settings = self._settings.of(source)
        await authenticate(source, settings, self._secrets.get(source, ()), arrival, now, self._fetch)

    async def confirm(self, arrival: Arrival, now: datetime) -> bool:
        """Answers an SNS subscription confirmation, if this is a genuine one. Raises Unauthentic or SourceError."""
        return await sns.confirm(arrival.body, self._settings.of("aws_sns"), now, self._plain_fetch)


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
