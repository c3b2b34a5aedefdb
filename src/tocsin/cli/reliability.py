"""A reliability curve drawn in letters: for each step of confidence how many answers, how sure, how often right. Pure.

Used by the verb `calibration` and by the benchmark of that name.
"""

from collections.abc import Iterable

from tocsin.analysis.calibration import Bin, error

WIDTH = 40


def drawn(curve: Iterable[Bin]) -> list[str]:
    """One line for each bin, the error below. `#` is how often right, `|` how sure: where both meet, it can be believed."""
    points = list(curve)
    if not points:
        return ["No answer has been judged yet."]
    head = f"{'confidence':>11} {'answers':>8} {'sure':>5} {'right':>6}"
    off = error(points)
    return [head, *(_line(one) for one in points), f"expected calibration error {off:.3f}"]


def _line(one: Bin) -> str:
    bar = list(f"{'#' * round(one.accuracy * WIDTH):<{WIDTH + 1}}")
    bar[round(one.confidence * WIDTH)] = "|"
    return f"{one.low:>5.0%}-{one.high:<5.0%} {one.n:>8} {one.confidence:>5.0%} {one.accuracy:>6.0%}  {''.join(bar).rstrip()}"
