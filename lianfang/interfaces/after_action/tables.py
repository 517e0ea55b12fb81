"""The other parts of the pack (资料各表): the four fives, supplies, staffing, indicators, decisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from lianfang.capabilities.briefings.indicators import indicators
from lianfang.capabilities.command.models import Decision, Slot
from lianfang.capabilities.incidents.clocks import verdicts
from lianfang.capabilities.incidents.models import Incident
from lianfang.capabilities.site.models import Control
from lianfang.interfaces.after_action.parts import Period, Table
from lianfang.interfaces.web.templatetags.formats import language
from lianfang.kernel.accounts.models import ROLE_NAMES, Grant
from lianfang.kernel.briefing import outcomes
from lianfang.kernel.ledgers import reading
from lianfang.kernel.ledgers.models import Balance
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.policies.models import RulePack
from lianfang.kernel.policies.ops import policy_of


def tables(period: Period) -> list[Table]:
    """Everything besides the timeline, in the order in which it is read."""
    return [found(period) for found in (_indicators, _controls, _incidents, _supplies, _staffing, _decisions)]


def _indicators(period: Period) -> Table:
    fewest = policy_of(period.unit, on=period.until).small_cell
    found = indicators(outcomes(period.unit, period.since, period.until), language(), fewest=fewest)
    heads = (_("Indicator"), _("Result"), _("What it counts"), _("Of whom"), _("Source"))
    rows = [[one.name, one.said, one.numerator, one.denominator, one.source] for one in found]
    says = _("Zero is said of how many and over which time; counts below %(n)s are hidden, and rates of so few.")
    return Table("indicators", _("Outcome indicators"), says % {"n": fewest}, heads, list(rows))


def _controls(period: Period) -> Table:
    """The twenty items of the four fives of every site, with their states and breaches."""
    controls = Control.objects.filter(period.within()).select_related("unit").annotate(
        broken=Count("breaches", filter=period.during("breaches__at")),
        mended=Count("breaches", filter=period.during("breaches__at") & Q(breaches__verified_at__isnull=False)),
    ).order_by("unit__path", "number")  # fmt: skip
    rows = [
        [one.number, str(one.get_group_display()), str(one), str(one.get_state_display()),
         period.moment(one.verified_at), f"{one.mended}/{one.broken}"]
        for one in controls
    ]  # fmt: skip
    verified = sum(one.state == "verified" for one in controls)
    heads = (_("Number"), _("Group"), _("Item"), _("Status"), _("Verified at"), _("Breaches put right"))
    says = _("%(verified)s of %(all)s items verified.") % {"verified": verified, "all": len(rows)}
    return Table("four_fives", _("Four fives"), says, heads, list(rows))


def _incidents(period: Period) -> Table:
    found = Incident.objects.filter(period.within(), period.during("detected_at")).select_related("unit", "place")
    rows = [
        [period.moment(one.detected_at), str(one), str(one.get_state_display()), *_seconds(one), _kept(one)]
        for one in found.order_by("detected_at")
    ]
    heads = (
        _("Time"), _("Incident"), _("Status"), _("Handled after, s"), _("Reported after, s"), _("Within the limit"),
    )  # fmt: skip
    return Table("incidents", _("Incidents"), _("%(n)s incidents.") % {"n": len(rows)}, heads, list(rows))


def _seconds(one: Incident) -> list[int | None]:
    return [one.handled_seconds, one.reported_seconds]


def _kept(one: Incident) -> str:
    if not one.clocked:
        return ""
    return _("no") if any(each.exceeded for each in verdicts(one)) else _("yes")


def _supplies(period: Period) -> Table:
    """The card of every item in every store: opening and closing balance, and what moved between; no sum over items."""
    stores = Unit.objects.filter(period.within(""), pk__in=Balance.objects.values("unit_id")).order_by("path")
    rows = [row for store in stores for row in _store(period, store)]
    heads = (
        _("Store"), _("Item"), _("Measure"), _("Opening"), _("Came in"), _("Went out"), _("Adjusted"), _("Closing"),
        _("Adds up"),
    )  # fmt: skip
    says = _("Opening, what came and what went make the closing balance of every item.")
    return Table("supplies", _("Supplies"), says, heads, rows)


def _store(period: Period, store: Unit) -> Iterator[list[Any]]:
    for item in reading.items_in(store):
        card = reading.card_of_item(store, item, since=period.since, until=period.until)
        yield [
            str(store), str(item), str(item.get_measure_display()), card.opening, card.received, card.issued,
            card.adjusted, card.closing, _("yes") if card.proved else _("no"),
        ]  # fmt: skip


def _staffing(period: Period) -> Table:
    """Duties and slots, and how many held each; people are not named."""
    grants = Grant.objects.filter(period.within(), since__lt=period.ends, until__gt=period.starts)
    held = grants.values("unit__path", "unit_id", "role").annotate(n=Count("account_id", distinct=True))
    names = {unit.pk: str(unit) for unit in Unit.objects.filter(pk__in={one["unit_id"] for one in held})}
    rows: list[Any] = [
        [names[one["unit_id"]], str(ROLE_NAMES[one["role"]]), _("duty"), one["n"]]
        for one in held.order_by("unit__path", "role")
    ]
    rows += _slots(period)
    heads = (_("Unit"), _("Duty or slot"), _("Kind"), _("Held by"))
    says = _("How many held each duty at some time in the period; nobody is named.")
    return Table("staffing", _("Staffing"), says, heads, rows)


def _slots(period: Period) -> Iterable[list[Any]]:
    overlapping = Q(since__lt=period.ends) & (Q(until__isnull=True) | Q(until__gt=period.starts))
    slots = Slot.objects.filter(period.within(), overlapping).select_related("unit").annotate(held=Count("holdings"))
    english = language() == "en"
    for one in slots.order_by("unit__path", "number", "id"):
        yield [str(one.unit), (one.name_en if english else "") or one.name, _("slot"), one.held]


def _decisions(period: Period) -> Table:
    """What was decided: by the leading group, and as rules that were adopted."""
    taken = Decision.objects.filter(period.within(), period.during("at")).order_by("at")
    rows: list[Any] = [[period.moment(one.at), _("leading group"), one.text] for one in taken]
    packs = RulePack.objects.filter(period.within(), valid_from__range=(period.since, period.until))
    english = language() == "en"
    rows += [
        [one.valid_from.isoformat(), _("rules adopted"), (one.title_en if english else "") or one.title]
        for one in packs.order_by("valid_from")
    ]
    heads = (_("Time"), _("Kind"), _("Decision"))
    return Table("decisions", _("Decisions"), _("%(n)s decisions.") % {"n": len(rows)}, heads, sorted(rows))
