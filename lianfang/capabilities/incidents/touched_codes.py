"""Yellow and red codes that a change of rules touches (黄码红码影响): whoever is at home keeps the last day given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.incidents.models import CodeEvent
from lianfang.domain.policy import Policy
from lianfang.domain.rules.changes import Changes
from lianfang.domain.rules.hazards import ANY
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.policies.touched import Touched, touched
from lianfang.kernel.scope import EVERYTHING, looking

EXAMPLES = 3


@touched
def codes_at_home(unit: Unit, changes: Changes) -> Iterator[Touched]:
    """People at home because of a code whose last day, or number of tests, would be another under the new rules."""
    if not any(name in changes for name in ("observation_days", "code_tests")):
        return
    with looking(EVERYTHING):
        rows = CodeEvent.objects.filter(under(unit, "unit__"), closed_at__isnull=True, home_until__gte=changes.since)
        found = list(rows.order_by("home_until", "pk"))
    moved = [
        one for one in found if _asked(_after(one, changes)) != (one.terms["observation_days"], one.terms["tests"])
    ]
    if not moved:
        return
    first, after = moved[0], _after(moved[0], changes)
    words = {
        "before": str(first.home_until), "after": str(first.home_since + timedelta(days=after.observation_days)),
        "tests": first.terms["tests"], "more": after.code_tests,
    }  # fmt: skip
    yield Touched(
        "code", _("People at home because of a code"), len(moved), tuple(ref(one) for one in moved[:EXAMPLES]),
        _(
            "keep what they were given, such as %(before)s as the last day and %(tests)s tests; "
            "opened under the new rules it would be %(after)s and %(more)s"
        ) % words,
    )  # fmt: skip


def _after(event: CodeEvent, changes: Changes) -> Policy:
    """The rules after the change for the hazard under which the code was found."""
    return changes.after_for(event.terms.get("hazard", ANY))


def _asked(policy: Policy) -> tuple[int, int]:
    return policy.observation_days, policy.code_tests
