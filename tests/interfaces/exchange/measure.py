"""One reading in a fresh process, measured (读取的用量): memory of this process and of its child, and time."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange import read_table


def peak_mib(who: int) -> float:
    """The most memory this process, or one of its children, has held."""
    return resource.getrusage(who).ru_maxrss / 1024


def busy_seconds() -> float:
    """Seconds of work of this process and its children: what a reading takes on a machine with nothing else to do."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    """Read the file named on the command line and say what it took."""
    before, began = peak_mib(resource.RUSAGE_SELF), busy_seconds()
    found: dict[str, object] = {"code": "", "rows": 0, "read": 0}
    try:
        sheet = read_table(Path(sys.argv[1]), sys.argv[2])
        found |= {"rows": len(sheet.rows), "read": sheet.read, "last": str((*sheet.rows[-1].cells, "")[0])}
        found["code"] = "".join(problem.code for problem in sheet.problems[:1])
    except Refused as refused:
        found["code"] = refused.code
    found |= {
        "seconds": busy_seconds() - began,
        "own_mib": peak_mib(resource.RUSAGE_SELF) - before,
        "child_mib": peak_mib(resource.RUSAGE_CHILDREN),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
