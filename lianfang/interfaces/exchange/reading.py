"""Reading an uploaded or pasted table (读取导入表): a first look here, the reading in a child process."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.guard import Looked, inspect
from lianfang.interfaces.exchange.package import Only
from lianfang.interfaces.exchange.process import child_records
from lianfang.interfaces.exchange.sheet import Limits, Sheet
from lianfang.interfaces.exchange.table import assemble
from lianfang.interfaces.exchange.wire import Record

BYTES_A_CELL = 32  # of a sheet's XML, about

Reader = Callable[[Mapping[str, Any], Limits], AbstractContextManager[Iterator[Record]]]


def read_table(path: Path, filename: str, limits: Limits | None = None, *, reader: Reader = child_records) -> Sheet:
    """The table in this file, whole and as it was stored; nothing is written anywhere.

    `filename` is the name the file was uploaded with. Raises `Refused` when there is no table to be had: `file.*`,
    `encoding`, `csv.*`. What is wrong with single rows and cells is in `Sheet.problems`.
    """
    limits = limits or Limits()
    with ExitStack() as opened:
        early: list[Iterator[Record]] = []

        def begin(only: Only) -> None:
            early.append(opened.enter_context(reader(_request_of(path, only, limits), limits)))

        # An upload is looked at whole before any reader sees it; a file on the machine's own disk is trusted that far.
        looked = inspect(path, filename, limits, begin if limits.times_upload > 1 else None)
        records = early[0] if early else opened.enter_context(reader(_request(path, looked, limits), limits))
        return assemble(looked, records, limits)


def read_given(content: bytes | Path, filename: str, limits: Limits, *, reader: Reader = child_records) -> Sheet:
    """The table in a file that was given as its bytes or by where it lies; as `read_table`, and `file.too_large`."""
    if isinstance(content, Path):
        return read_table(content, filename, limits, reader=reader)
    if len(content) > limits.file_bytes:
        raise Refused("file.too_large", most_mib=limits.max_file_mib)
    with _unnamed_file(content) as path:
        return read_table(path, filename, limits, reader=reader)


def read_text_table(text: str, limits: Limits | None = None, *, reader: Reader = child_records) -> Sheet:
    """The table in a text pasted on a page (tab-separated when it comes from a spreadsheet), as `read_table`."""
    try:
        content = text.encode()
    except UnicodeEncodeError:
        raise Refused("encoding") from None
    return read_given(content, "pasted.txt", limits or Limits(), reader=reader)


def _request_of(path: Path, only: Only, limits: Limits) -> dict[str, Any]:
    large = only.unpacked // BYTES_A_CELL >= limits.blocks_from
    request = {"kind": "workbook", "path": str(path.absolute()), "limits": asdict(limits)}
    return {**request, "sheet": only.name, "from_1904": only.from_1904, "blocks": large}


def _request(path: Path, looked: Looked, limits: Limits) -> dict[str, Any]:
    request: dict[str, Any] = {"kind": looked.kind, "path": str(path.absolute()), "limits": asdict(limits)}
    if looked.workbook:
        book = looked.workbook
        large = sum(book.grid.filled) >= limits.blocks_from
        request |= {"sheet": book.name, "from_1904": book.from_1904, "blocks": large}
    return request


@contextmanager
def _unnamed_file(content: bytes) -> Iterator[Path]:
    """A file with this content that exists for this long: in memory where the system can, else readable by us only."""
    if sys.platform == "linux":
        with open(os.memfd_create("table"), "wb", buffering=0) as file:  # noqa: PTH123
            file.write(content)
            yield Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")
        return
    with tempfile.NamedTemporaryFile(prefix="table-") as file:
        file.write(content)
        file.flush()
        yield Path(file.name)
