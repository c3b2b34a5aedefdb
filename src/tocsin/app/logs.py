"""How tocsin logs: one line an event on standard error, JSON unless a person is watching. Called once by `build`.

Tracebacks carry no local variables: those hold alerts, and alerts hold secrets.
"""

import logging
import sys

import structlog


def configure() -> None:
    """Sets structlog up for this process; calling it again changes nothing.

    Clients tell at level INFO where each request goes, and such an address may hold a secret.
    """
    for name in ("httpx", "httpx2", "httpcore", "a2a"):
        logging.getLogger(name).setLevel(logging.WARNING)
    if structlog.is_configured():
        return
    watched = sys.stderr.isatty()
    shown = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([shown] if watched else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
