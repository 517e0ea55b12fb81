"""`lianfang bench NAME` (性能测量): one measurement, its baseline of the same run, the ratio, and the bars."""

from __future__ import annotations

import argparse
import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from lianfang.bench.measure import Outcome
from lianfang.interfaces.server.trouble import FAILED

SCALES: Final = ("S", "M", "L", "XL")
# A bench is one module with `run(scale: str, *, keep_in: Path | None) -> Outcome`.
BENCHES: Final[Mapping[str, str]] = MappingProxyType(
    {
        name: f"lianfang.bench.{name}"
        for name in ("ingest", "rollcall", "board", "rollup", "verify", "province", "chains", "analysis")
    }
    | {"rooms": "lianfang.bench.site_board", "wall": "lianfang.bench.wall"}
    | {"import": "lianfang.bench.import_", "export": "lianfang.bench.export", "overload": "lianfang.bench.overload"}
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See contract section 2."""
    parser.add_argument("name", metavar="NAME", choices=sorted(BENCHES), help=", ".join(sorted(BENCHES)))
    parser.add_argument("--scale", choices=SCALES, default="S", help="S (default) fits a laptop, XL is the province")
    parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")
    parser.add_argument("--keep", metavar="DIR", type=Path, help="keep the filled database in DIR and find it again")


def run(args: argparse.Namespace) -> int:
    """Returns 0 when every bar is met, else 1."""
    outcome: Outcome = importlib.import_module(BENCHES[args.name]).run(args.scale, keep_in=args.keep)
    shown = outcome.as_json()
    print(json.dumps(shown, ensure_ascii=False) if args.json else in_words(shown))
    return 0 if shown["met"] else FAILED


def in_words(shown: Mapping[str, Any]) -> str:
    """The same for people: a line a figure, then a line a bar."""
    figures = [f"  {name}: {value}" for name, value in shown["figures"].items()]
    baseline = [f"  {name}: {value}" for name, value in shown["baseline"].items()]
    bars = [_bar(bar) for bar in shown["bars"]]
    ratio = [] if shown["ratio"] is None else [f"ratio: {shown['ratio']}"]
    head = f"bench {shown['bench']}, size {shown['scale']}, {shown['machine']['cores']} cores"
    return "\n".join([head, *figures, "baseline in the same run", *baseline, *ratio, *bars])


def _bar(bar: Mapping[str, Any]) -> str:
    verdict = "met    " if bar["met"] else "NOT MET"
    return f"{verdict} {bar['bar']}: {bar['figure']} ({bar['demanded']})"
