"""A file that is written whole or not at all (整体写入)."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lianfang.interfaces.server.trouble import CannotRun


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A draft beside the target, which takes its place at the end; readable by us only, as it may hold names.

    Raises CannotRun when the target cannot be written.
    """
    try:
        number, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        os.close(number)
    except OSError as failure:
        raise CannotRun(f"{target} cannot be written: {failure.strerror}.") from failure
    draft = Path(name)
    try:
        yield draft
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
