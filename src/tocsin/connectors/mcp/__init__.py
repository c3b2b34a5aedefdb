"""MCP servers as tool boxes: over Streamable HTTP or standard input and output.

Which servers may be spoken to is configuration: an address in a document counts only where `tools` names or maps it. What a
server answers is data: bounded here, judged and redacted by whoever asked.
"""

from tocsin.connectors.mcp.box import McpBox
from tocsin.connectors.mcp.servers import McpServers
from tocsin.connectors.mcp.settings import OAuthSettings, ServerSettings, ToolsSettings

__all__ = ["McpBox", "McpServers", "OAuthSettings", "ServerSettings", "ToolsSettings"]
