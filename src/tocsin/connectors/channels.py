"""Section `channels` of the configuration, and the channels it names. Read and opened by `app`.

A channel is called by the name of its setting; of webhooks there are several, called `webhook:NAME`. Who is told what is decided
in the corridor; here stands only which audiences each channel reaches.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from tocsin.config import Config
from tocsin.connectors.apprise_channel import AppriseChannel, AppriseChannelConfig
from tocsin.connectors.email_channel import Email, EmailConfig
from tocsin.connectors.outbound import Outbound, OutboundSettings
from tocsin.connectors.slack import SlackChannel, SlackConfig
from tocsin.connectors.statuspage import Statuspage, StatuspageConfig
from tocsin.connectors.system import SystemClock
from tocsin.connectors.teams import Teams, TeamsConfig
from tocsin.connectors.webhooks import Webhook, WebhookConfig
from tocsin.model.ground import Value
from tocsin.model.update import Audience
from tocsin.ports import Channel

WebhookName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")]


class ChannelsConfig(Value):
    """Where messages go. What is not named here is told nothing."""

    teams: TeamsConfig | None = None
    email: EmailConfig | None = None
    statuspage: StatuspageConfig | None = None
    webhooks: dict[WebhookName, WebhookConfig] = Field(default_factory=dict)
    apprise: AppriseChannelConfig | None = None
    slack: SlackConfig | None = None

    def reaching(self) -> dict[Audience, tuple[str, ...]]:
        """The names of the channels that reach each audience."""
        served = {
            name: one.audiences
            for name in type(self).model_fields
            if name != "webhooks" and (one := getattr(self, name)) is not None
        } | {f"webhook:{name}": one.audiences for name, one in self.webhooks.items()}
        return {audience: tuple(name for name, some in served.items() if audience in some) for audience in Audience}


def open_channels(config: Config) -> Mapping[str, Channel]:
    """The configured channels by name. Raises ConfigError for a secret that is not where it should be."""
    settings = config.section("channels", ChannelsConfig)
    outbound, clock = Outbound(config.section("outbound", OutboundSettings)), SystemClock()
    channels: list[Channel] = []
    if settings.teams:
        channels.append(Teams.opened(settings.teams, config, outbound))
    if settings.email:
        channels.append(Email.opened(settings.email, config))
    if settings.statuspage:
        channels.append(Statuspage.opened(settings.statuspage, config))
    if settings.apprise:
        channels.append(AppriseChannel.opened(settings.apprise, config))
    if settings.slack:
        channels.append(SlackChannel.opened(settings.slack, config))
    channels += [Webhook.opened(name, one, config, outbound, clock) for name, one in settings.webhooks.items()]
    return {one.name: one for one in channels}
