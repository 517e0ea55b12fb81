"""What zero means (零报告语义): of three schools one signs zeros, one sends nothing, one leaves a draft (C01)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lianfang.capabilities.daily_report.actions import save_draft
from lianfang.capabilities.daily_report.intake import receive_report
from lianfang.capabilities.units.actions import found_root, open_unit
from lianfang.demo.cast import appoint_all
from lianfang.demo.script import Finding, Scenario, moment
from lianfang.domain.roles import Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import SYSTEM, Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.reporting.board import board
from lianfang.kernel.reporting.forms import DAILY, form_on
from lianfang.kernel.scope import EVERYTHING, within

_SINCE = date(2019, 9, 1)


@dataclass(slots=True)
class Zeros:
    """A county with three schools, and who acts for each."""

    county: Unit
    schools: list[Unit]
    officers: dict[str, Actor]


def found() -> Zeros:
    """A small tree of its own beside the province."""
    with within(EVERYTHING):
        county = found_root(
            SYSTEM, code="519801", name="示例零报告县", name_en="Zero County", kind="county", opened_on=_SINCE
        )
        schools = [
            open_unit(SYSTEM, parent=county, code=f"519801-{n}", name=f"示例第{n}小学", name_en=f"Sample Primary {n}",
                      kind="school", opened_on=_SINCE)
            for n in (1, 2, 3)
        ]  # fmt: skip
    return Zeros(county, schools, appoint_all(schools, Role.DUTY_OFFICER))


def report(zeros: Zeros, day: date) -> None:
    """The first school signs, the second does nothing, the third keeps a draft."""
    first, _, third = (zeros.officers[school.code] for school in zeros.schools)
    with clock.at(moment(day, "16:10")), within(first.scope):
        receive_report(
            first, {"unit": zeros.schools[0].code, "day": str(day), "nothing_to_report": True}, channel="page"
        )
    with clock.at(moment(day, "16:12")), within(third.scope):
        save_draft(third, unit=zeros.schools[2], day=day, form=DAILY, values={"fever": 0, "confirmed": 0})


def finding(zeros: Zeros, scenario: Scenario, day: date) -> Finding:
    """Reported and missing, as the county's board counts them."""
    told = scenario["zero_semantics"]
    expected = {"reported": told["explicit_zero"], "missing": told["no_report"] + told["unsigned_draft"]}
    seen = board(zeros.county, form_on(DAILY, day), day)
    got = {"reported": seen.counts.received, "missing": seen.counts.missing}
    return Finding("zero_semantics", expected, got, tuple(due.unit.code for due in seen.missing))
