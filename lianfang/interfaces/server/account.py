"""The system account the database server runs under (数据库系统用户): PostgreSQL refuses to be root."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PREFERRED: Final = "lianfang"
LAST_RESORT: Final = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    """A system user by name and numbers."""

    name: str
    uid: int
    gid: int

    def owns(self, path: Path) -> None:
        """Gives `path` to this account; only root can, and only in a folder of its own."""
        os.chown(path, self.uid, self.gid, follow_symlinks=False)


def server_account(data: Path) -> Account | None:
    """Who the server runs as: None means ourselves, which is right for everybody but root.

    An existing data folder decides; else the user `lianfang`, made when the machine allows it; else `nobody`.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat().st_uid) != 0:
        return _account(pwd.getpwuid(owner))
    return _named(PREFERRED) or _made(PREFERRED) or _named(LAST_RESORT)


def may_reach(folder: Path, account: Account) -> bool:
    """Whether `account` may walk down to `folder`: every folder on the way lets it pass, by owner, group or other."""
    resolved = folder.resolve()
    return all(_passes(step, account) for step in (resolved, *resolved.parents))


def _passes(folder: Path, account: Account) -> bool:
    if not folder.exists():
        return True
    found = folder.stat()
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _named(name: str) -> Account | None:
    try:
        return _account(pwd.getpwnam(name))
    except KeyError:
        return None


def _made(name: str) -> Account | None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return None
    options = [
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        "/nonexistent",
        "--shell",
        "/usr/sbin/nologin",
    ]
    subprocess.run([useradd, *options, name], capture_output=True, check=False)
    return _named(name)
