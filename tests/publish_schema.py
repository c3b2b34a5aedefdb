"""Writes docs/incident-report.schema.json from the code, for `make docs`."""

import json
from pathlib import Path

from tocsin.model.report import json_schema

if __name__ == "__main__":
    path = Path(__file__).resolve().parents[1] / "docs" / "incident-report.schema.json"
    path.write_text(json.dumps(json_schema(), indent=2) + "\n")
    print(f"wrote {path.name}")
