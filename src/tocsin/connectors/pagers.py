"""Section `pagers` of the configuration, and the pagers it names. Read and opened by `app`."""

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
        pagers["pagerduty"] = PagerDuty(settings.pagerduty, key)
    if settings.apprise:
        urls = [config.secret(url, f"pagers.apprise.urls[{i}]") for i, url in enumerate(settings.apprise.urls)]
        pagers["apprise"] = ApprisePager(tuple(urls))
    return pagers
