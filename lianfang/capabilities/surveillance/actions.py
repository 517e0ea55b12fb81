"""Detection settings (预警设置): proposed with the false alarms they will cause, switched on if few, then off.

A setting is never changed: another one is proposed, and the old one says who switched it off, when and why.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any, Final

from lianfang.capabilities.surveillance.crowds import crowds_under
from lianfang.capabilities.surveillance.models import DetectionSetting
from lianfang.capabilities.surveillance.syndromes import codes, words
from lianfang.domain.flow import Flow, Move
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Refused
from lianfang.domain.roles import Role
from lianfang.domain.surveillance.cost import Cost, cost
from lianfang.domain.surveillance.judging import Usual
from lianfang.domain.surveillance.terms import AT_LEAST, Terms
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of

KEEPERS = (Role.OFFICER, Role.LEADER, Role.DUTY_OFFICER, Role.DOCTOR)
"""Who decides what raises an alarm: whoever then has to look into it."""
_ALPHA, _RAREST = Decimal("0.00000001"), Decimal("0.000001")  # the last decimals of their columns
SETTING: Final = Flow(
    "proposed",
    (
        Move("switch_on", ("proposed",), "on"),
        Move("switch_off", ("proposed", "on"), "off"),
    ),
)


@action("detection.proposed", by=KEEPERS, over="unit", facts=("unit", "method", "syndrome", "level", "cases"))
def propose_setting(
    by: Actor, *, unit: Unit, method: str, syndrome: str, level: str, cases: int = 1, window_days: int = 1,
    alpha_percent: Decimal = Decimal("0.1"), adjusted: bool = False, valid_from: date | None = None, note: str = "",
) -> DetectionSetting:  # fmt: skip
    """Propose a setting: the false alarms a day that it would cause over all units under this one are reckoned.

    Refused `surveillance.proposed_already` or `surveillance.on_already` where one with the same words waits or is on.
    """
    today = clock.today(unit.zone)
    since = valid_from or today
    terms = _terms(method, syndrome, level, cases, window_days, alpha_percent / 100, adjusted)
    if since < today:
        raise Refused("surveillance.past", "valid_from")
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)  # two at once are one after the other
    _refuse_again(unit, terms)
    reckoned, rates = reckon(unit, terms, today)
    return store(
        DetectionSetting(
            unit=unit, **_columns(terms), valid_from=since,
            false_alarms=_kept(reckoned.a_day), series=reckoned.series, rates=rates, note=note.strip()[:200],
            proposed_at=clock.now(), proposed_by=by.name[:60],
        )
    )  # fmt: skip


@action("detection.switched_on", by=KEEPERS, over="setting")
def switch_on(by: Actor, *, setting: DetectionSetting) -> DetectionSetting:
    """Switch a proposed setting on, after its false alarms were reckoned once more; refused where they are too many.

    `surveillance.nothing_counted` when there is nothing yet to reckon from; `surveillance.too_many` (n, limit) above
    the policy's limit; `surveillance.not_similar` (n) for a fixed number of people ill for different causes.
    """
    held = _moved(setting, "switch_on")
    today = clock.today(held.unit.zone)
    terms = terms_of(held)
    reckoned, held.rates = reckon(held.unit, terms, today)
    held.false_alarms, held.series = _kept(reckoned.a_day), reckoned.series
    _refuse_costly(terms, reckoned, policy_of(held.unit, on=today))
    held.on_at, held.on_by = clock.now(), by.name[:60]
    held.valid_from = max(held.valid_from, today)
    if DetectionSetting.objects.filter(
        unit=held.unit, syndrome=held.syndrome, level=held.level, method=held.method, state="on"
    ).exists():
        raise Refused("surveillance.on_already", "setting")
    return store(held)


@action("detection.switched_off", by=KEEPERS, over="setting", facts=("reason",))
def switch_off(by: Actor, *, setting: DetectionSetting, reason: str) -> DetectionSetting:
    """Switch a setting off, or drop one that was only proposed; alarms it has raised stay."""
    if not reason.strip():
        raise Refused("required", "reason")
    held = _moved(setting, "switch_off")
    held.off_at, held.off_by, held.off_reason = clock.now(), by.name[:60], reason.strip()[:200]
    return store(held)


def reckon(unit: Unit, terms: Terms, day: date) -> tuple[Cost, str]:
    """What a setting would cost under a unit, and from where the usual shares were taken: `own` or `pack`."""
    policy = policy_of(unit, on=day)
    found = crowds_under(unit, syndrome=terms.syndrome, level=terms.level, day=day, policy=policy)
    return cost(found.crowds, terms=terms, usual=usual_of(policy)), found.rates


def usual_of(policy: Policy) -> Usual:
    """From how many days the methods learn, by the rules in force."""
    return Usual(policy.baseline_days, policy.cusum_days, float(policy.least_spread))


def terms_of(setting: DetectionSetting) -> Terms:
    """A setting's words as the domain takes them."""
    return Terms(
        setting.method, setting.syndrome, setting.level, setting.cases, setting.window_days, float(setting.alpha),
        setting.adjusted,
    )  # fmt: skip


def refusal_of(setting: DetectionSetting, policy: Policy) -> Refused | None:
    """Why a proposed setting will not be switched on, as far as its reckoned figures say; None when it may be."""
    shown = Cost(float(setting.false_alarms), setting.series, ())
    try:
        _refuse_costly(terms_of(setting), shown, policy)
    except Refused as refused:
        return refused
    return None


def _refuse_costly(terms: Terms, reckoned: Cost, policy: Policy) -> None:
    if not reckoned.series:
        raise Refused("surveillance.nothing_counted", "setting")
    if reckoned.a_day > policy.false_alarms_a_day:
        raise Refused(
            "surveillance.too_many", "setting", n=number_text(reckoned.a_day), limit=policy.false_alarms_a_day
        )
    if terms.raw:
        raise Refused("surveillance.not_similar", "setting", n=number_text(reckoned.a_day), what=words(terms.syndrome))


def number_text(a_day: float) -> str:
    """False alarms a day as they are said: whole from 10, tenths from 1, two figures below, then `<0.001`."""
    for least, shape in ((10, ",.0f"), (1, ".1f"), (0.001, ".2g")):
        if a_day >= least:
            return format(a_day, shape)
    return "<0.001" if a_day > 0 else "0"


def _terms(
    method: str, syndrome: str, level: str, cases: int, window_days: int, alpha: Decimal, adjusted: bool
) -> Terms:
    if syndrome not in codes():
        raise Refused("choice.unknown", "syndrome", choices=list(codes()))
    fixed = method == AT_LEAST
    if not fixed and not 0 < alpha < 1:
        raise Refused("number.out_of_range", "alpha_percent", low=0, high=100, reason="between")
    share = 0.0 if fixed else float(alpha)
    return Terms(method, syndrome, level, cases, window_days, share, adjusted and not fixed).checked()


def _refuse_again(unit: Unit, terms: Terms) -> None:
    """The same words twice are one setting, from whichever day."""
    same = DetectionSetting.objects.filter(unit=unit, state__in=["proposed", "on"], **_columns(terms))
    states = set(same.values_list("state", flat=True))
    if states:
        raise Refused("surveillance.on_already" if "on" in states else "surveillance.proposed_already", "unit")


def _columns(terms: Terms) -> dict[str, Any]:
    return asdict(terms) | {"alpha": Decimal(str(terms.alpha)).quantize(_ALPHA)}


def _kept(a_day: float) -> Decimal:
    """Rare is not never: what rounds to nothing is kept as the least that can be."""
    return max(Decimal(f"{a_day:.6f}"), _RAREST) if a_day > 0 else Decimal(0)


def _moved(setting: DetectionSetting, name: str) -> DetectionSetting:
    held = DetectionSetting.objects.select_for_update(of=("self",)).select_related("unit").get(pk=setting.pk)
    held.state = SETTING.after(held.state, name)
    return held
