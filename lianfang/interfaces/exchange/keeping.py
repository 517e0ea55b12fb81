"""The bytes of a file on their way in (原始文件): sealed while rows wait, known by their sum, read by a path."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.sheet import Limits
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.crypto import seal, unseal
from lianfang.kernel.files.actions import receive_file
from lianfang.kernel.files.models import Import


def digest_of(content: bytes | Path) -> str:
    """The SHA-256 of the bytes, by which the same file is known."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep(actor: Actor, kept: Import, content: bytes | Path = b"") -> None:
    """Store the import, with its bytes unless they are more than anybody may upload: those are where they came from."""
    if isinstance(content, Path):
        content = content.read_bytes() if content.stat().st_size <= Limits().file_bytes else b""
    if content and len(content) <= Limits().file_bytes:
        kept.content = _closed(kept, content)
    receive_file(actor, unit=kept.unit, what=kept.what, read=kept.read, refused=kept.refused, received=kept)


def _closed(kept: Import, content: bytes) -> bytes:
    """The file sealed: it holds numbers and phones, which stand nowhere in the database in plain."""
    return seal(base64.b64encode(content).decode(), about=_about(kept)).encode()


def opened(kept: Import) -> bytes:
    """The bytes that were kept. Refused: `flow.condition` when none are."""
    if not kept.content:
        raise Refused("flow.condition", "import", stage=kept.stage)
    return base64.b64decode(unseal(bytes(kept.content).decode(), about=_about(kept)))


def _about(kept: Import) -> str:
    return f"files_import|content|{kept.pk}"
