"""Blind indexes of very many values (整批盲索引), the same as `crypto.blind_index` gives one by one."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator

from lianfang.kernel.crypto import blind_index, keys_in_use


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
    key, front = ring.keys[ring.newest], f"{kind}|"
    for text in texts:
        yield hmac.digest(key, (front + text).encode(), "sha256")[:length]
