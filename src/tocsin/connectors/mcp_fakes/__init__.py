"""Played MCP servers over real HTTP: the tool names and shapes of Grafana's, PagerDuty's and Slack's own servers.

For tests and demonstrations. Each remembers what it was asked; none reaches out to anything.
"""

from tocsin.connectors.mcp_fakes.issuing import Issuer
from tocsin.connectors.mcp_fakes.played import Played, grafana, pagerduty, slack
from tocsin.connectors.mcp_fakes.serving import issuing, serving

__all__ = ["Issuer", "Played", "grafana", "issuing", "pagerduty", "serving", "slack"]
