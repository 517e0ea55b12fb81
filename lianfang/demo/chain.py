"""The report chain of a whole province (逐级汇总): units, then county, prefecture and province, each figure signed.

Who is ill, who reports when and who is late or silent is the synthetic province's behaviour (spec 5.6).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from django.db.models import Count, IntegerField, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from lianfang.capabilities.daily_report.actions import sign_report
from lianfang.capabilities.rules.actions import adopt_rules
from lianfang.demo.acts import Act, added_up, perform
from lianfang.demo.behaviour import UnitReported, day_of
from lianfang.demo.cast import appoint_all
from lianfang.demo.hands import Sending, send_all, share_out
from lianfang.demo.population import Province, province
from lianfang.demo.script import Finding, Scenario, moment
from lianfang.demo.settle import counted, settle
from lianfang.domain.roles import Role
from lianfang.kernel.accounts.actor import SYSTEM, Actor
from lianfang.kernel.dues.models import REPORT, Due
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.policies.ops import policy_of
from lianfang.kernel.reporting.board import board
from lianfang.kernel.reporting.forms import DAILY, form_on
from lianfang.kernel.reporting.models import UnitReport
from lianfang.kernel.reporting.reports import is_intact
from lianfang.kernel.scope import EVERYTHING, within

OFFICES = ("county", "prefecture", "province")
FIRST_HAND = ("kindergarten", "school", "university", "institute")
_COUNTIES_AT, _CORRECTIONS_AT, _PREFECTURES_AT, _PROVINCE_AT = "16:56", "17:18", "17:25", "17:52"
_LATE = "迟报单位补入"


@dataclass(slots=True)
class Chain:
    """The province, what it does that day, and who signs for each unit, by code."""

    plan: Province
    root: Unit
    signers: dict[str, Actor]


def found(scenario: Scenario) -> Chain:
    """The province of size S with its rules and a signer for every unit that reports."""
    plan = province("S")
    root = settle(plan, people_answer=False)
    told = scenario["report_chain"]
    deadlines = dict.fromkeys(FIRST_HAND, f"{told['unit']}:00") | {kind: f"{told[kind]}:00" for kind in OFFICES}
    with within(EVERYTHING):
        adopt_rules(
            SYSTEM, unit=root, code="province-004", title="全省日报时限", basis="report 004", valid_from=plan.start,
            parameters={"deadlines": deadlines},
        )  # fmt: skip
        reporting = list(Unit.objects.filter(under(root), reports=True))
    schools = [unit for unit in reporting if unit.kind not in OFFICES]
    offices = [unit for unit in reporting if unit.kind in OFFICES]
    signers = appoint_all(schools, Role.DUTY_OFFICER) | appoint_all(offices, Role.OFFICER)
    return Chain(plan, root, signers)


def units_report(chain: Chain, day: date) -> None:
    """Everything that comes before the counties sign."""
    _sign_figures(_reports(chain, day, until=moment(day, _COUNTIES_AT)), chain, day)


def counties_sign(chain: Chain, day: date) -> None:
    """Every county adds up and signs; a unit that is not in is named as a gap."""
    _sign(chain, "county", day, _COUNTIES_AT)


def late_units_and_superiors(chain: Chain, day: date) -> None:
    """The late units come; their counties correct what they sent; then prefectures and the province sign."""
    late = _reports(chain, day, since=moment(day, _COUNTIES_AT))
    _sign_figures(late, chain, day)
    with within(EVERYTHING):
        codes = [event.unit for event in late]
        affected = set(Unit.objects.filter(code__in=codes).values_list("parent__code", flat=True))
    _sign(chain, "county", day, _CORRECTIONS_AT, among=affected, reason=_LATE)
    _sign(chain, "prefecture", day, _PREFECTURES_AT)
    _sign(chain, "province", day, _PROVINCE_AT)


def _reports(
    chain: Chain, day: date, *, since: datetime | None = None, until: datetime | None = None
) -> list[UnitReported]:
    """What the units send, from a moment on and before another."""
    with within(EVERYTHING):
        policy = policy_of(chain.root, on=day)
    sent = [event for event in day_of(chain.plan, day, policy) if isinstance(event, UnitReported)]
    return [one for one in sent if (since is None or one.at >= since) and (until is None or one.at < until)]


def _sign_figures(events: Sequence[UnitReported], chain: Chain, day: date) -> None:
    """Each unit signs its own figures; they are whole numbers already, so nothing has to be read in first."""
    share_out(lambda hand, hands: perform(_signing(event, chain, day) for event in events[hand::hands]))


def _signing(event: UnitReported, chain: Chain, day: date) -> Act:
    actor = chain.signers[event.unit]
    return Act(event.at, partial(_sign_one, actor, event, day))


def _sign_one(actor: Actor, event: UnitReported, day: date) -> None:
    """A school's figures; whoever has an influenza-like illness has a fever."""
    figures = {
        "expected": event.learners,
        "present": event.learners - event.absent,
        "absent": event.absent,
        "fever": event.influenza_like,
        "tested": 0,
        "confirmed": 0,
    }
    unit, nothing = actor.posts[0].unit, event.influenza_like == 0
    with within(actor.scope):
        sign_report(actor, unit=unit, day=day, form=DAILY, values=figures, nothing_to_report=nothing)


def _sign(
    chain: Chain, kind: str, day: date, local: str, *, among: Iterable[str] | None = None, reason: str = ""
) -> None:
    with within(EVERYTHING):
        units = Unit.objects.filter(under(chain.root), kind=kind).order_by("code")
        chosen = units if among is None else units.filter(code__in=list(among))
        sendings = [_added_up(chain, unit, day, moment(day, local), reason) for unit in chosen]
    send_all(sendings)


def _added_up(chain: Chain, unit: Unit, day: date, at: datetime, reason: str) -> Sending:
    body = {"unit": unit.code, "day": str(day), "reason": reason, **added_up(unit, day)}
    return Sending(at, chain.signers[unit.code], body)


def findings(chain: Chain, scenario: Scenario, day: date) -> Iterator[Finding]:
    """Size, deadlines, signatures, the exact sum, and universities counted once on two lines."""
    yield from _size(chain, scenario, day)
    yield Finding("report_chain", dict(scenario["report_chain"]), _deadlines(chain, day))
    yield _signatures(chain, scenario, day)
    yield _exact_sum(chain, day)
    yield from _universities(chain, scenario, day)


def _size(chain: Chain, scenario: Scenario, day: date) -> Iterator[Finding]:
    told, held = scenario["size_S"], counted(chain.root)
    owed = Due.objects.filter(under(chain.root), kind=REPORT, day=day, source=True)
    yield Finding("units_S", scenario["expect"]["units_S"], owed.values("unit").distinct().count())
    held["schools"] = held["reporting"] - held["university"]
    names = {"prefectures": "prefecture", "counties": "county", "universities": "university"}
    got = {name: held[names.get(name, name)] for name in told}
    yield Finding("size_S", dict(told), got)


def _deadlines(chain: Chain, day: date) -> dict[str, str]:
    """Level -> the local time of its dues; more than one is shown as such."""
    owed = Due.objects.filter(under(chain.root), kind=REPORT, day=day)
    levels: dict[str, set[str]] = {}
    for kind, due_at in owed.values_list("unit__kind", "due_at").distinct():
        local = due_at.astimezone(chain.root.zone)
        levels.setdefault(kind if kind in OFFICES else "unit", set()).add(f"{local:%H:%M}")
    return {level: "/".join(sorted(times)) for level, times in levels.items()}


def _current(chain: Chain, day: date) -> QuerySet[UnitReport]:
    return UnitReport.objects.filter(under(chain.root), form=DAILY, day=day, current=True).select_related("unit")


def _signatures(chain: Chain, scenario: Scenario, day: date) -> Finding:
    """Added-up reports that are signed and still are what was signed."""
    told = scenario["size_S"]
    got = dict.fromkeys(OFFICES, 0)
    for report in _current(chain, day).filter(unit__kind__in=OFFICES):
        got[report.unit.kind] += is_intact(report)
    return Finding("signed", {"county": told["counties"], "prefecture": told["prefectures"], "province": 1}, got)


def _exact_sum(chain: Chain, day: date) -> Finding:
    """The province's signed figures beside the sum over the units' own reports, added up by the database."""
    codes = [item.code for item in form_on(DAILY, day).items if item.code != "isolated"]
    units = _current(chain, day).filter(unit__kind__in=FIRST_HAND)
    sums = units.aggregate(**{code: Sum(Cast(KT(f"values__{code}"), IntegerField())) for code in codes})
    signed = _current(chain, day).get(unit=chain.root).values
    shown = board(chain.root, form_on(DAILY, day), day).totals
    got = {code: signed[code] if signed[code] == shown[code].value else None for code in codes}
    return Finding("province_is_the_sum_of_its_units", sums, got)


def _universities(chain: Chain, scenario: Scenario, day: date) -> Iterator[Finding]:
    """By territory, by sector, and once in the province (A05)."""
    wanted = scenario["size_S"]["universities"]
    owed = Due.objects.filter(under(chain.root), kind=REPORT, day=day, unit__kind="university")
    lines = dict(owed.order_by().values_list("line").annotate(n=Count("unit", distinct=True)))
    counted_once = owed.values("unit").distinct().count()
    got = {"territory": lines.get("territory", 0), "sector": lines.get("sector", 0), "province": counted_once}
    yield Finding("universities_by_line", dict.fromkeys(got, wanted), got)
    sector = Unit.objects.get(parent=chain.root, kind="sector")
    yield Finding("universities_on_the_sector_board", wanted, board(sector, form_on(DAILY, day), day).counts.expected)
    everywhere = board(chain.root, form_on(DAILY, day), day).counts.expected
    yield Finding("units_on_the_province_board", scenario["expect"]["units_S"], everywhere)
