"""A school and a health office that exchange lists of cases (校核世界), for the tests of two-way verification."""

from __future__ import annotations

from typing import Any

from lianfang.capabilities.verification.actions import (
    answer_difference,
    compare_lists,
    make_agreement,
)
from lianfang.capabilities.verification.models import Agreement, Item, Run
from lianfang.demo.two_lists import AGREED, OURS_HEADS, THEIRS_HEADS, TwoLists, as_csv
from lianfang.domain.roles import Role
from lianfang.interfaces.exchange.lists import Terms, receive_list_file
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.scope import EVERYTHING, within
from tests import make

STORY = {"agree": 33, "conflict": 4, "only_ours": 3, "only_theirs": 2}


class World:
    """A school that has agreed with its county's health office to exchange lists of cases every day."""

    def __init__(self, **more: Any) -> None:
        self.province = make.root("P", "province")
        self.county = make.unit(self.province, "C1", "county")
        self.health = make.unit(self.province, "H1", "sector", "卫生健康局")
        self.school = make.unit(self.county, "S1", "school")
        self.officer = make.actor(self.school, Role.DUTY_OFFICER)
        self.second = make.actor(self.school, Role.ADMINISTRATOR)
        self.liaison = make.actor(self.health, Role.LIAISON)
        about = {
            "counterpart": "卫生健康局",
            "purpose": "病例双向校核",
            "basis": "传染病防治法",
            "frequency": "daily",
            "fields": AGREED,
            "theirs": self.health,
        }
        with make.acting(self.officer):
            self.agreement: Agreement = make_agreement(self.officer, unit=self.school, **about | more)

    def send(self, side: str, heads: Any, rows: Any, *, total: int | None = None, by: Actor | None = None) -> Any:
        terms = Terms(str(self.agreement.number), side, len(rows) if total is None else total)
        return receive_list_file(by or self.officer, terms, f"{side}.csv", as_csv(heads, rows))

    def exchange(self, lists: TwoLists) -> Run:
        self.send("ours", OURS_HEADS, lists.ours)
        self.send("theirs", THEIRS_HEADS, lists.theirs, by=self.liaison)
        return self.compare()

    def compare(self) -> Run:
        with make.acting(self.officer):
            run: Run = compare_lists(self.officer, unit=self.school, agreement=self.agreement)
        return run

    def items(self, **which: Any) -> list[Item]:
        with within(EVERYTHING):
            return list(Item.objects.filter(**which).order_by("number"))

    def answer(self, who: Actor, item: Item, verdict: str, **more: Any) -> Item:
        unit = self.health if who is self.liaison else self.school
        with make.acting(who):
            answered: Item = answer_difference(who, unit=unit, item=item, verdict=verdict, **more)
        return answered

    def both(self, item: Item) -> Item:
        verdict = {"conflict": "use_theirs", "possible": "same_person"}.get(item.klass, "missing_report")
        self.answer(self.officer, item, verdict)
        return self.answer(self.liaison, item, verdict)
