"""A unit's daily counts (日报数字): each a whole number that was really given, and all of them fitting together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lianfang.domain.parsing.findings import Findings
from lianfang.domain.parsing.number import parse_count
from lianfang.domain.parsing.text import clean_text, is_blank, one_line
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Note, Refused

TEXT_LENGTH = 500  # characters of a text item
# Members of a unit report that are not items.
ENVELOPE = frozenset({"key", "unit", "day", "slot", "form", "form_version", "nothing_to_report", "reported_at"})

Value = int | str


@dataclass(frozen=True, slots=True)
class CountItem:
    """One item of a unit's report, as data: what it asks, what it is part of, and what zero and blank mean.

    `part_of` names the item it cannot exceed; `sum_of` the items it must equal together; `sums` whether units add up;
    `zero_means_none` an item that is usually zero and must be zero when there is nothing to report; `zero_when_nothing`
    an item for which "nothing to report" is an explicit zero.
    """

    code: str
    zh: str
    en: str
    kind: str = "count"  # "count", "choice" or "text"
    part_of: str | None = None
    sum_of: tuple[str, ...] = ()
    minimum: int = 0
    required: bool = True
    sums: bool = True
    choices: tuple[str, ...] | None = None
    zero_means_none: bool = False
    zero_when_nothing: bool = False


def parse_counts(
    raw: Mapping[str, object],
    items: Sequence[CountItem],
    *,
    policy: Policy,
    yesterday: Mapping[str, int] | None,
    nothing_to_report: bool,
    channel: str,
) -> tuple[dict[str, Value], list[Note]]:
    """Item code -> value, and the notes. An item that is not owed and blank stays out: unknown, not zero.

    Refused once, with all problems: those of `parse_count`, `field.unknown`, `choice.unknown`, `cross.part_of`,
    `cross.sum`, `cross.zero_report`. Warned: `number.implausible` (see `_jumps`).
    """
    if not isinstance(raw, Mapping):
        raise Refused("type", expected="object")
    found = Findings()
    found.check_members(raw, {item.code for item in items} | ENVELOPE)
    values: dict[str, Value] = {}
    for item in items:
        value = _value(raw.get(item.code), item, found, nothing=nothing_to_report, channel=channel)
        if value is not None:
            values[item.code] = value
    _check_parts(values, items, found)
    _check_sums(values, items, found)
    if nothing_to_report:
        _check_zero_report(values, items, found)
    for item in items:
        _check_jump(values, item, found, policy=policy, yesterday=yesterday)
    return values, found.close()


def _value(raw: object, item: CountItem, found: Findings, *, nothing: bool, channel: str) -> Value | None:
    if is_blank(raw) and nothing and item.zero_when_nothing:
        return 0
    if is_blank(raw) and not item.required:
        return None
    return found.attempt(lambda: _read(raw, item, found.notes, channel=channel), None)


def _read(raw: object, item: CountItem, notes: list[Note], *, channel: str) -> Value:
    if item.kind == "text":
        return clean_text(raw, item.code, max_length=TEXT_LENGTH, notes=notes, required=item.required, multiline=True)
    if item.kind == "choice":
        return _choice(raw, item)
    count = parse_count(raw, item.code, notes, channel=channel)
    if count < item.minimum:
        raise Refused("number.out_of_range", item.code, low=item.minimum)
    return count


def _choice(raw: object, item: CountItem) -> str:
    text = one_line(raw, item.code)
    if not text:
        raise Refused("required", item.code)
    if text not in (item.choices or ()):
        raise Refused("choice.unknown", item.code, choices=item.choices)
    return text


def _number(values: Mapping[str, Value], code: str | None) -> int | None:
    value = values.get(code) if code else None
    return value if isinstance(value, int) else None


def _check_parts(values: Mapping[str, Value], items: Iterable[CountItem], found: Findings) -> None:
    for item in items:
        part, whole = _number(values, item.code), _number(values, item.part_of)
        if part is not None and whole is not None and part > whole:
            found.problem("cross.part_of", item.code, whole=item.part_of, high=whole)


def _check_sums(values: Mapping[str, Value], items: Iterable[CountItem], found: Findings) -> None:
    for item in items:
        total, parts = _number(values, item.code), [_number(values, code) for code in item.sum_of]
        known = [part for part in parts if part is not None]
        if parts and len(known) == len(parts) and total is not None and sum(known) != total:
            found.problem("cross.sum", item.code, parts=item.sum_of, expected=sum(known))


def _check_zero_report(values: Mapping[str, Value], items: Iterable[CountItem], found: Findings) -> None:
    """A zero report is a statement; a figure beside it contradicts it."""
    for item in items:
        if item.zero_means_none and _number(values, item.code):
            found.problem("cross.zero_report", item.code)


def _check_jump(
    values: Mapping[str, Value],
    item: CountItem,
    found: Findings,
    *,
    policy: Policy,
    yesterday: Mapping[str, int] | None,
) -> None:
    """Warn of a count of at least `count_jump_floor` and `count_jump_factor` times yesterday's.

    Yesterday's zero counts as one. Where yesterday is unknown, one is assumed for items that are usually zero
    (`zero_means_none`) and nothing for others: a school's first report of 1,200 pupils is no jump, 25 fevers are.
    """
    value = _number(values, item.code)
    before = (yesterday or {}).get(item.code, 0 if item.zero_means_none else None)
    if value is None or before is None or value < policy.count_jump_floor:
        return
    if value >= policy.count_jump_factor * max(before, 1):
        found.warn("number.implausible", item.code, kept=value, yesterday=(yesterday or {}).get(item.code))


def add_up(children: Sequence[Mapping[str, int]], items: Iterable[CountItem]) -> dict[str, int]:
    """The sums over units of each item that adds up; an item nobody gave stays out: missing is not zero."""
    return dict(_sums(children, items))


def _sums(children: Sequence[Mapping[str, int]], items: Iterable[CountItem]) -> Iterator[tuple[str, int]]:
    for item in items:
        given = [child[item.code] for child in children if item.code in child]
        if item.kind == "count" and item.sums and given:
            yield item.code, sum(given)


def difference(old: Mapping[str, Value], new: Mapping[str, Value]) -> dict[str, tuple[Value | None, Value | None]]:
    """Item code -> (before, after) for each item that differs; None where it was not given."""
    codes = dict.fromkeys([*old, *new])
    return {code: (old.get(code), new.get(code)) for code in codes if old.get(code) != new.get(code)}
