"""Draws docs/demo.svg, the README's picture, from a real run of the demo's first chapters. Run by `make docs`."""

import asyncio
import re
from io import StringIO
from pathlib import Path

from rich.console import Console

from tocsin import config
from tocsin.app import once
from tocsin.cli import terminal

ROOT = Path(__file__).resolve().parents[1]
SNAPSHOT = ROOT / "examples" / "snapshots" / "payments-pool-exhaustion"

if __name__ == "__main__":
    loaded = config.Config(config.merged({}), {}, "demo")
    told = asyncio.run(once.respond_once((SNAPSHOT / "alert.json").read_bytes(), evidence=SNAPSHOT, config=loaded))
    canvas = Console(record=True, width=110, file=StringIO())
    for part in (
        terminal.headline(told.incident),
        terminal.findings(told.incident),
        terminal.diagnosis(told.incident),
        terminal.fix(told.incident),
    ):
        canvas.print(part)
    drawn = canvas.export_svg(title="tocsin demo")
    without_fonts = re.sub(r"@font-face \{.*?\}", "", drawn, flags=re.DOTALL)  # a picture that asks nobody for anything
    (ROOT / "docs" / "demo.svg").write_text(without_fonts)
    print("drew docs/demo.svg")
