"""One backup as a file (备份文件): first what it holds, the keys and the settings, then the dump, all of it sealed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lianfang.interfaces.server import backup_census, backup_seal
from lianfang.interfaces.server.backup_census import Census
from lianfang.interfaces.server.backup_programs import rows_in
from lianfang.interfaces.server.backup_seal import Kind, Secret, Unreadable, Writer
from lianfang.interfaces.server.binaries import Binaries
from lianfang.interfaces.server.trouble import FAILED, CannotRun

LENGTH_BYTES: Final = 8
LONGEST_HEAD: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, repr=False)
class Contents:
    """What stands before the dump. `keys` and `settings` by variable; `local`: the operator's own database settings."""

    census: Census
    keys: Mapping[str, str]
    settings: Mapping[str, str]
    local: str | None

    def written(self) -> bytes:
        """As it stands in the file: its length, then JSON."""
        fields = {"keys": dict(self.keys), "settings": dict(self.settings), "local": self.local}
        text = json.dumps({"census": self.census.shown(), **fields}).encode()
        return len(text).to_bytes(LENGTH_BYTES, "big") + text


def write(file: Path, secret: Secret, contents: Contents, dump: Iterable[bytes]) -> None:
    """Writes a new file (0600) through to the disk; leaves none behind when it does not succeed."""
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            sealed = Writer(out, secret)
            sealed.write(contents.written())
            for piece in dump:
                sealed.write(piece)
            sealed.close()
            out.flush()
            os.fsync(out.fileno())
    except OSError as failure:
        file.unlink(missing_ok=True)
        raise CannotRun(f"The backup could not be written to {file}: {failure.strerror}.", status=FAILED) from failure
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def kind_of(file: Path) -> Kind:
    """What opens this file. Raises CannotRun when there is none, Unreadable when it is no backup."""
    try:
        with file.open("rb") as source:
            return backup_seal.kind_of(source)
    except OSError as failure:
        raise CannotRun(f"The backup {file} cannot be read: {failure.strerror}.") from failure


@contextmanager
def opened(file: Path, secret: Secret) -> Iterator[tuple[Contents, Iterator[bytes]]]:
    """What a file holds and its dump. The dump must be read to its end before anything is believed."""
    with file.open("rb") as source:
        pieces = backup_seal.opened(source, secret)
        head, rest = _head(pieces)
        yield _contents(head), _following(rest, pieces)


def proven(file: Path, secret: Secret, binaries: Binaries) -> Contents:
    """Reads a file to its end, unpacks the dump and counts its rows against the list. Raises Unreadable."""
    with opened(file, secret) as (contents, dump):
        found = rows_in(binaries, dump)
    wanted = {name: rows for name, (rows, _) in contents.census.tables.items()}
    wrong = [name for name in wanted if wanted[name] != found.get(name, 0)]
    if wrong:
        raise Unreadable(f"The backup {file} does not hold what it lists: {', '.join(sorted(wrong))}.", status=FAILED)
    return contents


def _head(pieces: Iterator[bytes]) -> tuple[bytes, bytes]:
    begun = next(pieces)
    length = int.from_bytes(begun[:LENGTH_BYTES], "big")
    if length > LONGEST_HEAD:
        raise Unreadable("The list of contents of this backup cannot be read.")
    whole = bytearray(begun[LENGTH_BYTES:])
    while len(whole) < length:
        piece = next(pieces, b"")
        if not piece:
            raise Unreadable("The list of contents of this backup is not whole.")
        whole += piece
    return bytes(whole[:length]), bytes(whole[length:])


def _contents(head: bytes) -> Contents:
    fields: dict[str, Any] = json.loads(head)
    return Contents(
        census=backup_census.read(fields["census"]),
        keys=fields["keys"],
        settings=fields["settings"],
        local=fields["local"],
    )


def _following(rest: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield rest
    yield from pieces
