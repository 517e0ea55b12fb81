"""Blind indexes of very many values (整批盲索引), the same as `crypto.blind_index` gives one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

from lianfang.kernel.crypto import blind_index, keys_in_use

_BLOCK: Final = 64  # octets that SHA-256 takes in at a time
_INNER: Final = bytes(octet ^ 0x36 for octet in range(256))
_OUTER: Final = bytes(octet ^ 0x5C for octet in range(256))


def blind_indexes_of(kind: str, values: Iterable[str]) -> Iterator[bytes]:
    """`blind_index` of many values of one kind, each of nothing but ASCII digits and capital letters.

    Such a value is its own normal form unless it is a phone; of phones and of other values ValueError is raised.
    """
    texts = list(values)
    together = "".join(texts)
    plain = together.isascii() and (together.isalnum() or not together) and together == together.upper()
    if kind == "phone" or not plain:
        raise ValueError("only values that are their own normal form can be indexed together")
    length = len(blind_index(kind, "0"))
    ring = keys_in_use().indexes
    inner, outer = _begun(ring.keys[ring.newest])
    inner.update(f"{kind}|".encode())
    for text in texts:
        within, around = inner.copy(), outer.copy()
        within.update(text.encode())
        around.update(within.digest())
        yield around.digest()[:length]


def _begun(key: bytes) -> tuple[Any, Any]:
    """HMAC-SHA-256 (RFC 2104) with the key taken in, once for all values: the inner and the outer hash."""
    short = key if len(key) <= _BLOCK else hashlib.sha256(key).digest()
    padded = short.ljust(_BLOCK, b"\0")
    return hashlib.sha256(padded.translate(_INNER)), hashlib.sha256(padded.translate(_OUTER))
