"""A school whose answers come in large files (大批导入的学校): its rows, and what an import of them leaves behind."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction

from lianfang.interfaces.exchange import imports
from lianfang.interfaces.exchange.sheet import Limits
from lianfang.kernel.dues.models import Due
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.people.models import Membership, Person
from lianfang.kernel.reporting.models import Answer, AnswerRevision, Tally
from lianfang.kernel.reporting.tally import differences, open_tallies
from lianfang.kernel.scope import EVERYTHING, within
from tests import make
from tests.interfaces.lists import accounted, number
from tests.make import DAY

ONE_BY_ONE, TOGETHER = Limits(blocks_from=1 << 40), Limits(blocks_from=0)
HEADER = (
    "单位代码", "人员编号", "姓名", "证件类型", "证件号码", "手机", "日期", "时段", "健康状况", "体温", "症状",
    "健康码", "填报时间", "备注",
)  # fmt: skip
NAMES = ("张一", "李二", "王三", "赵四", "钱五", "孙六", "周七")
REF = "0195541e-5a00-7000-8000-00000000000{}"


class School:
    """Two classes; of the first two people bear one name, one has moved away, one has answered already."""

    def __init__(self) -> None:
        self.school = make.root("S1", "school")
        self.first, self.second = (make.unit(self.school, f"S1-K{n}", "class", name=f"{n}班") for n in (1, 2))
        self.people = [
            make.member(self.first if n < 6 else self.second, name, number=number(n)) for n, name in enumerate(NAMES)
        ]
        make.member(self.first, "赵四", number=number(9))
        with within(EVERYTHING):
            for n, person in enumerate(self.people):
                Membership.objects.filter(person=person).update(person=_renumbered(person, REF.format(n)))
            open_day(DAY)
            open_tallies(DAY)
        self.doctor = make.account(self.school, "doctor")
        self.admin = make.actor(self.school, "doctor")
        self.head = make.actor(self.first, "class_head")


def _renumbered(person: Person, key: str) -> Person:
    """The same person under a number that every run of the test knows."""
    index = person.number_index
    Person.objects.filter(pk=person.pk).update(number_index=None)
    return Person.objects.create(
        pk=key, home_unit=person.home_unit, name=person.name, id_type="resident", number_index=index
    )


def table(rows: list[dict[str, str]]) -> bytes:
    lines = [",".join(row.get(name, "") for name in HEADER) for row in rows]
    return "\n".join([",".join(HEADER), *lines, ""]).encode()


def row(n: int, **cells: str) -> dict[str, str]:
    """A good row of the nth person, by number and name."""
    who = {"单位代码": "S1-K1", "姓名": NAMES[n], "证件号码": number(n)}
    return {**who, "日期": str(DAY), "时段": "上午", "体温": "36.5", **cells}


def left_behind() -> dict[str, Any]:
    """Everything an import may have written, but for the moments and numbers of the writing itself."""
    fields = (
        "unit_id", "day", "slot", "person_id", "revision", "state", "temperature", "symptoms", "fever", "health_code",
        "note", "mode", "claimed_at", "received_at", "sender_id", "on_time", "automated", "reason",
    )  # fmt: skip
    known = [REF.format(n) for n in range(len(NAMES))]
    with within(EVERYTHING):
        new = {str(m.person_id): m.person.name for m in Membership.objects.select_related("person")}

        def answers(model: Any) -> list[Any]:
            found = [dict(zip(fields, one, strict=True)) for one in model.objects.values_list(*fields)]
            for one in found:  # people who are new have other numbers each time
                key = str(one["person_id"])
                one["person_id"] = key if key in known else new[key]
            return sorted(map(str, found))

        tallies = sorted(map(str, Tally.objects.values()))
        settled = list(Due.objects.filter(kind="roll_call", settled_at__isnull=False).values_list("unit_id", "slot"))
        phones = sorted((p.name, p.phone.open()) for p in Person.objects.all() if p.phone_sealed)
        assert differences(DAY) == []
        return {"answers": answers(Answer), "revisions": answers(AnswerRevision), "tallies": tallies,
                "settled": sorted(settled), "phones": phones, "people": sorted(new.values())}  # fmt: skip


def outcome(sender: Any, content: bytes, limits: Limits, *, keep_good: bool = True) -> tuple[Any, dict[str, Any]]:
    """What an import says and leaves behind, all of it taken back."""
    with transaction.atomic():
        with make.acting(sender):
            kept = imports.receive(sender, "reports", "体温.csv", content, keep_good=keep_good, limits=limits)
        said = (accounted(kept), kept.stage, json.dumps(kept.problems), json.dumps(kept.notes))
        found = left_behind()
        transaction.set_rollback(True)
    return said, found
