"""Dedicated assets (专用电梯、专用车辆): what each class may carry, so that clean and guest flows never cross (I05)."""

from __future__ import annotations

from typing import Final

from lianfang.domain.refusals import Refused

CLASSES: Final = ("guest", "staff", "waste")
PURPOSES: Final = ("guests", "staff", "meals", "supplies", "waste")
CARRIES: Final = {
    "guest": ("guests",),
    "staff": ("staff", "meals", "supplies"),
    "waste": ("waste",),
}
"""三区两通道: the guest side carries guests and nothing else, the waste side waste, the clean side all the rest."""


def refuse_wrong_use(use: str, purpose: str, *, asset: str) -> None:
    """A trip that this class of asset must not make: `asset.wrong_use`."""
    if purpose not in PURPOSES:
        raise Refused("choice.unknown", "purpose", choices=PURPOSES)
    if purpose not in CARRIES[use]:
        raise Refused("asset.wrong_use", "purpose", asset=asset)
