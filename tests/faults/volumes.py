"""Disks that can be cut off or filled (试验磁盘): an image that is copied in an instant, and a small one in memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

LARGE = "8G"  # of the volume that holds the image and its copies; only what is written takes room
IMAGE = "1536M"
SMALL = "448m"
OPEN_TO_PASS = 0o711


def why_not() -> str:
    """Why such disks cannot be made here; empty when they can."""
    missing = [name for name in ("mkfs.xfs", "mkfs.ext4", "mount") if shutil.which(name) is None]
    if missing:
        return f"needs {', '.join(missing)} (Debian: apt-get install xfsprogs)"
    if os.geteuid() != 0:
        return "needs root, to mount disks of its own"
    return "" if Path("/dev/loop-control").exists() else "needs loop devices"


@dataclass(frozen=True, slots=True)
class Disk:
    """A mounted ext4 disk whose image lies on a volume that copies by reference."""

    folder: Path
    mounted: Path

    def cut(self, number: int) -> Path:
        """What has reached the disk at this instant, as the image of another disk; what waits in memory is not in."""
        image = self.folder / f"cut-{number}.img"
        _run("cp", "--reflink=always", str(self.folder / "disk.img"), str(image))
        return image


@contextmanager
def disk() -> Iterator[Disk]:
    """A new disk; gone afterwards."""
    with ExitStack() as undo:
        base = Path(tempfile.mkdtemp(prefix="lianfang-disk-", dir="/var/tmp"))
        undo.callback(shutil.rmtree, base, ignore_errors=True)
        base.chmod(OPEN_TO_PASS)
        _run("truncate", "-s", LARGE, str(base / "volume.img"))
        _run("mkfs.xfs", "-q", "-m", "reflink=1", str(base / "volume.img"))
        volume = undo.enter_context(mounted(base / "volume.img", base / "volume"))
        _run("truncate", "-s", IMAGE, str(volume / "disk.img"))
        _run("mkfs.ext4", "-q", str(volume / "disk.img"))
        yield Disk(volume, undo.enter_context(mounted(volume / "disk.img", base / "disk")))


@contextmanager
def mounted(image: Path, where: Path) -> Iterator[Path]:
    """The disk of an image, its journal replayed."""
    where.mkdir(exist_ok=True)
    _run("mount", "-o", "loop", str(image), str(where))
    try:
        where.chmod(OPEN_TO_PASS)
        yield where
    finally:
        _run("umount", "--lazy", str(where))


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A disk in memory that can be filled to the brim and emptied again."""

    mounted: Path

    def fill(self) -> None:
        """Takes all the room there is."""
        free = shutil.disk_usage(self.mounted).free
        _run("fallocate", "-l", str(free), str(self.mounted / "ballast"))

    def empty(self) -> None:
        """Gives it back."""
        (self.mounted / "ballast").unlink()


@contextmanager
def small_disk() -> Iterator[SmallDisk]:
    """A new one; gone afterwards."""
    where = Path(tempfile.mkdtemp(prefix="lianfang-full-"))
    _run("mount", "-t", "tmpfs", "-o", f"size={SMALL},mode=0711", "tmpfs", str(where))
    try:
        yield SmallDisk(where)
    finally:
        _run("umount", "--lazy", str(where))
        where.rmdir()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
