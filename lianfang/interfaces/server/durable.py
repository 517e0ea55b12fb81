"""Waiting for the disk (落盘): what is made only once must outlive a power cut right after it."""

from __future__ import annotations

import os
from pathlib import Path


def settle(path: Path) -> None:
    """Returns when a file's content, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def settle_all() -> None:
    """Returns when everything written so far is on the disk; for many files much quicker than one by one."""
    os.sync()
