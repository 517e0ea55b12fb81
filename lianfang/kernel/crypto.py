"""Field encryption (字段加密): sealed values bound to their place, blind indexes, and masked values (脱敏).

AES-256-GCM with a random 96-bit nonce; the place "table|column|row id" is authenticated with the value, so a value that
was moved does not open. Blind indexes are HMAC-SHA-256 with a key of their own. See docs/adr/0006-field-encryption.md.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FIELD_KEY = "LIANFANG_FIELD_KEY"
INDEX_KEY = "LIANFANG_INDEX_KEY"
_VERSION = "v1"
_KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_INDEX_BYTES = 16
_LEAST_HIDDEN = 4  # signs, or nothing is shown
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_ABOUT = re.compile(r"[^|]+\|[^|]+\|[^|]+", re.DOTALL)
_INDEX_KIND = re.compile(r"[a-z0-9_:]{1,40}")


class UnusableKey(ValueError):
    """A key is missing or wrong; the text says which and what to do, and never shows a key."""


class CannotOpen(ValueError):
    """A sealed value does not open: moved, damaged, or its key is not on the ring. The text never shows the value."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys by id for one purpose. The first one listed is the newest and seals; the others only open."""

    purpose: str
    newest: str
    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def parsed(cls, purpose: str, text: str) -> KeyRing:
        """The ring of `text`: one key, or `id:key,id:key`, newest first; a key is 32 bytes in base64.

        A key without an id is known by its fingerprint, and every key answers to its fingerprint, so that naming a key
        later loses nothing. Raises UnusableKey.
        """
        entries = [part.strip() for part in text.split(",") if part.strip()]
        if not entries:
            raise UnusableKey(f"{purpose} is not set. Set it to a key of 32 bytes in base64.")
        keys: dict[str, bytes] = {}
        for place, entry in enumerate(entries, start=1):
            name, key = _entry(f"{purpose}, key {place} of {len(entries)}", entry)
            if name in keys or key in keys.values():
                raise UnusableKey(f"{purpose}, key {place} of {len(entries)}: this id or key is listed twice.")
            keys[name] = key
        return cls(purpose, next(iter(keys)), {_fingerprint(key): key for key in keys.values()} | keys)


@dataclass(frozen=True, slots=True)
class Keys:
    """The two rings of an installation."""

    fields: KeyRing
    indexes: KeyRing

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Keys:
        """The keys that these variables hold. Raises UnusableKey, which is meant to stop the start."""
        found = cls(
            KeyRing.parsed(FIELD_KEY, environment.get(FIELD_KEY, "")),
            KeyRing.parsed(INDEX_KEY, environment.get(INDEX_KEY, "")),
        )
        if set(found.fields.keys.values()) & set(found.indexes.keys.values()):
            raise UnusableKey(f"{FIELD_KEY} and {INDEX_KEY} must not hold the same key.")
        return found


def new_key() -> str:
    """A fresh random key, as it is written in a setting."""
    return base64.b64encode(os.urandom(_KEY_BYTES)).decode()


_in_use: list[Keys] = []


def use(keys: Keys) -> None:
    """From here on the process seals and opens with these keys."""
    _in_use[:] = [keys]


@contextmanager
def using(keys: Keys) -> Iterator[None]:
    """Seal and open with these keys inside the block; for tests and for the job that seals anew."""
    before = list(_in_use)
    use(keys)
    try:
        yield
    finally:
        _in_use[:] = before


def keys_in_use() -> Keys:
    """The keys of this process; read from the environment when first needed. Raises UnusableKey."""
    if not _in_use:
        use(Keys.from_environment(os.environ))
    return _in_use[0]


def seal(plain: str, *, about: str) -> str:
    """`v1.<key id>.<base64>` of the text, which opens only at the same place; nothing stays nothing.

    `about` is "table|column|row id".
    """
    place = _place(about)
    if not plain:
        return ""
    ring = keys_in_use().fields
    nonce = os.urandom(_NONCE_BYTES)
    secret = AESGCM(ring.keys[ring.newest]).encrypt(nonce, _utf8(plain), place)
    return f"{_VERSION}.{ring.newest}.{base64.b64encode(nonce + secret).decode()}"


def unseal(value: str, *, about: str) -> str:
    """The text that was sealed at this place. Raises CannotOpen; never returns a wrong text."""
    place = _place(about)
    if not value:
        return ""
    name, secret = _parts(value)
    key = keys_in_use().fields.keys.get(name)
    if key is None:
        raise CannotOpen(f"{FIELD_KEY} holds no key {name!r}, with which this value was sealed.")
    try:
        return AESGCM(key).decrypt(secret[:_NONCE_BYTES], secret[_NONCE_BYTES:], place).decode()
    except InvalidTag:
        raise CannotOpen("A sealed value does not open here: it was moved or damaged, or the key is wrong.") from None


def sealed_with_newest(value: str) -> bool:
    """Whether nothing is to be done about this value after a change of keys."""
    ring = keys_in_use().fields
    return not value or ring.keys.get(_parts(value)[0]) == ring.keys[ring.newest]


def resealed(value: str, *, about: str) -> str:
    """The same text sealed with the newest key."""
    return seal(unseal(value, about=about), about=about)


def blind_index(kind: str, value: str) -> bytes:
    """16 bytes by which an equal value of the same kind is found, and nothing else.

    `kind` is a short name such as "phone" or "id:resident". Width, case, blanks, dashes and a phone's 86 make no
    difference; anything else is the business of whoever reads the value in.
    """
    ring = keys_in_use().indexes
    return _index(ring.keys[ring.newest], kind, value)


def blind_indexes(kind: str, value: str) -> list[bytes]:
    """The same under every key, newest first: what to look for while indexes are being written anew."""
    ring = keys_in_use().indexes
    older = {key for key in ring.keys.values() if key != ring.keys[ring.newest]}
    return [_index(key, kind, value) for key in (ring.keys[ring.newest], *sorted(older))]


class Masked:
    """A value that shows only its mask, wherever it is printed, logged or put on a page; `open()` gives the text.

    It has no text to compare, join, count or pickle by accident, and a template cannot call `open`.
    """

    __slots__ = ("_mask", "_opener")
    _mask: str
    _opener: Callable[[], str]

    def __init__(self, kind: str, plain: str) -> None:
        object.__setattr__(self, "_mask", mask(kind, plain))
        object.__setattr__(self, "_opener", lambda: plain)

    def open(self) -> str:
        """The text itself. Whoever calls this writes down who saw it, and why."""
        return self._opener()

    # Django's templates call whatever can be called, unless it says that it changes something.
    open.alters_data = True  # type: ignore[attr-defined]

    def __str__(self) -> str:
        return self._mask

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(self._mask, spec)

    def __bool__(self) -> bool:
        return bool(self._opener())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Masked):
            return NotImplemented
        return hmac.compare_digest(self._opener().encode(), other._opener().encode())

    __hash__ = None  # type: ignore[assignment]

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError("a masked value does not change")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("a masked value is not copied or stored; open it first")


def mask(kind: str, plain: str) -> str:
    """What may be shown: of "id_number" the first and the last two signs, of "phone" the last two, else stars.

    "phone_for_followers" shows three and four, for those who have to call. Nothing stays nothing.
    """
    shown = {"id_number": (1, 2), "phone": (0, 2), "phone_for_followers": (3, 4)}
    first, last = shown.get(kind, (0, 0))
    if not plain:
        return ""
    if not last or len(plain) - first - last < _LEAST_HIDDEN:
        return "***"  # of short and free texts not even the length
    return plain[:first] + "*" * (len(plain) - first - last) + plain[-last:]


def _entry(where: str, entry: str) -> tuple[str, bytes]:
    name, _, text = entry.rpartition(":")
    try:
        key = base64.b64decode(text.strip().translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError):
        raise UnusableKey(f"{where}: this is not base64.") from None
    if len(key) != _KEY_BYTES:
        raise UnusableKey(f"{where}: a key is {_KEY_BYTES} bytes in base64, this one is {len(key)}.")
    if len(set(key)) < _KEY_BYTES // 4:
        raise UnusableKey(f"{where}: this is not random; make a new key.")
    if name and not _KEY_ID.fullmatch(name):
        raise UnusableKey(f"{where}: its id may have up to 32 letters, digits, _ and -.")
    return name or _fingerprint(key), key


def _fingerprint(key: bytes) -> str:
    return "k" + hashlib.sha256(b"lianfang key id" + key).hexdigest()[:12]


def _place(about: str) -> bytes:
    if not _ABOUT.fullmatch(about):
        raise ValueError("a sealed value is about 'table|column|row id'")
    return about.encode()


def _utf8(plain: str) -> bytes:
    try:
        return plain.encode()
    except UnicodeEncodeError:
        # The original error carries the whole text into logs.
        raise ValueError("the text holds half a character and cannot be sealed") from None


def _parts(value: str) -> tuple[str, bytes]:
    version, _, rest = value.partition(".")
    name, _, text = rest.partition(".")
    if version != _VERSION or not _KEY_ID.fullmatch(name):
        raise CannotOpen("This is not a sealed value of a version that is known here.")
    try:
        secret = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise CannotOpen("A sealed value is damaged.") from None
    if len(secret) < _NONCE_BYTES + _TAG_BYTES:
        raise CannotOpen("A sealed value is cut short.")
    return name, secret


def _index(key: bytes, kind: str, value: str) -> bytes:
    if not _INDEX_KIND.fullmatch(kind):
        raise ValueError("the kind of an index is a short name of small letters, digits, _ and :")
    text = f"{kind}|{_normal(kind, value)}"
    return hmac.digest(key, _utf8(text), "sha256")[:_INDEX_BYTES]


def _normal(kind: str, value: str) -> str:
    text = value.upper() if value.isascii() and value.lstrip("+").isalnum() else _folded(value)
    return re.sub(r"^(\+|00)?86(?=1\d{10}$)", "", text) if kind == "phone" else text


def _folded(value: str) -> str:  # needed by few: nearly all are plain
    signs = unicodedata.normalize("NFKC", value).upper()
    return "".join(s for s in signs if not s.isspace() and unicodedata.category(s) not in ("Cf", "Pd"))
