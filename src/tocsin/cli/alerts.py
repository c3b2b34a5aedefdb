"""The verb `parse`, which reads a webhook body, and what all verbs share: where the configuration is, and JSON or not."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from tocsin.errors import DataError

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", help="Configuration file (default: ./tocsin.yaml).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]


def parse(
    file: Annotated[str, typer.Argument(help="A webhook body; - reads standard input.")],
    source: Annotated[str, typer.Option(help="The vendor; by default every source is asked.")] = "auto",
    header: Annotated[list[str] | None, typer.Option(help="A header of the delivery, K=V; may be given again.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read a vendor's webhook body and show the alerts in it. Nothing is stored."""
    from tocsin import app

    found = app.parse(read_body(file), source=source, headers=_headers(header or []), config_path=config)
    if as_json or not sys.stdout.isatty():
        print(json.dumps([json.loads(alert.model_dump_json()) for alert in found], indent=2, ensure_ascii=False))
        return
    from tocsin.cli import terminal

    terminal.show_alerts(found)


def read_body(file: str) -> bytes:
    """The bytes of a file, or of standard input for `-`."""
    if file == "-":
        return sys.stdin.buffer.read()
    path = Path(file)
    try:
        return path.read_bytes()
    except OSError as failure:
        raise DataError(
            f"Cannot read {path}: {failure.strerror}.", "Give a file that exists, or - for standard input."
        ) from failure


def _headers(pairs: list[str]) -> dict[str, str]:
    split = [pair.partition("=") for pair in pairs]
    return {name.strip().lower(): value for name, _, value in split}
