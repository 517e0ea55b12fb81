"""Keys and passwords of one installation (密钥), made once, kept 0600 in the state folder, never made twice.

A key that is lost makes encrypted fields unreadable, so a half-empty folder is refused instead of filled up.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from lianfang.interfaces.server.durable import settle
from lianfang.interfaces.server.trouble import CannotRun

KEY_BYTES: Final = 32
UNFINISHED: Final = "restore.json"  # lies in the state folder while a restore changes over


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _random_text() -> str:
    return secrets.token_urlsafe(2 * KEY_BYTES)


MADE: Final[Mapping[str, Callable[[], str]]] = {
    "LIANFANG_SECRET_KEY": _random_text,
    "LIANFANG_FIELD_KEY": _random_key,
    "LIANFANG_INDEX_KEY": _random_key,
}


def keys(state: Path) -> dict[str, str]:
    """The environment variables that carry the keys, base64 of 32 bytes (the secret key: text).

    A variable that is set already wins, for installations that keep their keys elsewhere. Raises CannotRun when some
    of the files are there and others are gone, or when a restore was broken off between database and keys.
    """
    if (state / UNFINISHED).exists():
        raise CannotRun(
            f"A restore into {state} was broken off while it changed over. Run the same `lianfang restore` again first."
        )
    files = {name: key_folder(state) / name.lower() for name in MADE if not os.environ.get(name)}
    missing = [str(file) for file in files.values() if not file.exists()]
    if missing and len(missing) < len(files):
        raise CannotRun(
            f"These keys are gone: {', '.join(missing)}. Bring them back from your backup; new ones would not open what"
            " the old ones closed."
        )
    return {name: os.environ.get(name) or kept(files[name], MADE[name]) for name in MADE}


def key_folder(state: Path) -> Path:
    """Where the keys of this state folder are."""
    return state / "keys"


def kept(file: Path, make: Callable[[], str]) -> str:
    """The text in `file`; made and written whole (0600) when there is none, so that two who race agree on one."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.exists():
        _write_once(file, make())
    text = file.read_text(encoding="utf-8").strip()
    if not text:
        raise CannotRun(f"{file} is empty. Bring it back from your backup.")
    return text


def _write_once(file: Path, text: str) -> None:
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text + "\n")
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass  # somebody was quicker: theirs is the key
    except OSError:
        draft.rename(file)  # a file system without hard links
    finally:
        draft.unlink(missing_ok=True)
        settle(file.parent)
