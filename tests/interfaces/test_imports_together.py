"""Large files of answers (大批导入): checked by columns and written together, and in the end just as row by row."""

from __future__ import annotations

import io
import json
from functools import partial
from threading import get_ident

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.capabilities.checkin import bulk_stage
from lianfang.interfaces.exchange import applying, imports
from lianfang.interfaces.exchange.layouts.reports import Reports
from lianfang.kernel.alerts.models import Alert
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.audit.models import Event
from lianfang.kernel.files.models import Import
from lianfang.kernel.files.purge import purge
from lianfang.kernel.people.models import Membership, Person
from lianfang.kernel.reporting.models import Answer, AnswerRevision, Receipt
from lianfang.kernel.reporting.tally import differences
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.reactions import REACTIONS
from tests import make
from tests.interfaces.importing_together import (
    HEADER,
    NAMES,
    ONE_BY_ONE,
    REF,
    TOGETHER,
    School,
    left_behind,
    outcome,
    row,
    table,
)  # fmt: skip
from tests.interfaces.lists import accounted, number, places
from tests.make import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("afternoon", "reads_here")]


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
def test_a_file_written_on_two_connections_leaves_behind_what_it_does_row_by_row(monkeypatch):
    school = School()
    rows = [row(n) for n in (0, 1, 2)] + [row(5, 单位代码="S1-K2", 体温="38.5", 手机="13800138000"), row(4, 体温="365")]
    rows += [row(6, 单位代码="S1-K2"), row(3, 证件号码="")]  # the last is not staged: two people bear the name
    expected, wanted = outcome(school.admin, table(rows), ONE_BY_ONE)
    threads = set()
    write = Reports.write_staged

    def noted(self, desk, outcome, among):
        threads.add(get_ident())
        write(self, desk, outcome, among)

    monkeypatch.setattr(Reports, "write_staged", noted)
    monkeypatch.setattr(bulk_stage, "MOST_ALONE", 2)
    content = table(rows)
    kept = imports.receive(school.admin, "reports", "体温.csv", content, keep_good=True, limits=TOGETHER)
    assert len(threads) == 2
    assert (accounted(kept), kept.stage, json.dumps(kept.problems), json.dumps(kept.notes)) == expected
    assert left_behind() == wanted


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("alone", [2, 50_000], ids=["on_two_connections", "on_one"])
def test_a_large_file_cut_off_between_two_transactions_is_incomplete_and_goes_on_when_it_is_sent_again(
    monkeypatch, tmp_path, alone
):
    school = School()
    monkeypatch.setattr(bulk_stage, "MOST_ALONE", alone)
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
