"""The reading process (读取进程): reads one table under hard limits, writes records to its standard output, and ends.

Started as `python -m lianfang.interfaces.exchange.child REQUEST`; it knows no database, no network and no framework.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.ndjson import read_lines
from lianfang.interfaces.exchange.sheet import Limits
from lianfang.interfaces.exchange.text_table import read_text
from lianfang.interfaces.exchange.wire import Record, encoded, encoded_refusal
from lianfang.interfaces.exchange.workbook import read_workbook

OPEN_FILES = 32


def records(request: Mapping[str, Any]) -> Iterator[Record]:
    """The records of the table that is asked for; `Refused` when it cannot be read."""
    path, limits = Path(request["path"]), Limits(**request["limits"])
    if request["kind"] == "workbook":
        return read_workbook(path, request["sheet"], request["from_1904"], blocks=request.get("blocks", False))
    if request["kind"] == "ndjson":
        return read_lines(path, limits)
    return read_text(path, limits)


def confine(limits: Limits) -> None:
    """Give up what reading a table does not need: memory, time, files to write, processes to start."""
    memory = limits.memory_mib << 20
    _lower(resource.RLIMIT_AS, memory, memory)
    _lower(resource.RLIMIT_CPU, limits.seconds, limits.seconds + 1)
    _lower(resource.RLIMIT_CORE, 0, 0)
    _lower(resource.RLIMIT_FSIZE, 0, 0)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES)
    _lower(resource.RLIMIT_NPROC, 0, 0)


def _lower(kind: int, soft: int, hard: int) -> None:
    with contextlib.suppress(ValueError, OSError):  # a limit that is lower already stays
        resource.setrlimit(kind, (soft, hard))


def answer(found: Iterator[Record], out: BinaryIO) -> None:
    """Write every record, and in the end either the end or the reason why there is none."""
    try:
        for record in found:
            out.write(encoded(record))
    except Refused as refused:
        out.write(encoded_refusal(refused))
    except MemoryError:
        out.write(encoded_refusal(Refused("file.too_large", memory=True)))
    out.flush()


def main() -> None:
    """Read the request, confine this process, answer."""
    request = json.loads(sys.argv[1])
    confine(Limits(**request["limits"]))
    try:
        answer(records(request), sys.stdout.buffer)
    except BaseException as ended:  # a reader's panic is no ordinary exception
        sys.exit(type(ended).__name__)


if __name__ == "__main__":
    main()
