"""A played workspace of Slack: its Web API over real HTTP, and members who press, say, pin and command. For tests and demos."""

from tocsin.connectors.slack.fake.member import Member
from tocsin.connectors.slack.fake.server import serving
from tocsin.connectors.slack.fake.workspace import Channel, Workspace

__all__ = ["Channel", "Member", "Workspace", "serving"]
