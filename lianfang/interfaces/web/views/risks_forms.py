"""What is asked when risks are assessed (风险评估表单): the deeds of the page, by the last part of the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianfang.capabilities.assessments.actions import (
    OWNERS,
    assess_risk,
    close_risk,
    end_assessment,
    open_assessment,
    review_assessment,
    score_risk_anew,
)
from lianfang.capabilities.assessments.models import RiskAssessment, RiskEntry
from lianfang.capabilities.assessments.scales import levels
from lianfang.interfaces.web.views.command_forms import Ask, Deed, reason
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.accounts.models import ROLE_NAMES
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.ops import policy_of


def _begin(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    today = clock.today(unit.zone)
    return [
        Ask("title", hint=_("What the period is about, such as the return in March")),
        Ask("first_day", "date", value=today.isoformat()),
        Ask("last_day", "date"),
        _review_day(unit),
    ]


def _review_day(unit: Unit) -> Ask:
    today = clock.today(unit.zone)
    latest = today + timedelta(days=policy_of(unit, on=today).risk_review_days)
    said = _("Owed by the end of this day, at the latest %(day)s") % {"day": latest.isoformat()}
    return Ask("review_on", "date", hint=said, value=latest.isoformat())


def _judge(last: Mapping[str, Any]) -> list[Ask]:
    """The three levels with their reasons, what is done and by whom; `last` is what was said before."""
    asks: list[Ask] = []
    for scale in ("likelihood", "consequence", "confidence"):
        asks.append(Ask(scale, "select", _choices(scale), value=str(last.get(scale, ""))))
        asks.append(Ask(f"{scale}_reason", "textarea", value=last.get(f"{scale}_reason", "")))
    owners = [(str(role), ROLE_NAMES[role]) for role in OWNERS]
    return [
        *asks,
        Ask("response", "textarea", value=last.get("response", "")),
        Ask("owner_role", "select", owners, value=last.get("owner_role", "")),
    ]


def _choices(scale: str) -> list[tuple[str, str]]:
    """Every level with its number and meaning; confidence has a word and no number."""
    if scale == "confidence":
        return [(one.code, _level(str(one), one.meaning)) for one in levels(scale)]
    return [(str(one.number), _level(f"{one.number} {one}", one.meaning)) for one in levels(scale)]


def _level(name: str, meaning: str) -> str:
    return _("%(name)s: %(meaning)s") % {"name": name, "meaning": meaning}


def _assess(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    hint = _("What may happen, to whom, and where")
    return [Ask("hazard", hint=hint, label=pgettext("of a risk", "Hazard")), *_judge({})]


def _anew(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    last = row.scores.order_by("-revision").values()[0]
    why = Ask("reason", "textarea", hint=_("What has changed since the last score"))
    return [*_judge(last), why]


def _review(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    hint = _("Only when the period goes on for longer")
    return [
        Ask(
            "findings", "textarea", hint=_("What was looked at, and what follows"),
            label=pgettext("of a risk review", "Findings"),
        ),
        _review_day(row.unit),
        Ask("last_day", "date", required=False, value=row.last_day.isoformat(), hint=hint),
    ]  # fmt: skip


_ASSESSMENT: Mapping[str, Any] = {"model": RiskAssessment, "row": "assessment"}
_RISK: Mapping[str, Any] = {"model": RiskEntry, "row": "risk"}
DEEDS: Mapping[str, Deed] = {
    "begin": Deed(open_assessment, _begin),
    "assess": Deed(assess_risk, _assess, **_ASSESSMENT),
    "review": Deed(review_assessment, _review, **_ASSESSMENT),
    "end": Deed(end_assessment, reason, **_ASSESSMENT, danger=True),
    "score": Deed(score_risk_anew, _anew, **_RISK),
    "close": Deed(close_risk, reason, **_RISK),
}
"""By the last part of the address: what may be done."""
