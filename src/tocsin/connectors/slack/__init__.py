"""Slack: the Channel that messages leave by, the chat that answers those who act there, the settings, and a fake workspace."""

from tocsin.connectors.slack.channel import SlackChannel
from tocsin.connectors.slack.chat import SlackChat
from tocsin.connectors.slack.settings import SlackConfig, SlackPerson

__all__ = ["SlackChannel", "SlackChat", "SlackConfig", "SlackPerson"]
