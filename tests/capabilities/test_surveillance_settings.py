"""Detection settings (预警设置): their false alarms are known before; alarms join the open alert."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from lianfang.capabilities.incidents.actions import settle_alert, verify_alert
from lianfang.capabilities.incidents.models import ClusterAlert
from lianfang.capabilities.surveillance.actions import number_text, propose_setting, switch_off, switch_on
from lianfang.capabilities.surveillance.models import Alarm, DetectionRun, DetectionSetting
from lianfang.capabilities.surveillance.running import run_due
from lianfang.demo.classes import class_count
from lianfang.demo.population import province
from lianfang.domain.analysis.detect.expected import Group
from lianfang.domain.refusals import Refused
from lianfang.domain.surveillance.cost import cost
from lianfang.domain.surveillance.judging import Usual
from lianfang.domain.surveillance.terms import Terms
from lianfang.interfaces.worker.sweep import sweep
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM
from lianfang.kernel.actions import store
from lianfang.kernel.audit.dispatch import dispatch
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.scope import EVERYTHING, within
from lianfang.reactions import REACTIONS
from tests import make
from tests.make import DAY, at
from tests.surveillance_world import World, answered, built, lived, opened
from tests.surveillance_world import counted as count_now

pytestmark = pytest.mark.django_db
USUAL = Usual(baseline=7, cusum_days=28, min_sigma=0.5)
PERCENT = {"kindergarten": (1.77, 0.27), "primary": (0.28, 0.07)}  # rules.md 3.3; the others 0.08 and 0.02


def classes_of_the_province() -> dict[tuple[str, int], int]:
    """How many classes of which kind and mean size the model of scenarios.md 5.6 has."""
    found: Counter[tuple[str, int]] = Counter()
    for school in province("XL").schools:
        if school.kind.mean_class:
            found[school.kind.code, school.kind.mean_class] += class_count(school)
    return found


def proposed(world: World, unit: Unit | None = None, **more) -> DetectionSetting:
    given = {"method": "auto", "syndrome": "respiratory", "level": "class", "cases": 2, **more}
    who = world.officer(unit)
    with make.acting(who):
        return propose_setting(who, unit=unit or world.county, **given)


def switched_on(world: World, unit: Unit | None = None, **more) -> DetectionSetting:
    setting = proposed(world, unit, **more)
    with within(EVERYTHING):
        return switch_on(SYSTEM, setting=setting)


def judged(day, *, hour: int = 18) -> int:
    """What the worker does once the deadline has passed: settings run, what follows follows."""
    with clock.at(at(hour, day=day)):
        with within(EVERYTHING):
            raised = run_due()
        dispatch(REACTIONS)
    return raised


def alerts() -> list[ClusterAlert]:
    with within(EVERYTHING):
        return list(ClusterAlert.objects.order_by("opened_at"))


def test_the_models_class_counts_give_1186_raw_and_6_similar_false_alarms_a_day():
    classes = classes_of_the_province()
    for which, wanted, slack in ((0, 1186, 2), (1, 6, 0.5)):
        crowds = [
            Group(kind, many, size, PERCENT.get(kind, (0.08, 0.02))[which] / 100)
            for (kind, size), many in classes.items()
        ]
        found = cost(crowds, terms=Terms("at_least", "absence", "class", cases=3), usual=USUAL)
        assert found.a_day == pytest.approx(wanted, abs=slack)


def test_the_raw_rule_of_three_absences_is_refused_with_about_1186_false_alarms_a_day():
    world = built(schools=0)
    with clock.at(at(12)):
        _fill_province(world)
        raw = proposed(world, world.province, method="at_least", syndrome="absence", cases=3)
        alike = proposed(world, world.province, method="at_least", syndrome="respiratory", cases=3)
        assert float(raw.false_alarms) == pytest.approx(1186, abs=3)
        with within(EVERYTHING), pytest.raises(Refused) as refused:
            switch_on(SYSTEM, setting=raw)
        assert refused.value.code == "surveillance.too_many"
        assert refused.value.problems[0].facts["n"] == "1,186"
        with within(EVERYTHING):
            assert switch_on(SYSTEM, setting=alike).state == "on"
        assert float(alike.false_alarms) == pytest.approx(6, abs=0.5)
        assert alike.series == sum(classes_of_the_province().values())


def _fill_province(world: World) -> None:
    """Schools and classes of the model by their mean sizes, and a day's counts of them, written directly."""
    prefixes = {"primary": "21", "junior": "31", "senior": "34", "vocational": "36", "special": "51"}
    kinds = {"kindergarten": "kindergarten", "university": "university"}
    number = 1_000_000
    with within(EVERYTHING), connection.cursor() as cursor:
        for place, ((kind, size), many) in enumerate(classes_of_the_province().items()):
            code = f"{prefixes.get(kind, '99')}5160{place:04d}"
            school = make.unit(world.county, code, kinds.get(kind, "school"))
            given = {
                "first": number, "many": many, "path": school.path, "school": school.pk, "code": f"{kind}-",
                "size": size, "day": DAY,
            }  # fmt: skip
            cursor.execute(_CLASSES, given)
            cursor.execute(_COUNTED, given)
            number += many
        cursor.execute("ANALYZE orgs_unit; ANALYZE surveillance_daycount")


_CLASSES = """
INSERT INTO orgs_unit (id, code, name, name_en, kind, parent_id, path, sector_path, reports, keeps_roster, opened_on,
                       zone_name, phone)
SELECT n, %(code)s || n, 'c', '', 'class', %(school)s, %(path)s || n || '/', '', false, true, '2020-01-01',
       'Asia/Shanghai', ''
  FROM generate_series(%(first)s, %(first)s + %(many)s - 1) n
"""
_COUNTED = """
INSERT INTO surveillance_daycount (unit_id, day, path, sector_path, above, level, expected, answered, counts, bounds,
                                   fewest)
SELECT n, %(day)s, %(path)s || n || '/', '', %(path)s, 'class', %(size)s, 0, '{}', '{}', 5
  FROM generate_series(%(first)s, %(first)s + %(many)s - 1) n
"""


def test_absences_for_different_causes_are_refused_however_few_false_alarms_they_cause():
    world = built(schools=1, classes=2)
    with clock.at(at(18)):
        lived(world, DAY)
        raw = proposed(world, method="at_least", syndrome="absence", cases=3)
        with within(EVERYTHING), pytest.raises(Refused) as refused:
            switch_on(SYSTEM, setting=raw)
    assert refused.value.code == "surveillance.not_similar"
    assert 0 < float(raw.false_alarms) < 1
    assert refused.value.problems[0].facts["what"] == "Absence through illness"


def test_few_false_alarms_are_said_with_two_figures_and_rare_ones_are_never_none():
    said = [number_text(n) for n in (1186.4, 6.04, 0.0643, 0.0200004, 0.001, 0.0000004, 0)]
    assert said == ["1,186", "6.0", "0.064", "0.02", "0.001", "<0.001", "0"]
    world = built(schools=1, classes=2)
    with clock.at(at(18)):
        lived(world, DAY)
        rare = proposed(world, method="at_least", syndrome="any", cases=5)
    assert number_text(float(rare.false_alarms)) == "<0.001"


def test_the_same_setting_is_proposed_once_and_again_only_after_it_was_dropped():
    world = built(schools=1)
    with clock.at(at(18)):
        lived(world, DAY)
        first = proposed(world)
        with pytest.raises(Refused) as refused:
            proposed(world, valid_from=DAY + timedelta(days=1), note="once more")
        assert refused.value.code == "surveillance.proposed_already"
        proposed(world, cases=3)
        with within(EVERYTHING):
            switch_off(SYSTEM, setting=first, reason="not wanted")
        second = switched_on(world)
        with pytest.raises(Refused) as refused:
            proposed(world)
    assert refused.value.code == "surveillance.on_already"
    assert second.pk != first.pk


def test_two_who_propose_the_same_words_at_one_moment_make_one_setting():
    world = built(schools=1)
    with clock.at(at(18)):
        lived(world, DAY)
        first = proposed(world)
    with within(EVERYTHING):
        again = DetectionSetting.objects.get(pk=first.pk)
        again.pk, again._state.adding = uuid4(), True
        with pytest.raises(ValidationError, match="same words"), transaction.atomic():
            store(again)
        with pytest.raises(IntegrityError, match="one_setting_of_these_words"), transaction.atomic():
            again.save()
        DetectionSetting.objects.filter(pk=first.pk).update(state="off", off_at=clock.now())
        store(again)


def test_nothing_is_switched_on_before_its_cost_can_be_reckoned():
    world = built(schools=1)
    with clock.at(at(12)), within(EVERYTHING), pytest.raises(Refused) as refused:
        switch_on(SYSTEM, setting=proposed(world))
    assert refused.value.code == "surveillance.nothing_counted"


def test_own_records_of_four_weeks_take_the_place_of_the_base_rates():
    world = built(schools=1, classes=1)
    for back in range(14, 0, -1):
        lived(world, DAY - timedelta(days=back), {"S1-K1": [["cough"]]})
    with clock.at(at(18)):
        lived(world, DAY)
        found = proposed(world, method="at_least", cases=3)
    assert found.rates == "own"  # 14 of 300 a day: P(X >= 3), X ~ B(20, 14/300)
    assert float(found.false_alarms) == pytest.approx(0.0643, abs=0.001)


def test_the_history_of_a_setting_says_who_when_and_why():
    world = built(schools=1)
    with clock.at(at(18)):
        lived(world, DAY)
        setting = switched_on(world)
    with clock.at(at(19)), within(EVERYTHING):
        with pytest.raises(Refused, match="reason"):
            switch_off(SYSTEM, setting=setting, reason=" ")
        switch_off(SYSTEM, setting=setting, reason="too many false alarms")
        kept = DetectionSetting.objects.get()
        assert (kept.state, kept.off_by, kept.off_reason) == ("off", "system", "too many false alarms")
        with pytest.raises(Refused) as refused:
            switch_on(SYSTEM, setting=kept)
    assert refused.value.code == "flow.condition"


def test_the_same_setting_is_on_once():
    world = built(schools=1)
    with clock.at(at(18)):
        lived(world, DAY)
        switched_on(world)
        with pytest.raises(Refused) as refused:
            switched_on(world, cases=3)
    assert refused.value.code == "surveillance.on_already"


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"method": "farsight"}, "choice.unknown", "method"),
        ({"syndrome": "luck"}, "choice.unknown", "syndrome"),
        ({"level": "galaxy"}, "choice.unknown", "level"),
        ({"alpha_percent": Decimal(0)}, "number.out_of_range", "alpha_percent"),
        ({"alpha_percent": Decimal(200)}, "number.out_of_range", "alpha_percent"),
        ({"method": "at_least", "cases": 1}, "number.out_of_range", "cases"),
        ({"method": "c1", "cases": 0}, "number.out_of_range", "cases"),
        ({"method": "auto", "cases": -1}, "number.out_of_range", "cases"),
        ({"method": "at_least", "cases": 3, "window_days": 500}, "number.out_of_range", "window_days"),
        ({"valid_from": DAY - timedelta(days=1)}, "surveillance.past", "valid_from"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_field(wrong, code, field):
    world = built(schools=0)
    with clock.at(at(12)), pytest.raises(Refused) as refused:
        proposed(world, **wrong)
    assert (refused.value.problems[0].code, refused.value.problems[0].field) == (code, field)


def quiet(world: World, days: int) -> None:
    """Days on which one pupil of each class coughs now and then."""
    for back in range(days, 0, -1):
        lived(world, DAY - timedelta(days=back), {"S1-K1": [["cough"]] if back % 3 == 0 else []})


def test_an_unusual_count_opens_one_alert_that_repeated_days_join():
    world = built(schools=1, classes=2)
    quiet(world, 9)
    with clock.at(at(6)):
        switched_on(world, level="school", cases=2)
    lived(world, DAY, {"S1-K1": [["cough"]] * 2, "S1-K2": [["cough"]] * 2})
    assert judged(DAY, hour=16) == 0, "today is not judged before the deadline"
    assert judged(DAY) == 1
    assert judged(DAY) == 0
    lived(world, DAY + timedelta(days=1), {"S1-K1": [["cough"]] * 2, "S1-K2": [["cough"]] * 3})
    assert judged(DAY + timedelta(days=1)) == 1
    found = [one for one in alerts() if one.unit_id == world.schools[0].pk]
    assert [(one.rule, one.group, one.cases, one.since) for one in found] == [("unusual", "respiratory", 5, DAY)]
    with within(EVERYTHING):
        assert {one.alert for one in Alarm.objects.all()} == {f"incidents.clusteralert:{found[0].pk}"}


def test_the_workers_own_pass_raises_the_alarm_after_the_deadline_and_never_before():
    world = built(schools=1, classes=2)
    quiet(world, 9)
    with clock.at(at(6)):
        switched_on(world, level="school", cases=2)
    lived(world, DAY, {"S1-K1": [["cough"]] * 2, "S1-K2": [["cough"]] * 2})
    with clock.at(at(16)):
        assert sweep()["alarmed"] == 0
    assert alerts() == []
    with clock.at(at(18)):
        assert sweep()["alarmed"] == 1
    with clock.at(at(18, 1)):
        assert sweep()["alarmed"] == 0
    assert [one.rule for one in alerts()] == ["unusual"]


def test_a_division_without_classes_is_looked_at_like_a_class():
    world = built(schools=1, classes=1)
    with clock.at(at(6, day=DAY - timedelta(days=30))):
        world.classes.append(division := make.unit(world.schools[0], "S1-D1", "division", "后勤组"))
        world.people["S1-D1"] = make.members(division, 20)
    quiet(world, 9)
    with clock.at(at(6)):
        assert switched_on(world).series == 2
    lived(world, DAY, {"S1-D1": [["cough"]] * 2})
    assert judged(DAY) == 1
    with within(EVERYTHING):
        assert Alarm.objects.get().unit_id == division.pk


def test_an_alarm_of_a_class_joins_the_alert_that_similar_illness_opened():
    world = built(schools=1, classes=1)
    quiet(world, 9)
    with clock.at(at(6)):
        switched_on(world)
    lived(world, DAY, {"S1-K1": [["cough"]] * 4})
    with clock.at(at(10)):
        dispatch(REACTIONS)
    assert [one.rule for one in alerts()] == ["same_day"]
    assert judged(DAY) == 1
    assert [(one.rule, one.cases) for one in alerts()] == [("same_day", 4)]


def test_an_alert_of_an_unusual_count_is_verified_and_gets_its_outcome():
    world = built(schools=1, classes=2)
    quiet(world, 9)
    with clock.at(at(6)):
        switched_on(world, level="school", cases=2)
    lived(world, DAY, {"S1-K1": [["cough"]] * 2, "S1-K2": [["cough"]] * 2})
    judged(DAY)
    doctor = make.actor(world.schools[0], "doctor")
    with clock.at(at(19)), make.acting(doctor):
        alert = ClusterAlert.objects.get()
        verify_alert(doctor, alert=alert)
        settle_alert(doctor, alert=alert, outcome="unrelated", note="two different causes")
    assert alerts()[0].outcome == "unrelated"


def test_a_silent_day_and_a_day_few_have_answered_are_not_judged():
    world = built(schools=1, classes=2)
    quiet(world, 9)
    with clock.at(at(6)):
        switched_on(world, level="school", cases=2)
    lived(world, DAY, {"S1-K1": [["cough"]] * 2, "S1-K2": [["cough"]] * 2}, checked=False)
    assert judged(DAY) == 0
    with within(EVERYTHING):
        ran = DetectionRun.objects.get()
    assert (ran.series, ran.alarms) == (0, 0)


def test_too_few_days_on_record_are_said_and_raise_nothing():
    world = built(schools=1, classes=2)
    quiet(world, 3)
    with clock.at(at(6)):
        switched_on(world, level="school", cases=2)
    lived(world, DAY, {"S1-K1": [["cough"]] * 5})
    assert judged(DAY) == 0
    with within(EVERYTHING):
        assert DetectionRun.objects.get().short == 1


def test_late_answers_are_seen_by_the_run_that_follows_when_the_day_is_closed():
    world = built(schools=1, classes=2)
    quiet(world, 9)
    with clock.at(at(6)):
        switched_on(world, level="school", cases=2)
    lived(world, DAY)
    assert judged(DAY) == 0
    for place in range(4):
        answered(world, world.classes[0], place, DAY, symptoms=["cough"])
    count_now()
    assert judged(DAY + timedelta(days=1)) == 0
    assert judged(DAY + timedelta(days=3), hour=1) == 1


def test_days_that_opened_without_answers_are_no_zeros_of_the_baseline():
    world = built(schools=1, classes=2)
    for back in range(12, 0, -1):
        day = DAY - timedelta(days=back)
        if back % 2:
            opened(day)
            count_now()
        else:
            lived(world, day, {"S1-K1": [["cough"]] * 3})
    with clock.at(at(6)):
        switched_on(world, level="school", method="c1", cases=1)
    lived(world, DAY, {"S1-K1": [["cough"]] * 3})
    judged(DAY)
    with within(EVERYTHING):
        assert not Alarm.objects.exists()
        assert DetectionRun.objects.get().short == 1, "six days answered are fewer than the seven of the baseline"
