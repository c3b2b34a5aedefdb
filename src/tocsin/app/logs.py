"""How tocsin logs: one line an event on standard error, JSON unless a person is watching. Called once by `build`.

Tracebacks carry no local variables: those hold alerts, and alerts hold secrets.
"""

import logging
import sys

import structlog
from structlog.typing import Processor


def configure() -> None:
    """Sets structlog up for this process; calling it again changes nothing.

    Clients tell at level INFO where each request goes, and such an address may hold a secret.
    """
    for name in ("httpx", "httpx2", "httpcore", "a2a"):
        logging.getLogger(name).setLevel(logging.WARNING)
    if structlog.is_configured():
        return
    said: list[Processor] = [structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)]
    shown = _shown(watched=sys.stderr.isatty())
    structlog.configure(
        processors=[*said, *shown],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_to_standard_error,
        cache_logger_on_first_use=False,
    )
    _libraries(said, shown)


def _to_standard_error(*_: object) -> structlog.PrintLogger:
    """Asked for each line: standard error may be another file by then than when logging was set up, and that one closed."""
    return structlog.PrintLogger(sys.stderr)


class _StandardError(logging.Handler):
    """The same for what libraries say."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line; logging's own way with a failure, which raises nothing."""
        try:
            print(self.format(record), file=sys.stderr, flush=True)
        except Exception:  # noqa: BLE001 - a log line that cannot be written stops nobody's work
            self.handleError(record)


def _shown(*, watched: bool) -> list[Processor]:
    if watched:
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def _libraries(said: list[Processor], shown: list[Processor]) -> None:
    """What libraries warn of, in the same form. A library that would set logging up in its own way finds it done."""
    form = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=said,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *shown],
    )
    handler = _StandardError()
    handler.setFormatter(form)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
