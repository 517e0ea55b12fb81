"""Where the database of a state folder lives (数据库目录): inside it when the server's account gets there."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lianfang.interfaces.server.account import Account, may_reach, server_account
from lianfang.interfaces.server.keyring import key_folder
from lianfang.interfaces.server.trouble import CannotRun, type_of_say

ELSEWHERE: Final = Path("/var/lib/lianfang")
NAME_LENGTH: Final = 12
OPEN_TO_PASS: Final = 0o711
CLOSED: Final = 0o700


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of one cluster and the account it runs under (None: our own).

    `home` belongs to us and holds programs, settings and log; `data` belongs to the server's account.
    """

    state: Path
    home: Path
    socket: Path
    account: Account | None

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "postgresql.log"


def short_name(state: Path) -> str:
    """A short name of a state folder, the same every time."""
    return hashlib.sha256(str(state.resolve()).encode()).hexdigest()[:NAME_LENGTH]


def place_of(state: Path) -> Place:
    """Where the cluster of `state` is, or would be made. Makes no folder; root may get the account made."""
    inside = state / "postgresql"
    outside = ELSEWHERE / short_name(state)
    account = server_account(inside / "data")
    if account is None or _settled(inside) or (not _settled(outside) and may_reach(state, account)):
        return Place(state, inside, _socket_folder(state), account)
    return Place(state, outside, _socket_folder(state), server_account(outside / "data"))


def make_folders(place: Place, say: type_of_say) -> None:
    """Makes `home`; parent folders are never changed, only folders that we make ourselves."""
    mode = OPEN_TO_PASS if place.account else CLOSED
    if place.home.is_relative_to(place.state):
        _make(place.home, mode)
        return
    _make(ELSEWHERE, 0o755)
    _set_aside(place, say)
    if not place.home.exists():
        say(f"The account {_name(place)} cannot get into {place.state}, so the database is kept in {place.home}.")
    _make(place.home, mode)
    (place.home / "state.txt").write_text(f"{place.state}\n", encoding="utf-8")
    (place.state / "database-is-in.txt").write_text(f"{place.home}\n", encoding="utf-8")


def make_socket_folder(place: Place) -> None:
    """A folder of the server's account that nobody else can use; refuses one that somebody else laid there."""
    place.socket.mkdir(mode=CLOSED, exist_ok=True)
    owner = place.socket.lstat().st_uid
    if owner == os.geteuid() and place.account is not None:
        place.account.owns(place.socket)
    check_socket_folder(place)


def check_socket_folder(place: Place) -> None:
    """Raises CannotRun unless the socket folder is the server account's own and closed to everybody else."""
    found = place.socket.lstat()
    wanted = os.geteuid() if place.account is None else place.account.uid
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != wanted or found.st_mode & 0o077:
        raise CannotRun(f"{place.socket} is not a closed folder of {_name(place)}. Look who made it, then remove it.")


def _socket_folder(state: Path) -> Path:
    """Short, because the address of a unix socket may not exceed some hundred bytes."""
    if os.geteuid() == 0 and os.access("/run", os.W_OK):
        return Path("/run") / f"lianfang-{short_name(state)}"
    return Path("/tmp") / f"lianfang-{os.geteuid()}-{short_name(state)}"  # noqa: S108  checked for its owner before use


def _settled(home: Path) -> bool:
    return (home / "data").exists()


def _set_aside(place: Place, say: type_of_say) -> None:
    """A new state folder in the place of a removed one begins anew; the old data are kept under another name."""
    if not _settled(place.home) or key_folder(place.state).exists():
        return
    number = 1 + len(list(ELSEWHERE.glob(f"{place.home.name}.before-*")))
    old = place.home.with_name(f"{place.home.name}.before-{number}")
    shutil.move(place.home, old)
    say(f"{place.state} is new. The database of an earlier folder of that name was set aside in {old}.")


def _make(folder: Path, mode: int) -> None:
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(mode)  # whatever the umask says


def _name(place: Place) -> str:
    return place.account.name if place.account else "this user"
