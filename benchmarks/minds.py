"""A house in which a scripted model plays every role: what the yardsticks of models share. Real HTTP, no real model, no money."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tocsin import config
from tocsin.app import once
from tocsin.grading import Suite, load_suite
from tocsin.playbooks.shelf import shipped

SUITE = Path(__file__).resolve().parents[1] / "examples" / "grading" / "squad.yaml"
MODEL = "scripted:1"


@contextmanager
def playbooks() -> Iterator[Path]:
    """A folder with the shipped documents, each `player: built-in` turned into the scripted model: one line for each role."""
    with TemporaryDirectory() as folder:
        for name, text in shipped():
            played = text.replace("player: built-in", f'model: "{MODEL}"')
            Path(folder, name.removeprefix("shipped/")).write_text(played)
        yield Path(folder)


def settings(folder: Path, url: str, **budget: int) -> config.Config:
    """The house, in memory, with that model and these budgets."""
    own = {
        "store": {"url": "memory:"},
        "playbooks": {"folders": [str(folder)]},
        "models": {"known": {MODEL: {"url": url, "price_in": 1.0, "price_out": 3.0}}, "budget": budget},
    }
    return config.Config(config.merged(own), {}, "benchmark")


def suite() -> Suite:
    """The grading suite."""
    return load_suite(SUITE)


async def responded(
    loaded: config.Config, alert: str | bytes, evidence: Path | None, catalogue: dict[str, Any] | None
) -> once.Response:
    """One case of the suite, as `tocsin eval` plays it."""
    body = alert.encode() if isinstance(alert, str) else alert
    case = loaded.with_section("catalogue", catalogue) if catalogue else loaded
    return await once.respond_once(body, config=case, evidence=evidence)
