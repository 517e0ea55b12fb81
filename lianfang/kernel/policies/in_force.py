"""The rules of today, remembered (规则记忆): read again only when a pack, its unit or the day has changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lianfang.kernel.policies.ops import Rules

VERSION = """
SELECT string_agg(concat_ws('.', p.id, p.xmin, p.ctid, u.xmin, u.ctid), ',' ORDER BY p.id)
  FROM policies_rulepack p LEFT JOIN orgs_unit u ON u.id = p.unit_id
"""


@dataclass(slots=True)
class RulesInForce:
    """The rules of the newest days asked for, as they are in the database now."""

    _version: str | None = None
    _rules: dict[date, Rules] | None = None

    def look(self, version: str | None) -> None:
        """Notice what has changed since the last look, by what `VERSION` says now; once a batch."""
        if self._rules is None or version != self._version:
            self._version, self._rules = version, {}

    def on(self, day: date) -> Rules:
        """The rules of a day."""
        if self._rules is None:
            self._rules = {}
        if day not in self._rules:
            self._rules = {kept: rules for kept, rules in self._rules.items() if abs((kept - day).days) <= 1}
            self._rules[day] = Rules(day)
        return self._rules[day]
