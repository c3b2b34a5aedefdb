"""Section `pagers` of the configuration, and the pagers it names. Read and opened by `app`."""

from collections.abc import Awaitable, Callable, Mapping

from tocsin.config import Config
from tocsin.connectors.apprise_pager import AppriseConfig, ApprisePager
from tocsin.connectors.pagerduty import PagerDuty, PagerDutyConfig
from tocsin.model.ground import Value
from tocsin.ports import Pager


class PagersConfig(Value):
    """How people are called. Every pager that is named is asked, and one that takes the call is enough."""

    pagerduty: PagerDutyConfig | None = None
    apprise: AppriseConfig | None = None


def open_pagers(settings: PagersConfig, config: Config) -> dict[str, Pager]:
    """The configured pagers by name. Raises ConfigError for a secret that is not where it should be."""
    pagers: dict[str, Pager] = {}
    if settings.pagerduty:
        key = config.secret(settings.pagerduty.routing_key, "pagers.pagerduty.routing_key")
        api = settings.pagerduty.api
        token = config.secret(api.token, "pagers.pagerduty.api.token") if api else ""
        pagers["pagerduty"] = PagerDuty(settings.pagerduty, key, token)
    if settings.apprise:
        urls = [config.secret(url, f"pagers.apprise.urls[{i}]") for i, url in enumerate(settings.apprise.urls)]
        pagers["apprise"] = ApprisePager(tuple(urls))
    return pagers


def scheduled(pagers: Mapping[str, Pager]) -> Callable[[str], Awaitable[tuple[str, ...]]] | None:
    """Who PagerDuty's own schedules name, where it is configured to say so; `oncall:primary` is the first schedule."""
    pager = pagers.get("pagerduty")
    if not isinstance(pager, PagerDuty) or not pager.knows_schedules:
        return None

    async def who(target: str) -> tuple[str, ...]:
        people = [one.person for one in await pager.on_call()]
        name = target.removeprefix("oncall:")
        if name == "primary":
            return tuple(people[:1])
        return tuple(people[int(name) - 1 : int(name)] if name.isdigit() else people) if target != name else ()

    return who
