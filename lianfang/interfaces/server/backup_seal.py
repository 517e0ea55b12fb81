"""The sealed file of a backup (备份封装): AES-256-GCM in pieces whose order and end are authenticated.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015), as in the file format `age`: a fresh key for each
file, as nonce a counter and a mark of the last piece. A piece changed, moved, missing or too many does not open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from lianfang.interfaces.server.trouble import CannotRun

MAGIC: Final = b"lianfang backup 1\n"
LONGEST_HEADER: Final = 4096
PIECE: Final = 256 * 1024
TAG: Final = 16
KEY_BYTES: Final = 32
SALT_BYTES: Final = 32
COUNTER_BYTES: Final = 11
MIDDLE, LAST = b"\x00", b"\x01"
# scrypt as its author advises for files (RFC 7914): 128 MiB and about half a second a guess.
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**17, 8, 1
FOR_FILE, FOR_CHECK = b"lianfang backup 1: file", b"lianfang backup 1: check"

Kind = Literal["passphrase", "key file"]


class Unreadable(CannotRun):
    """The file is no backup, is not whole, or is not opened by what was given; nothing was touched."""


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """What opens a backup: a passphrase, or the 32 bytes of a key file."""

    kind: Kind
    raw: bytes


class Writer:
    """Seals what is written to it into `out`; without `close()` the file has no end and does not open."""

    def __init__(self, out: IO[bytes], secret: Secret) -> None:
        self._out = out
        header, key = _new_header(secret)
        out.write(header)
        self._cipher, self._about = AESGCM(key), hashlib.sha256(header).digest()
        self._waiting = bytearray()
        self._count = 0

    def write(self, plain: bytes) -> None:
        """Adds `plain`; a piece is sealed as soon as it is known not to be the last."""
        self._waiting += plain
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), MIDDLE)
            del self._waiting[:PIECE]

    def close(self) -> None:
        """Seals the last piece. The file underneath stays open."""
        self._seal(bytes(self._waiting), LAST)
        self._waiting.clear()

    def _seal(self, plain: bytes, place: bytes) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._count, place), plain, self._about))
        self._count += 1


def opened(file: IO[bytes], secret: Secret) -> Iterator[bytes]:
    """The pieces of a sealed file, each checked before it is handed out. Raises Unreadable, at the latest at the end.

    Whoever uses the pieces must not act on them before the iterator has ended without an error.
    """
    header, fields = _header(file)
    cipher, about = AESGCM(_key_of(fields, secret)), hashlib.sha256(header).digest()
    count, piece = 0, file.read(PIECE + TAG)
    while True:
        following = file.read(PIECE + TAG)
        try:
            yield cipher.decrypt(_nonce(count, MIDDLE if following else LAST), piece, about)
        except (InvalidTag, ValueError):
            raise Unreadable(_not_whole(last=not following)) from None
        if not following:
            return
        count, piece = count + 1, following


def kind_of(file: IO[bytes]) -> Kind:
    """What opens this file. Raises Unreadable when it is no backup."""
    _, fields = _header(file)
    return "passphrase" if "scrypt" in fields else "key file"


def _new_header(secret: Secret) -> tuple[bytes, bytes]:
    """The first two lines of a new file, and its key."""
    fields: dict[str, Any] = {"cipher": "AES-256-GCM STREAM", "piece": PIECE, "salt": _text(_salt())}
    if secret.kind == "passphrase":
        fields["scrypt"] = {"n": SCRYPT_N, "r": SCRYPT_R, "p": SCRYPT_P, "salt": _text(_salt())}
    key, check = _keys(fields, secret)
    return MAGIC + json.dumps({**fields, "check": _text(check)}).encode() + b"\n", key


def _header(file: IO[bytes]) -> tuple[bytes, Mapping[str, Any]]:
    magic, line = file.readline(LONGEST_HEADER), file.readline(LONGEST_HEADER)
    if magic != MAGIC:
        raise Unreadable("This is not a backup of Lianfang (or one of a release that is not known here).")
    try:
        fields = json.loads(line)
        if not (line.endswith(b"\n") and fields["piece"] == PIECE and len(_raw(fields["salt"])) == SALT_BYTES):
            raise ValueError
        _raw(fields["check"])
        if "scrypt" in fields:
            _check_scrypt(fields["scrypt"])
    except (ValueError, KeyError, TypeError):
        raise Unreadable("The head of this backup is damaged.") from None
    return magic + line, fields


def _check_scrypt(fields: Mapping[str, Any]) -> None:
    """A head that somebody altered must not make us spend all memory of the machine."""
    asked = (fields["n"], fields["r"], fields["p"], len(_raw(fields["salt"])))
    if asked != (SCRYPT_N, SCRYPT_R, SCRYPT_P, SALT_BYTES):
        raise ValueError


def _key_of(fields: Mapping[str, Any], secret: Secret) -> bytes:
    wanted: Kind = "passphrase" if "scrypt" in fields else "key file"
    if secret.kind != wanted:
        raise Unreadable(f"This backup is opened by a {wanted}, not by a {secret.kind}.")
    key, check = _keys(fields, secret)
    if not hmac.compare_digest(check, _raw(fields["check"])):
        raise Unreadable(f"This is not the {wanted} that opens this backup (or the head of the file was altered).")
    return key


def _keys(fields: Mapping[str, Any], secret: Secret) -> tuple[bytes, bytes]:
    """The key of the file, and what tells that the secret is the right one without telling the key."""
    master = secret.raw
    if "scrypt" in fields:
        salt = _raw(fields["scrypt"]["salt"])
        master = Scrypt(salt=salt, length=KEY_BYTES, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P).derive(secret.raw)
    salt = _raw(fields["salt"])
    key, check = (HKDF(SHA256(), KEY_BYTES, salt, purpose).derive(master) for purpose in (FOR_FILE, FOR_CHECK))
    return key, check


def _nonce(count: int, place: bytes) -> bytes:
    return count.to_bytes(COUNTER_BYTES, "big") + place


def _not_whole(*, last: bool) -> str:
    if last:
        return "This backup is not whole: its end is missing or altered. Use another one."
    return "This backup was altered or is damaged inside. Use another one."


def _salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _raw(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError from None
