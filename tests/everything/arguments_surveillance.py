"""What the actions about detection settings are given, and their addresses (监测预警)."""

from __future__ import annotations

from typing import Any

from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.scope import EVERYTHING, within
from tests.make import DAY


def of_surveillance(w: Any) -> dict[str, dict[str, Any]]:
    """A setting of the near school that was proposed."""
    from lianfang.capabilities.surveillance.actions import propose_setting
    from lianfang.capabilities.surveillance.counting import count_days

    given = {"unit": w.school, "method": "auto", "syndrome": "respiratory", "level": "class", "cases": 3}
    count_days([DAY])
    with within(EVERYTHING):
        one, other = (propose_setting(SYSTEM, **given | {"cases": cases}) for cases in (4, 5))
    return {
        "detection.proposed": given,
        "detection.switched_on": {"setting": one},
        "detection.switched_off": {"setting": other, "reason": "x"},
    }


def addresses_of_surveillance(w: Any) -> dict[str, str]:
    """The addresses about counts and settings that name a thing."""
    s, nobody = w.school.code, "0195541e-5a00-7000-8000-000000000003"
    return {
        "surveillance/<str:code>": f"/surveillance/{s}",
        "surveillance/<str:code>/settings": f"/surveillance/{s}/settings",
        "surveillance/<str:code>/settings/propose": f"/surveillance/{s}/settings/propose",
        "surveillance/<str:code>/settings/<uuid:number>/<str:deed>": f"/surveillance/{s}/settings/{nobody}/on",
    }
