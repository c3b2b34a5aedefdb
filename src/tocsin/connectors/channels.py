"""Section `channels` of the configuration, and the channels it names. Read and opened by `app`.

A channel is called by the name of its setting. Who is told what is decided in the corridor; here stands only which audiences
each channel reaches.
"""

from collections.abc import Mapping

from tocsin.config import Config
from tocsin.connectors.apprise_channel import AppriseChannel, AppriseChannelConfig
from tocsin.connectors.slack import SlackChannel, SlackConfig
from tocsin.model.ground import Value
from tocsin.model.update import Audience
from tocsin.ports import Channel


class ChannelsConfig(Value):
    """Where messages go. What is not named here is told nothing."""

    apprise: AppriseChannelConfig | None = None
    slack: SlackConfig | None = None

    def reaching(self) -> dict[Audience, tuple[str, ...]]:
        """The names of the channels that reach each audience."""
        named = {name: getattr(self, name) for name in type(self).model_fields}
        served = {name: frozenset(one.audiences) for name, one in named.items() if one is not None}
        return {audience: tuple(name for name, some in served.items() if audience in some) for audience in Audience}


def open_channels(config: Config) -> Mapping[str, Channel]:
    """The configured channels by name. Raises ConfigError for a secret that is not where it should be."""
    settings = config.section("channels", ChannelsConfig)
    channels: dict[str, Channel] = {}
    if settings.apprise:
        channels["apprise"] = AppriseChannel.opened(settings.apprise, config)
    if settings.slack:
        channels["slack"] = SlackChannel.opened(settings.slack, config)
    return channels
