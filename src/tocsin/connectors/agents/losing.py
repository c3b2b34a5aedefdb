"""How an agent elsewhere is waited for, and what is said when it is lost. Shared by the transports."""

from tocsin.errors import SourceError

FIRST_LOOK, SLOWER = 0.1, 1.5
"""Seconds until an agent at work is first asked, and by how much more at each time."""


def lost(name: str, why: str) -> SourceError:
    """An agent that cannot be counted on, and why."""
    return SourceError(f"agent {name} {why}.", "See `tocsin agents check`.", code="TCS-AGENT-LOST")


def said(failure: BaseException) -> str:
    """A failure of somebody else's library in one short line."""
    return " ".join((str(failure) or type(failure).__name__).split())[:200].rstrip(".")
