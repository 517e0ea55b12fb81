"""Large files of answers (大批导入): checked by columns and written together, and in the end just as row by row."""

from __future__ import annotations

import io
import json
from functools import partial
from typing import Any

import polars as pl
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

from lianfang.capabilities.checkin.bulk_names import plain_names
from lianfang.capabilities.checkin.bulk_numbers import valid_numbers
from lianfang.domain.identity import parse_identity
from lianfang.domain.parsing.text import clean_name
from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange import applying, imports
from lianfang.interfaces.exchange.layouts.reports import Reports
from lianfang.interfaces.exchange.reading import read_table
from lianfang.interfaces.exchange.sheet import Limits
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.audit.models import Event
from lianfang.kernel.crypto import blind_index
from lianfang.kernel.crypto_together import blind_indexes_of
from lianfang.kernel.dues.models import Due
from lianfang.kernel.dues.ops import open_day
from lianfang.kernel.files.models import Import
from lianfang.kernel.files.purge import purge
from lianfang.kernel.people.models import Membership, Person
from lianfang.kernel.reporting.models import Answer, AnswerRevision, Receipt, Tally
from lianfang.kernel.reporting.tally import differences, open_tallies
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.reactions import REACTIONS
from tests import make
from tests.interfaces.exchange.reading import in_this_process
from tests.interfaces.lists import accounted, number, places
from tests.make import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon", "reads_here")]

ONE_BY_ONE, TOGETHER = Limits(blocks_from=1 << 40), Limits(blocks_from=0)
HEADER = (
    "单位代码", "人员编号", "姓名", "证件类型", "证件号码", "手机", "日期", "时段", "健康状况", "体温", "症状",
    "健康码", "填报时间", "备注",
)  # fmt: skip
NAMES = ("张一", "李二", "王三", "赵四", "钱五", "孙六", "周七")
REF = "0195541e-5a00-7000-8000-00000000000{}"


@pytest.fixture
def reads_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are read in this process."""
    monkeypatch.setattr(imports, "read_table", partial(read_table, reader=in_this_process))


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


GOOD = {
    "单位代码": ["S1-K1", "S1-K1", "1班", "S1-K2"],
    "人员编号": ["", "", "", REF.format(1), REF.format(5)],
    "姓名": [*NAMES[:6], "", " 张一"],
    "证件类型": ["", "居民身份证", "身份证"],
    "证件号码": [*(number(n) for n in range(6)), "", number(8)],
    "手机": ["", "", "13800138000", "+8613800138001"],
    "日期": [str(DAY), str(DAY), "2026/3/2", "2026-03-01"],
    "时段": ["上午", "am", "早上", "下午"],
    "健康状况": ["", "健康", "不适"],
    "体温": ["36.5", "36.6", "38.2", "３６．６", "36.50"],
    "症状": ["", "无", "咳嗽", "发热、咳嗽"],
    "健康码": ["", "绿码", "red"],
    "填报时间": ["", "2026-03-02 07:30:00", "2026-03-02T07:31:00+08:00"],
    "备注": ["", "已就诊", " 家中休息"],
}
BAD = {
    "单位代码": ["S1-K2", "S9", "S1", ""],
    "人员编号": ["nobody", REF.format(8), REF.format(6)],
    "姓名": ["同上", "张*", "李二四", "赵四"],
    "证件类型": ["护照", "学生证"],
    "证件号码": [number(0)[:-1] + "A", "123", number(7), "51999919900101000X", number(6)],
    "手机": ["12"],
    "日期": ["2026-03-09", "02/03/2026", "", "2020-01-01"],
    "时段": ["半夜", ""],
    "健康状况": ["好极了"],
    "体温": ["365", "", "36.555", "97F"],
    "症状": ["无、咳嗽", "牙疼"],
    "健康码": ["蓝码"],
    "填报时间": ["昨天", "2026-03-02 23:30:00"],
    "备注": ["\u202e" + "反"],
}


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, str]]:
    """Rows of some people, each cell usually good and now and then bad; some rows come twice."""
    rows = []
    for _ in range(draw(st.integers(2, 7))):
        n = draw(st.integers(0, 5))
        cells = row(n)
        for name in draw(st.lists(st.sampled_from(HEADER), max_size=3, unique=True)):
            cells[name] = draw(st.sampled_from(GOOD[name] * 2 + BAD[name]))
        rows.append(cells)
    return rows


def test_together_or_one_by_one_every_table_is_refused_noted_and_stored_alike():
    school = School()

    @settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    @given(tables(), st.booleans())
    def alike(rows: list[dict[str, str]], by_head: bool) -> None:
        sender = school.head if by_head else school.admin
        said, found = outcome(sender, table(rows), TOGETHER)
        expected, wanted = outcome(sender, table(rows), ONE_BY_ONE)
        assert said == expected
        assert found == wanted

    alike()


def test_the_same_rows_again_change_nothing_and_other_ones_are_revisions_as_ever():
    school = School()
    earlier = [row(0), row(1, 体温="36.9"), row(2)]
    later = [row(0), row(1, 体温="38.0"), row(2, 备注="已就诊"), row(3, 姓名="赵四"), row(4)]
    found = []
    for limits in (TOGETHER, ONE_BY_ONE):
        with transaction.atomic():
            with make.acting(school.admin):
                imports.receive(school.admin, "reports", "1.csv", table(earlier), limits=limits)
                kept = imports.receive(school.admin, "reports", "2.csv", table(later), limits=limits)
            found.append((accounted(kept), places(kept), left_behind()))
            transaction.set_rollback(True)
    assert found[0] == found[1]
    assert found[0][0] == (5, 5, 0, 0, 0) and len(found[0][2]["revisions"]) == 2


def test_a_fever_in_a_large_file_still_calls_the_doctor_and_the_well_leave_one_event():
    school = School()
    rows = [row(0), row(1, 体温="38.5"), row(2), row(4, 健康码="red")]
    with make.acting(school.admin):
        kept = imports.receive(school.admin, "reports", "体温.csv", table(rows), limits=TOGETHER)
    assert accounted(kept) == (4, 4, 0, 0, 0)
    with within(EVERYTHING):
        recorded = Event.objects.filter(kind="answer.recorded")
        assert {event.subject.rpartition("/")[2] for event in recorded} == {REF.format(1), REF.format(4)}
        assert Event.objects.filter(kind="answers.imported").count() == 1
        assert [r.key for r in Receipt.objects.all()] == [f"import-{kept.pk}-S1-K1"]
    dispatch(REACTIONS)
    with within(EVERYTHING):
        told = set(Alert.objects.filter(account_id=school.doctor.pk).values_list("kind", flat=True))
    assert told == {"answer.fever", "answer.health_code"}


def many_people(school: School, how_many: int) -> list[Person]:
    """People of the first class without documents."""
    with within(EVERYTHING):
        names = [f"甲{chr(0x4E00 + n)}乙" for n in range(how_many)]
        made = Person.objects.bulk_create(
            [Person(home_unit=school.first, name=name, id_type="none") for name in names], batch_size=1000
        )
        entered = [Membership(unit=school.first, person=one, kind="learner", since="2020-01-01") for one in made]
        Membership.objects.bulk_create(entered, batch_size=1000)
    return made


def test_acceptance_19_seventy_thousand_rows_with_four_bad_ones_are_69996_written_and_4_named():
    """Nothing is dropped at 65,536."""
    school = School()
    make.rules(school.school, closes_after_days=100)
    people = many_people(school, 2_000)
    days = [f"2026-{month:02d}-{day:02d}" for month in (1, 2) for day in range(1, 29)]
    wanted = [f"S1-K1,{one.pk},{day},上午,36.5" for day in days for one in people][:70_000]
    bad = {9: ("36.5", "365"), 65_535: ("36.5", ""), 65_536: ("上午", "半夜"), 69_999: ("S1-K1", "S9")}
    for place, (good, wrong) in bad.items():
        wanted[place] = wanted[place].replace(good, wrong)
    head = "单位代码,人员编号,日期,时段,体温"
    with make.acting(school.admin):
        kept = imports.receive(school.admin, "reports", "七万.csv", "\n".join([head, *wanted]).encode(), keep_good=True)
    assert accounted(kept) == (70_000, 69_996, 4, 0, 0)
    assert [place[0] for place in places(kept)] == [11, 65_537, 65_538, 70_001]
    with within(EVERYTHING):
        assert Answer.objects.count() == 69_996


@pytest.mark.django_db(transaction=True)
def test_a_large_file_cut_off_between_two_transactions_is_incomplete_and_goes_on_when_it_is_sent_again(
    monkeypatch, tmp_path
):
    school = School()
    rows = [row(n) for n in (0, 1, 2, 4)] + [row(6, 单位代码="S1-K2"), row(5, 体温="365")]
    path = tmp_path / "体温.csv"
    path.write_bytes(table(rows))
    monkeypatch.setattr(applying, "MOST_AT_ONCE", 3)
    kept_going = Reports.write_staged

    def second_one_fails(self, desk, outcome, among):
        if school.second.pk in among:
            raise RuntimeError("the machine is switched off")
        kept_going(self, desk, outcome, among)

    monkeypatch.setattr(Reports, "write_staged", second_one_fails)
    send = partial(imports.receive, school.admin, "reports", "体温.csv", path, keep_good=True, limits=TOGETHER)
    with pytest.raises(RuntimeError):
        send()
    with within(EVERYTHING):
        cut = Import.objects.get()
        assert (cut.stage, accounted(cut), Answer.objects.count()) == ("checked", (6, 4, 1, 1, 0), 4)

    monkeypatch.setattr(Reports, "write_staged", kept_going)
    whole = send()
    assert (whole.pk, whole.stage, accounted(whole)) == (cut.pk, "written", (6, 5, 1, 0, 0))
    with within(EVERYTHING):
        assert Answer.objects.count() == 5 and AnswerRevision.objects.count() == 0
        assert Receipt.objects.count() == 2 and differences(DAY) == []


def test_the_problems_of_a_file_are_listed_for_a_spreadsheet():
    school = School()
    with make.acting(school.admin):
        kept = imports.receive(school.admin, "reports", "体温.csv", table([row(0, 体温="365")]), limits=TOGETHER)
    out = io.BytesIO()
    imports.list_problems(kept, "csv", out)
    head, line = out.getvalue().decode("utf-8-sig").splitlines()
    assert head.count(",") == 2 and line.startswith("2,体温,")


def test_what_is_plain_is_exactly_what_the_one_reader_gives_back_unchanged():
    today = DAY

    @settings(max_examples=300, derandomize=True, deadline=None)
    @given(
        st.lists(st.text(st.sampled_from("无名同上张李王罗马莨阿路一二aA·. 测"), min_size=1, max_size=5), min_size=1),
        st.lists(st.tuples(st.sampled_from(("519999", "110101", "990101", "810000")), st.dates(), st.integers(0, 999),
                           st.sampled_from("0123456789Xx"))),
    )  # fmt: skip
    def alike(names: list[str], numbers: list[tuple[Any, ...]]) -> None:
        for name, plain in zip(names, plain_names(pl.Series(names)), strict=True):
            assert not plain or read_name(name) == (name, [])
        texts = [f"{area}{day:%Y%m%d}{n:03d}{check}" for area, day, n, check in numbers]
        texts += [text[:-1] + ric.calc_check_digit(text) for text in texts]
        for text, valid in zip(texts, valid_numbers(pl.Series(texts, dtype=pl.String), today=today), strict=True):
            assert valid == (read_number(text, today) == text)

    alike()


def read_name(text: str) -> tuple[str, list[Any]] | None:
    notes: list[Any] = []
    try:
        return clean_name(text, "", notes), notes
    except Refused:
        return None


def read_number(text: str, today: Any) -> str | None:
    try:
        return parse_identity("resident", text, "", [], today=today).number
    except (Refused, ValueError):
        return None


def test_a_file_nobody_took_further_for_thirty_days_is_given_up_and_its_bytes_are_gone():
    school = School()
    with make.acting(school.admin):
        kept = imports.receive(school.admin, "reports", "体温.csv", table([row(0)]), dry_run=True, limits=TOGETHER)
    with within(EVERYTHING):
        with make.clock.at(kept.received_at + make.timedelta(days=29)):
            assert purge() == 0
        with make.clock.at(kept.received_at + make.timedelta(days=31)):
            assert (purge(), purge()) == (1, 0)
        kept.refresh_from_db()
    assert (kept.stage, bytes(kept.content)) == ("dropped", b"") and accounted(kept) == (1, 0, 1, 0, 0)


def test_indexes_made_together_are_those_made_one_by_one():
    numbers = [number(n) for n in range(20)]
    together = list(blind_indexes_of("id:resident", numbers))
    assert together == [blind_index("id:resident", one) for one in numbers]
    with pytest.raises(ValueError, match="normal form"):
        list(blind_indexes_of("id:resident", ["１２３"]))
