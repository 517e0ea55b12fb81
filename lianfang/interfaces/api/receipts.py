"""What a device is told about each reading it has handed in (测温回执)."""

from __future__ import annotations

from typing import Any

from lianfang.interfaces.wording import sentence
from lianfang.kernel.readings.ops import Receipt


def answer_of(receipt: Receipt) -> dict[str, Any]:
    """One entry's answer: `receipt` when it is kept, `code` and `message` when it is not."""
    known = {"key": receipt.key, "duplicate": receipt.duplicate, "wants_second": receipt.wants_second}
    if receipt.problem is not None:
        return known | {"code": receipt.problem.code, "message": sentence(receipt.problem)}
    return known | {"receipt": str(receipt.reading_id or receipt.key)}
