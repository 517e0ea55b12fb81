"""`lianfang bench import` (导入测量): answers of a province from files, beside COPY of the same rows in the same run.

Every import runs in a process of its own, as the command does, so that its memory is its own.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import date, datetime
from datetime import time as clock_time
from pathlib import Path
from subprocess import PIPE
from subprocess import run as start
from typing import Any, Final
from zoneinfo import ZoneInfo

from lianfang.bench import import_people as made
from lianfang.bench.import_stages import peak_mib, readers_peak, timed
from lianfang.bench.measure import Bar, Outcome
from lianfang.bench.place import place
from lianfang.interfaces.server.postgres import Cluster
from lianfang.interfaces.server.trouble import say

ZONE: Final = ZoneInfo("Asia/Shanghai")
DAYS: Final = {  # each file is of a day of its own, so that every row is new
    name: date(2026, 3, day)
    for day, name in enumerate(("csv", "xlsx_65537", "csv_200000", "xlsx_million", "csv_20000"), start=2)
}
CLASSES: Final = {"S": 2_500}  # else 25,000
ALL_CLASSES: Final = 25_000
FEW: Final = 65_537  # one more than old spreadsheets could hold
SMALL: Final = 20_000
MIDDLING: Final = 200_000  # rows up to which memory is bounded
CURVE: Final = "import: seconds by rows"
SHARE, FEW_SECONDS, MANY_SECONDS, MIB = 0.2, 3, 25, 512
_SCHOOLS_A_COUNTY, _CLASSES_A_SCHOOL = 40, 25


def run(scale: str, *, keep_in: Path | None) -> Outcome:
    """See issue 3: CSV at least a fifth of COPY, XLSX of 65,537 rows in 3 s and a million in 25 s, below 512 MiB."""
    with place(keep_in) as here:
        classes = _populated(CLASSES.get(scale, ALL_CLASSES))
        files = _files(here.state / "files", classes)
        _open_days(Cluster(here.state).url("lianfang", "superuser"))
        baseline = _copy(files["csv"])
        figures: dict[str, Any] = {"rows": baseline["rows"]}
        for name, path in files.items():
            say(f"Importing {path.name} …")
            figures[name] = _imported(path, DAYS[name])
    figures["curve"] = {CURVE: sorted([one["read"], one["seconds"]] for name, one in _texts(figures))}
    ratio = figures["csv"]["rows_per_second"] / baseline["rows_per_second"]
    return Outcome("import", scale, figures, baseline, ratio, _bars(figures, ratio))


def _texts(figures: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(name, one) for name, one in figures.items() if name.startswith("csv")]


def _bars(figures: dict[str, Any], ratio: float) -> Sequence[Bar]:
    bars = [Bar("CSV rows per second to COPY", ratio, "at least", SHARE)]
    if "xlsx_65537" in figures:
        bars.append(Bar("XLSX of 65,537 rows, seconds", figures["xlsx_65537"]["seconds"], "at most", FEW_SECONDS))
    if "xlsx_million" in figures:
        bars.append(Bar("XLSX of a million rows, seconds", figures["xlsx_million"]["seconds"], "at most", MANY_SECONDS))
    bounded = [one for one in figures.values() if isinstance(one, dict) and 0 < one.get("read", 0) <= MIDDLING]
    most = max(max(one["own_mib"], one["reader_mib"]) for one in bounded)
    bars.append(Bar("memory of a process up to 200,000 rows, MiB", most, "at most", MIB))
    return bars


def _populated(count: int) -> list[str]:
    """The codes of the classes, with everybody on their rosters; made once in a place that is kept."""
    from lianfang.bench.import_place import populate  # noqa: PLC0415  models need Django set up

    codes = [f"K{n:05d}" for n in range(count)]
    populate(codes, schools=_CLASSES_A_SCHOOL, counties=_SCHOOLS_A_COUNTY)
    return codes


def _open_days(superuser: str) -> None:
    from lianfang.bench.import_place import forget_answers, open_days  # noqa: PLC0415

    forget_answers(superuser)
    open_days(sorted(DAYS.values()))


def _files(folder: Path, classes: list[str]) -> dict[str, Path]:
    folder.mkdir(exist_ok=True)
    count = len(classes) * made.CLASS_SIZE
    wanted = {
        "csv_20000": ("answers-20000.csv", SMALL), "csv": ("answers.csv", count),
        "xlsx_65537": ("answers-65537.xlsx", FEW),
    }  # fmt: skip
    if count > MIDDLING:
        wanted |= {"csv_200000": ("answers-200000.csv", MIDDLING), "xlsx_million": ("answers-million.xlsx", count)}
    return {name: _file(folder / file, classes, DAYS[name], most) for name, (file, most) in wanted.items()}


def _file(path: Path, classes: list[str], day: date, most: int) -> Path:
    if not path.exists():
        say(f"Writing {path.name} …")
        rows = (row for row, _ in zip(made.answers(made.pupils(classes), day), range(most), strict=False))
        made.write_csv(path, rows) if path.suffix == ".csv" else made.write_workbook(path, rows)
    return path


def _copy(path: Path) -> dict[str, Any]:
    """The baseline: the file as it is, into a staging table of text."""
    from django.db import connection, transaction  # noqa: PLC0415

    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor, path.open("rb") as file:
        columns = ", ".join(f"c{n} text" for n in range(len(made.HEADER)))
        cursor.execute(f"CREATE TEMPORARY TABLE baseline ({columns}) ON COMMIT DROP")
        with cursor.copy("COPY baseline FROM STDIN (FORMAT csv, HEADER)") as copy:
            while piece := file.read(1 << 20):
                copy.write(piece)
        rows = cursor.rowcount
    seconds = time.perf_counter() - began
    return {"rows": rows, "seconds": round(seconds, 2), "rows_per_second": round(rows / seconds)}


def _imported(path: Path, day: date) -> dict[str, Any]:
    done = start([sys.executable, "-m", __name__, str(path), str(day)], env=os.environ, stdout=PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _import_here(path: Path, day: date) -> dict[str, Any]:
    """Import one file in this process, as the installer."""
    import django  # noqa: PLC0415

    django.setup()
    from lianfang.interfaces.exchange.imports import receive  # noqa: PLC0415
    from lianfang.interfaces.exchange.sheet import LOCAL  # noqa: PLC0415
    from lianfang.kernel import clock  # noqa: PLC0415
    from lianfang.kernel.accounts.actor import SYSTEM  # noqa: PLC0415

    with clock.at(datetime.combine(day, clock_time(16, 5), ZONE)), readers_peak() as reader, timed() as steps:
        began = time.perf_counter()
        kept = receive(SYSTEM, "reports", path.name, path, keep_good=True, limits=LOCAL)
        seconds = time.perf_counter() - began
    return {
        "seconds": round(seconds, 2), "rows_per_second": round(kept.read / seconds), "stage": kept.stage,
        "read": kept.read, "written": kept.written, "refused": kept.refused, "listed": len(kept.problems),
        "own_mib": round(peak_mib()), "reader_mib": round(reader[-1]),
        "steps": {step: round(spent, 2) for step, spent in steps.items()},
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(_import_here(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]))))
