"""Care of isolated people (隔离期照护): temperatures and tests, of which the result decides how the isolation ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from lianfang.capabilities.stays.care import check_sample, given_of
from lianfang.capabilities.stays.models import Isolated, IsolationTest
from lianfang.capabilities.stays.roles import WARD
from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.actions import action, store
from lianfang.kernel.readings import ops as readings
from lianfang.kernel.readings.models import ISOLATED, Reading


@action("isolation.measured", by=WARD, over="isolated", facts=("slot",))
def measure_isolated(
    by: Actor, *, isolated: Isolated, key: str, celsius: Decimal | None = None, symptoms: Sequence[str] = (),
    slot: str = "", at: datetime | None = None, sure: bool = False,
) -> Reading:  # fmt: skip
    """Take the temperature of somebody in isolation for a time of day; one out of range asks for a second."""
    row = _held(isolated)
    given, policy = given_of(
        row.unit, row.person_id, key=key, celsius=celsius, symptoms=symptoms, slot=slot, at=at, sure=sure
    )
    return readings.take(by, unit=row.unit, kind=ISOLATED, subject=row, given=given, policy=policy)


@action("isolation.tested", by=WARD, over="isolated", facts=("result",))
def record_isolation_test(
    by: Actor, *, isolated: Isolated, sampled_at: datetime, result: str, sample: str = ""
) -> IsolationTest:  # fmt: skip
    """Record the result of a test of somebody in isolation; the newest sample counts, and every entry stays."""
    row = _held(isolated)
    check_sample(result, sampled_at, since=row.since)
    return store(
        IsolationTest(
            unit=row.unit, isolated=row, person=row.person, sampled_at=sampled_at, sample=sample, result=result,
            resulted_at=clock.now(), by=by.name[:60],
        )
    )  # fmt: skip


def result_of(isolated: Isolated) -> str:
    """The result of the newest sample, as last recorded; "" while there is none."""
    newest = isolated.tests.order_by("-sampled_at", "-resulted_at", "-pk").first()
    return newest.result if newest else ""


def _held(isolated: Isolated) -> Isolated:
    """Somebody still in isolation, held until the end of the transaction."""
    rows = Isolated.objects.select_for_update(of=("self",)).select_related("unit", "person")
    row: Isolated = rows.get(pk=isolated.pk)
    if row.until is not None:
        raise Refused("flow.condition", "isolated", state="ended", move="isolation")
    return row
