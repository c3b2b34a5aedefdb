"""Slack's way in: signed requests of buttons, commands and events, from people whom the configuration names."""

from tocsin.web.slack.door import SlackDoor
from tocsin.web.slack.routes import router

__all__ = ["SlackDoor", "router"]
