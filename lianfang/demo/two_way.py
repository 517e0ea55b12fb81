"""Two-way verification of a day (双向校核一日): a university's list and the health office's, closed by both (E01)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final

from lianfang.capabilities.units.actions import found_root, open_unit
from lianfang.capabilities.verification.actions import (
    Table,
    agreement_rate,
    answer_difference,
    compare_lists,
    make_agreement,
    sign_off,
    take_list,
)
from lianfang.capabilities.verification.models import Agreement, Item, Run
from lianfang.demo.cast import acting, appoint
from lianfang.demo.script import Finding, Scenario, moment
from lianfang.demo.two_lists import AGREED, OURS_HEADS, THEIRS_HEADS, TwoLists, as_csv, two_lists
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.accounts.models import Account
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import EVERYTHING, within

KINDS: Final = ("agree", "conflict", "only_ours", "only_theirs")
_SINCE = date(2019, 9, 1)
_COMPARED_AT, _ANSWERED_AT, _AGAIN_AT = "15:00", "15:40", "15:50"
_VERDICTS: Final[Mapping[str, str]] = {
    "conflict": "use_theirs", "possible": "same_person", "only_ours": "missing_report", "only_theirs": "missing_report",
}  # fmt: skip
_HOUR = 3600


@dataclass(slots=True)
class TwoWay:
    """Both sides, who acts for them, what they have agreed, and the runs of the day."""

    ours: Unit
    theirs: Unit
    officer: Account
    liaison: Account
    agreement: Agreement
    runs: list[Run]
    rates: list[Fraction]


def found() -> TwoWay:
    """A university and a health office in a small tree of their own, with an exchange agreement."""
    with within(EVERYTHING):
        root = found_root(SYSTEM, code="519802", name="示例校核市", name_en="Verification City", kind="city",
                          opened_on=_SINCE)  # fmt: skip
        ours, theirs = (
            open_unit(SYSTEM, parent=root, code=f"519802-{code}", name=name, name_en=name_en, kind=kind,
                      opened_on=_SINCE)
            for code, name, name_en, kind in (
                ("U", "示例校核大学", "Sample University", "university"),
                ("H", "示例卫生健康局", "Sample Health Office", "sector"),
            )
        )  # fmt: skip
    officer = appoint("two-way-officer", "数据专员", Role.DUTY_OFFICER, ours)
    liaison = appoint("two-way-liaison", "卫健联络员", Role.LIAISON, theirs)
    with acting(officer) as by:
        agreement = make_agreement(
            by, unit=ours, theirs=theirs, counterpart="示例卫生健康局", counterpart_en="Sample Health Office",
            purpose="病例与隔离人员双向校核", basis="《传染病防治法》与联防联控机制", fields=AGREED, frequency="daily",
        )  # fmt: skip
    return TwoWay(ours, theirs, officer, liaison, agreement, [], [])


def play(two: TwoWay, scenario: Scenario, day: date) -> None:
    """Both lists come, nine differences are answered by both sides, and the same files come once more."""
    lists = two_lists(day, {kind: scenario["two_way"][kind] for kind in KINDS})
    with clock.at(moment(day, _COMPARED_AT)):
        _exchange(two, lists, day)
        two.rates = list(_rates(two.runs[0]))[:1]
    with clock.at(moment(day, _ANSWERED_AT)):
        _answer(two)
        two.rates.append(_rates(two.runs[0])[1])
        _sign(two)
    with clock.at(moment(day, _AGAIN_AT)):
        _exchange(two, lists, day)


def _exchange(two: TwoWay, lists: TwoLists, day: date) -> None:
    sent: Sequence[tuple[str, Account, Sequence[str], list[tuple[str, ...]]]] = (
        ("theirs", two.liaison, THEIRS_HEADS, lists.theirs),
        ("ours", two.officer, OURS_HEADS, lists.ours),
    )
    for side, account, heads, rows in sent:
        with acting(account) as by:
            unit = two.ours if account is two.officer else two.theirs
            table = Table(heads, enumerate(rows, start=2), f"{side}-{day}.csv", _digest(heads, rows), {})
            take_list(by, unit=unit, agreement=two.agreement, side=side, table=table, control_total=len(rows), day=day)
    with acting(two.officer) as by:
        two.runs.append(compare_lists(by, unit=two.ours, agreement=two.agreement))


def _digest(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return hashlib.sha256(as_csv(heads, rows)).hexdigest()


def _rates(run: Run) -> tuple[Fraction, Fraction]:
    with within(EVERYTHING):
        return agreement_rate(run)


def _answer(two: TwoWay) -> None:
    with within(EVERYTHING):
        items = list(Item.objects.filter(run=two.runs[0]).order_by("number"))
    for account, unit in ((two.officer, two.ours), (two.liaison, two.theirs)):
        with acting(account) as by:
            for item in items:
                answer_difference(by, unit=unit, item=item, verdict=_VERDICTS[item.klass])


def _sign(two: TwoWay) -> None:
    for account, unit in ((two.officer, two.ours), (two.liaison, two.theirs)):
        with acting(account) as by:
            sign_off(by, unit=unit, run=Run.objects.get(pk=two.runs[0].pk))


def findings(two: TwoWay, scenario: Scenario) -> Iterator[Finding]:
    """What the runs and the differences say; to be asked within everything."""
    told, expect = scenario["two_way"], scenario["expect"]
    first, again = (Run.objects.get(pk=run.pk) for run in two.runs)
    items = list(Item.objects.filter(agreement=two.agreement))
    yield Finding("two_way", told, {**{name: first.counts[name] for name in ("ours", "theirs", *KINDS)},
                                    "due_h": _hours_to_answer(two)})  # fmt: skip
    yield Finding("union_rows", expect["union_rows"], first.counts["union"])
    yield Finding("agreement_before", expect["agreement_before"], _of_union(two.rates[0], first))
    yield Finding("agreement_after", expect["agreement_after"], _of_union(two.rates[1], first))
    differing = told["ours"] + told["theirs"] - 2 * told["agree"] - told["conflict"]
    closed = {"items": differing, "open": 0, "signed": True, "new_when_sent_again": 0}
    got = {"items": len(items), "open": sum(item.state != "settled" for item in items),
           "signed": first.state == "signed", "new_when_sent_again": again.counts["new"]}  # fmt: skip
    yield Finding("two_way_closed", closed, got)


def _of_union(rate: Fraction, run: Run) -> str:
    union: int = run.counts["union"]
    return f"{int(rate * union)}/{union}"


def _hours_to_answer(two: TwoWay) -> Any:
    """Hours from the opening of a difference to when its first answer was due."""
    spans = {
        (step.before["due_at"], item.opened_at.isoformat())
        for item in Item.objects.filter(agreement=two.agreement)
        for step in item.steps.filter(act="answered")
    }
    hours = {_seconds(opened, due) / _HOUR for due, opened in spans}
    return int(hours.pop()) if len(hours) == 1 else sorted(hours)


def _seconds(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
