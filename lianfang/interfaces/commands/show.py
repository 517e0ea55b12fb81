"""`lianfang show …` (显示规定): what is in force, in words: rules, registers, dues, actions, forms, dictionary."""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any, Final

from lianfang.interfaces.commands.session import acting, add_common, day_of, print_json, unit_of

_MEANING: Final = re.compile(r"^    (\w+): .+?  # (.+)$", re.MULTILINE)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to show, and for which unit and day."""
    parser.add_argument(
        "what", choices=tuple(SHOWN), help="rules, editions, registers, dues, actions, forms or dictionary"
    )
    parser.add_argument("--unit", metavar="CODE", help="rules and dues of this unit (default: the whole tree)")
    parser.add_argument("--day", type=day_of, metavar="DAY", help="on this day (default: today)")
    add_common(parser)


def run(args: argparse.Namespace) -> int:
    """Prints lines of words, or the same as one JSON object."""
    with acting(args) as actor:
        from lianfang.kernel import clock  # noqa: PLC0415
        from lianfang.kernel.orgs.models import Unit  # noqa: PLC0415

        unit = unit_of(actor, args.unit) or Unit.objects.filter(parent__isnull=True).order_by("path").first()
        day = args.day or (clock.today(unit.zone) if unit else clock.now().date())
        found = SHOWN[args.what](unit if args.unit or args.what in OF_THE_ROOT else None, day)
        if args.json:
            print_json({args.what: found})
        else:
            sys.stdout.write("\n".join(_lines(found)) + "\n")
    return 0


def _lines(found: list[Mapping[str, Any]]) -> list[str]:
    return [_line(one) for one in found] or ["—"]


def _line(one: Mapping[str, Any]) -> str:
    name, title, *rest = one.values()
    return f"{name}  {title}" + "".join(f"\n    {word}: {value}" for word, value in _named(one, rest))


def _named(one: Mapping[str, Any], rest: list[Any]) -> list[tuple[str, Any]]:
    words = list(one)[len(one) - len(rest) :]
    return [(word, _said(value)) for word, value in zip(words, rest, strict=True) if value not in ("", [], None)]


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    return str(value)


def _rules(unit: Any, day: date) -> list[Mapping[str, Any]]:
    """The numbers in force for a unit, and the packs they come from."""
    from lianfang.interfaces.commands import show_rules  # noqa: PLC0415
    from lianfang.kernel.policies.ops import Rules  # noqa: PLC0415

    packs = show_rules.packs(unit, day, chinese=_chinese())
    if unit is None:
        return packs
    policy = Rules(day).of(unit)
    return [*packs, *(_number(name, meaning, getattr(policy, name)) for name, meaning in meanings().items())]


def _editions(unit: Any, day: date) -> list[Mapping[str, Any]]:
    """The editions that come with the product; none holds until it is adopted."""
    from lianfang.interfaces.commands import show_rules  # noqa: PLC0415

    return show_rules.editions(chinese=_chinese())


def meanings() -> dict[str, str]:
    """What each number of the rules means, as `Policy` itself says beside it."""
    from lianfang.domain.policy import Policy  # noqa: PLC0415

    return dict(_MEANING.findall(inspect.getsource(Policy)))


def _number(name: str, meaning: str, value: Any) -> Mapping[str, Any]:
    from django.utils.translation import gettext  # noqa: PLC0415

    if isinstance(value, Mapping):
        shown: Any = {key: f"{one:%H:%M}" if isinstance(one, time) else str(one) for key, one in value.items()}
    elif isinstance(value, tuple):
        shown = list(value)
    else:
        shown = f"{value:%H:%M}" if isinstance(value, time) else str(value)
    return {"name": name, "title": gettext(meaning), "value": shown}


def _registers(unit: Any, day: date) -> list[Mapping[str, Any]]:
    """Every register: its name, its title, and what can be filtered by."""
    from lianfang.kernel.registers.register import registers  # noqa: PLC0415

    return [
        {
            "name": name,
            "title": str(one.title),
            "columns": [str(column.label) for column in one.columns],
            "filters": [filtered.name for filtered in one.filters],
            "address": f"/api/v1/{name}/",
        }
        for name, one in sorted(registers.items())
    ]


def _dues(unit: Any, day: date) -> list[Mapping[str, Any]]:
    """What is owed on a day: how much of each kind, by when, and how much has come."""
    from django.db.models import Count, F, Max, Min, Q  # noqa: PLC0415

    from lianfang.kernel.dues.models import KIND_NAMES, Due  # noqa: PLC0415
    from lianfang.kernel.orgs.ops import under  # noqa: PLC0415

    owed = Due.objects.filter(day=day, line="territory")
    owed = owed.filter(under(unit)) if unit is not None else owed
    settled = Q(settled_at__isnull=False)
    counted = owed.order_by("kind").values("kind").annotate(
        owed=Count("unit"), received=Count("unit", filter=settled),
        late=Count("unit", filter=settled & Q(settled_at__gt=F("due_at"))),
        excused=Count("unit", filter=~Q(excused="")), first=Min("due_at"), last=Max("due_at"),
    )  # fmt: skip
    return [
        {"kind": one["kind"], "title": str(KIND_NAMES.get(one["kind"], one["kind"])), **_figures(one)}
        for one in counted
    ]


def _figures(one: Mapping[str, Any]) -> dict[str, Any]:
    from django.utils import timezone  # noqa: PLC0415

    times = {timezone.localtime(one[name]).strftime("%H:%M") for name in ("first", "last")}
    return {name: one[name] for name in ("owed", "received", "late", "excused")} | {"by": sorted(times)}


def _actions(unit: Any, day: date) -> list[Mapping[str, Any]]:
    """Every action: what it leaves in the record, what it does, and who may do it."""
    from lianfang.interfaces.titles import title_of  # noqa: PLC0415
    from lianfang.kernel.accounts.models import ROLE_NAMES  # noqa: PLC0415
    from lianfang.kernel.actions import registry  # noqa: PLC0415

    return [
        {
            "kind": kind,
            "title": title_of(kind),
            "by": [str(ROLE_NAMES[role]) for role in one.by] + (["oneself"] if one.oneself else []),
            "over": one.over,
        }
        for kind, one in sorted(registry.items())
    ]


def _forms(unit: Any, day: date) -> list[Mapping[str, Any]]:
    """Every registered form: who asks whom how often, how long it takes, and whether it is asked."""
    from lianfang.capabilities.burden.models import RegisteredForm  # noqa: PLC0415

    return [
        {
            "code": one.code,
            "title": str(one),
            "unit": one.unit.code,
            "state": str(one.get_state_display()),
            "answered_by": str(one.get_answered_by_display()),
            "frequency": str(one.get_frequency_display()),
            "seconds": one.takes,
        }
        for one in RegisteredForm.objects.select_related("unit").order_by("code", "pk")
        if unit is None or unit.covers(one.unit) or one.unit.covers(unit)
    ]


def _dictionary(unit: Any, day: date) -> list[Mapping[str, Any]]:
    """Every field that is held under a unit: where, how fresh, and for how many days it counts as fresh."""
    from lianfang.capabilities.burden.holdings import holdings  # noqa: PLC0415

    if unit is None:
        return []
    return [
        {
            "key": one.field.key,
            "title": str(one.field),
            "where": str(one.field.where),
            "fresh": f"{one.fresh}/{one.subjects}",
            "newest": str(one.newest or ""),
            "days": one.days,
        }
        for one in holdings(unit, day).values()
    ]


def _chinese() -> bool:
    from django.utils.translation import get_language  # noqa: PLC0415

    return (get_language() or "").startswith("zh")


SHOWN: Final[Mapping[str, Callable[[Any, date], list[Mapping[str, Any]]]]] = {
    "rules": _rules,
    "editions": _editions,
    "registers": _registers,
    "dues": _dues,
    "actions": _actions,
    "forms": _forms,
    "dictionary": _dictionary,
}
OF_THE_ROOT: Final = ("rules", "dictionary")
"""What is shown of the root of the tree when no unit is named."""
