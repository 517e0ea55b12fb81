"""Which unit a row means (行中单位): by code, or by name, looked for first under the sender's own."""

from __future__ import annotations

from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.layouts.columns import plain
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.addressing import may_address, unit_named
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below

AT_A_TIME = 5_000  # codes asked for in one statement
_BRACKETS = str.maketrans("", "", "()（）[]【】〔〕")


class Places:
    """Finds the units of a file's rows, each asked for once; `home` is the unit chosen on the page."""

    def __init__(self, by: Actor, home: Unit) -> None:
        self._by, self.home = by, home
        self._found: dict[tuple[str, str], Unit | Refused] = {}
        self._names: dict[str, list[int]] | None = None

    def find(self, given: str, *, grade: str = "") -> Unit:
        """The unit of this code or name, with a grade in front of it if need be. Refused: `scope`, `unit.ambiguous`."""
        key = (given.strip(), grade.strip())
        if key not in self._found:
            self._found[key] = self._look(*key)
        found = self._found[key]
        if isinstance(found, Refused):
            raise Refused(found.problems)
        return found

    def prime(self, codes: list[str]) -> None:
        """Look many codes up at once, so that `find` need not ask for each."""
        for start in range(0, len(codes), AT_A_TIME):
            some = [code.strip() for code in codes[start : start + AT_A_TIME]]
            for unit in Unit.objects.filter(code__in=some):
                if may_address(self._by, unit):
                    self._found[unit.code, ""] = unit

    def _look(self, given: str, grade: str) -> Unit | Refused:
        try:
            return self._by_code(given) or self._by_name(given, grade) or unit_named(self._by, given)
        except Refused as refused:
            return refused

    def _by_code(self, code: str) -> Unit | None:
        found = Unit.objects.filter(code=code).first()
        return found if found is not None and may_address(self._by, found) else None

    def _by_name(self, name: str, grade: str) -> Unit | None:
        """高一（1）班, 高一1班, and class 1 or 1班 of grade 高一 are one."""
        if not may_address(self._by, self.home):
            return None
        names = [name, f"{grade}{name}", f"{grade}{name}班"] if grade else [name]
        for one in names:
            same = self._by_names.get(_key(one), [])
            if len(same) > 1:
                raise Refused("unit.ambiguous", "unit")
            if same:
                return Unit.objects.get(pk=same[0])
        return None

    @property
    def _by_names(self) -> dict[str, list[int]]:
        if self._names is None:
            self._names = {}
            low, high = below(self.home.path)
            open_units = Unit.objects.filter(path__gte=low, path__lt=high, closed_on__isnull=True)
            for number, *names in open_units.values_list("pk", "name", "name_en"):  # a province has very many
                for name in {_key(one) for one in names if one} - {""}:
                    self._names.setdefault(name, []).append(number)
        return self._names


def _key(name: str) -> str:
    return plain(name.translate(_BRACKETS))
