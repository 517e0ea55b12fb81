"""What a backup is sealed with (备份口令与密钥文件): a passphrase that is asked for, or a key file.

There is no key that is made silently beside the database: it would be lost with the disk that the backup is for.
"""

from __future__ import annotations

import base64
import binascii
import getpass
import os
import secrets
import sys
from pathlib import Path
from typing import Final

from lianfang.interfaces.server.backup_seal import KEY_BYTES, Kind, Secret
from lianfang.interfaces.server.trouble import CannotRun

VARIABLE: Final = "LIANFANG_BACKUP_PASSPHRASE"
SHORTEST: Final = 12  # characters
LARGEST_KEY_FILE: Final = 1024
PREFIX: Final = "lianfang-backup-key-1:"


def for_sealing(key_file: str | None, *, make: bool) -> Secret:
    """What a new backup is sealed with; `make` makes the key file. Raises CannotRun."""
    if make:
        return _made(Path(_given(key_file)))
    if key_file:
        return _read(Path(key_file))
    passphrase = os.environ.get(VARIABLE) or _asked("A passphrase for this backup", twice=True)
    if len(passphrase) < SHORTEST:
        raise CannotRun(f"A passphrase for a backup has at least {SHORTEST} characters; four random words are good.")
    return Secret("passphrase", passphrase.encode())


def for_opening(key_file: str | None, kind: Kind) -> Secret:
    """What an existing backup is opened with; `kind` is what its head asks for. Raises CannotRun."""
    if key_file:
        return _read(Path(key_file))
    if kind == "key file":
        raise CannotRun("This backup was sealed with a key file. Name it: --key-file FILE.")
    return Secret("passphrase", (os.environ.get(VARIABLE) or _asked("The passphrase of this backup")).encode())


def _asked(question: str, *, twice: bool = False) -> str:
    if not sys.stdin.isatty():
        raise CannotRun(
            "A backup holds the keys to everything, so it is sealed. Give --key-file FILE (with --make-key the first"
            f" time), or set {VARIABLE}, or run this at a terminal to be asked for a passphrase."
        )
    first = getpass.getpass(f"{question}: ")
    if twice and getpass.getpass("Once more: ") != first:
        raise CannotRun("The two passphrases differ; nothing was written.")
    return first


def _given(key_file: str | None) -> str:
    if not key_file:
        raise CannotRun("--make-key needs the name of the file to make: --key-file FILE.")
    return key_file


def _made(file: Path) -> Secret:
    raw = secrets.token_bytes(KEY_BYTES)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise CannotRun(f"{file} is there already; leave --make-key out to use it.") from None
    except OSError as failure:
        raise CannotRun(f"The key file {file} cannot be made: {failure.strerror}.") from failure
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(PREFIX + base64.b64encode(raw).decode() + "\n")
        out.flush()
        os.fsync(out.fileno())
    return Secret("key file", raw)


def _read(file: Path) -> Secret:
    try:
        with file.open("rb") as source:
            text = source.read(LARGEST_KEY_FILE).decode("ascii").strip()
    except FileNotFoundError:
        raise CannotRun(f"There is no key file {file}. With --make-key, `lianfang backup` makes one.") from None
    except (OSError, UnicodeDecodeError) as failure:
        raise CannotRun(f"The key file {file} cannot be read.") from failure
    raw = _decoded(text.removeprefix(PREFIX)) if text.startswith(PREFIX) else b""
    if len(raw) != KEY_BYTES:
        raise CannotRun(f"{file} is not a key file of Lianfang; its line begins with {PREFIX}")
    return Secret("key file", raw)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
