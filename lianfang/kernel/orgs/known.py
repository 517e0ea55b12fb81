"""Units by their codes, remembered (单位记忆): what a process has read is used again while the row is unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lianfang.kernel.orgs.models import Unit

VERSIONS = "SELECT code AS key, xmin::text AS version FROM orgs_unit WHERE code = ANY(%s)"
MOST_KEPT = 50_000  # units; a class has one, so this is a large county at work


@dataclass(slots=True)
class KnownUnits:
    """Units that this process has read, each with the row version it had (`xmin`)."""

    _kept: dict[str, tuple[str, Unit]] = field(default_factory=dict)

    def by_code(self, versions: Mapping[str, str]) -> dict[str, Unit]:
        """The units of these codes; `versions` is what `VERSIONS` says of them now."""
        stale = [code for code, version in versions.items() if self._kept.get(code, ("",))[0] != version]
        if stale:
            self._read(stale, versions)
        return {code: self._kept[code][1] for code in versions}

    def _read(self, codes: list[str], versions: Mapping[str, str]) -> None:
        if len(self._kept) + len(codes) > MOST_KEPT:
            self._kept.clear()
            codes = list(versions)
        for unit in Unit.objects.filter(code__in=codes).select_related("merged_into"):
            self._kept[unit.code] = (versions[unit.code], unit)
