"""Contacts that a change of rules touches (密接影响): whoever is followed keeps the last day that was given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext_lazy as _

from lianfang.capabilities.cases.definitions import definition_of
from lianfang.capabilities.cases.models import Contact
from lianfang.domain.cases.terms import FOLLOWED, SECOND
from lianfang.domain.cases.window import followed_until
from lianfang.domain.rules.changes import Changes
from lianfang.domain.rules.hazards import ANY
from lianfang.kernel.audit.ops import ref
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import under
from lianfang.kernel.policies.touched import Touched, touched
from lianfang.kernel.scope import EVERYTHING, looking

EXAMPLES = 3


@touched
def followed_contacts(unit: Unit, changes: Changes) -> Iterator[Touched]:
    """Followed contacts whose last day would be another under the new rules; counted for whoever may set rules."""
    if not any(name in changes for name in ("observation_days", "secondary_days")):
        return
    with looking(EVERYTHING):
        rows = Contact.objects.filter(under(unit, "unit__"), state=FOLLOWED, until__gte=changes.since)
        found = list(rows.select_related("unit", "case").order_by("until", "pk"))
    moved = [(one, new) for one in found if (new := _would_end(one, changes)) not in (None, one.until)]
    if not moved:
        return
    words = {"before": str(moved[0][0].until), "after": str(moved[0][1])}
    yield Touched(
        "contact", _("Contacts followed up"), len(moved), tuple(ref(one) for one, _new in moved[:EXAMPLES]),
        _("keep their last day, such as %(before)s; put under the new rules it would be %(after)s") % words,
    )  # fmt: skip


def _would_end(contact: Contact, changes: Changes) -> date | None:
    """The last day by the new rules for the illness of the case; None where they are for another."""
    definition = definition_of(contact.case.definition, contact.case.edition)
    hazard = definition.hazard if definition else ANY
    if changes.hazard not in (ANY, hazard) and hazard != ANY:
        return None
    last = contact.last_exposure.astimezone(contact.unit.zone).date()
    return followed_until(last, changes.after_for(hazard), secondary=contact.grade == SECOND)
