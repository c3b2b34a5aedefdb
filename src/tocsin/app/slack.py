"""Slack's door as the configuration describes it: the signing secret, who is who, and the bot that answers. Called by `service`."""

from tocsin.config import Config
from tocsin.connectors.slack import SlackChat, SlackConfig, SlackPerson
from tocsin.model.identity import Principal
from tocsin.web.slack import SlackDoor
from tocsin.web.slack.door import Member


def slack_door(settings: SlackConfig | None, config: Config) -> SlackDoor | None:
    """None where Slack is not configured, or not trusted to send anything. Raises ConfigError for a missing secret."""
    if settings is None or settings.signing_secret is None:
        return None
    return SlackDoor(
        secret=config.secret(settings.signing_secret, "channels.slack.signing_secret"),
        people={user: _member(one) for user, one in settings.people.items()},
        chat=SlackChat(settings, config.secret(settings.token, "channels.slack.token")),
        notes_per_minute=settings.notes_per_minute,
    )


def _member(one: SlackPerson) -> Member:
    return Member(Principal(id=one.person, roles=one.roles, via="slack"), leader=one.leader)
