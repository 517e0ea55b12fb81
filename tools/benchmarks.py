"""Keeps what benches measured (测量记录): `docs/benchmarks.json`, the tables of `docs/benchmarks.md`, and a plot.

python tools/benchmarks.py run ingest --scale S     measure and keep
python tools/benchmarks.py write                    write the page and the plot from what is kept
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from math import log10
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "docs" / "benchmarks.json"
PAGE = ROOT / "docs" / "benchmarks.md"
PLOT = ROOT / "docs" / "benchmarks.svg"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
WIDE, HIGH, EDGE = 760, 300, 60
COLOURS = ("#0b5fa5", "#b3541e", "#2f7d4f", "#7a3e9d")


def main(argv: Sequence[str]) -> int:
    """Runs one of the two; the status of the bench."""
    if argv[:1] == ["run"] and len(argv) > 1:
        return measure(argv[1], argv[2:])
    if argv == ["write"]:
        write()
        return 0
    print(__doc__, file=sys.stderr)
    return 2


def measure(name: str, options: Sequence[str]) -> int:
    """Measure one bench and keep its outcome under its name and size."""
    command = [sys.executable, "-m", "lianfang", "bench", name, *options, "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if not done.stdout.strip():
        return done.returncode or 1
    outcome = json.loads(done.stdout.strip().splitlines()[-1])
    outcome["date"] = datetime.now(UTC).date().isoformat()
    outcome["command"] = " ".join(["lianfang", "bench", name, *_public(options)])
    kept = read()
    kept[f"{name} {outcome['scale']}"] = outcome
    KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return done.returncode


def _public(options: Sequence[str]) -> list[str]:
    """The options without the folder that was kept."""
    given = list(options)
    if "--keep" in given:
        at = given.index("--keep")
        del given[at : at + 2]
    return given


def read() -> dict[str, Any]:
    """What is kept, by bench and size."""
    return json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}


def write() -> None:
    """Write the measured part of the page, and the plot."""
    kept = read()
    page = PAGE.read_text("utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{tables(kept)}\n{END}{after}", encoding="utf-8")
    PLOT.write_text(plot(series(kept)), encoding="utf-8")


def tables(kept: dict[str, Any]) -> str:
    """A table of bars, then every figure of every outcome."""
    lines = ["| bench | size | demand | figure | bar | |", "| --- | --- | --- | --- | --- | --- |"]
    for outcome in kept.values():
        for bar in outcome["bars"]:
            verdict = "met" if bar["met"] else "**short**"
            head = f"| `{outcome['bench']}` | {outcome['scale']} | {bar['bar']}"
            lines.append(f"{head} | {_shown(bar['figure'])} | {bar['demanded']} | {verdict} |")
    for outcome in kept.values():
        lines += ["", *_section(outcome)]
    return "\n".join(lines) + "\n"


def _section(outcome: dict[str, Any]) -> list[str]:
    machine = outcome["machine"]
    where = f"{machine['cores']} cores, {machine['memory_gib']} GiB, {machine['system']}, Python {machine['python']}"
    figures = ", ".join(f"{name} {_shown(value)}" for name, value in outcome["figures"].items())
    baseline = ", ".join(f"{name} {_shown(value)}" for name, value in outcome["baseline"].items())
    ratio = "" if outcome["ratio"] is None else f" Ratio {_shown(outcome['ratio'])}."
    return [
        f"**`{outcome['command']}`** ({outcome['date']}; {where})",
        "",
        f"Measured: {figures}.",
        "",
        f"Baseline of the same run: {baseline or 'none'}.{ratio}",
    ]


def _shown(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def series(kept: dict[str, Any]) -> dict[str, list[tuple[float, float]]]:
    """Points of cost against size, by name, from the member `curve` of outcomes: `[[size, cost], …]`."""
    found: dict[str, list[tuple[float, float]]] = {}
    for outcome in kept.values():
        for name, points in outcome["figures"].get("curve", {}).items():
            found.setdefault(name, []).extend((float(x), float(y)) for x, y in points)
    return {name: sorted(points) for name, points in found.items() if len(points) > 1}


def plot(found: dict[str, list[tuple[float, float]]]) -> str:
    """Small panels side by side, one a series: size across (logarithmic), cost upwards from zero."""
    wide = WIDE / max(1, len(found))
    panels = [_panel(n, name, points, wide) for n, (name, points) in enumerate(sorted(found.items()))]
    body = "\n".join(panels)
    style = "font:11px sans-serif"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" style="{style}">\n{body}\n</svg>\n'


def _panel(number: int, name: str, points: list[tuple[float, float]], wide: float) -> str:
    left, right, top, bottom = number * wide + EDGE, (number + 1) * wide - 12, 34, HIGH - 40
    low, high = log10(points[0][0] or 1), log10(points[-1][0])
    most = max(y for _, y in points) * 1.15 or 1
    placed = [
        (left + (log10(x or 1) - low) / ((high - low) or 1) * (right - left), bottom - y / most * (bottom - top))
        for x, y in points
    ]
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y in placed)
    dots = "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3"/>' for x, y in placed)
    sizes = "".join(
        f'<text x="{x:.0f}" y="{bottom + 14}" text-anchor="middle" fill="#333">{size:,.0f}</text>'
        for (x, _), (size, _) in zip(placed, points, strict=True)
    )
    costs = "".join(
        f'<text x="{left - 6}" y="{bottom - share * (bottom - top):.0f}" text-anchor="end" fill="#333">'
        f"{most * share:.3g}</text>"
        for share in (0, 0.5, 1)
    )
    colour = COLOURS[number % len(COLOURS)]
    return (
        f'<g fill="{colour}" stroke="none"><text x="{left}" y="18" fill="#111">{name}</text>'
        f'<path d="M{left},{top}V{bottom}H{right}" fill="none" stroke="#999"/>'
        f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}{sizes}{costs}</g>'
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
