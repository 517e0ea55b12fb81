"""The requirements of a unit (要求清单页): how many items, how many done and overdue, each with owner and evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianfang.capabilities.pairs.actions import ADULTS
from lianfang.capabilities.requirements.actions import (
    CLOSERS,
    KEEPERS,
    add_requirement,
    assign_requirement,
    close_requirement,
    import_set,
    standing,
)
from lianfang.capabilities.requirements.models import STATES, Requirement
from lianfang.capabilities.requirements.sets import requirement_sets
from lianfang.domain.requirements import DONE, OPEN, OVERDUE
from lianfang.interfaces.web.views.command_forms import Ask, Deed, answer, placed
from lianfang.interfaces.web.views.frame import page, signed_in
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit

MOST = 300  # items on one page
CHIPS = {OPEN: "info", DONE: "ok", OVERDUE: "bad"}


@require_GET
@signed_in
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Every item of a unit, set by set."""
    actor, unit = placed(request, code)
    today = clock.today(unit.zone)
    rows = Requirement.objects.filter(unit=unit).order_by("collection", "number")[:MOST]
    context = {
        "unit": str(unit), "code": unit.code, "pairs": actor.holds(ADULTS, unit),
        "here": f"/requirements/{unit.code}", "figures": _figures(unit, today),
        "keeps": actor.holds(KEEPERS, unit), "closes": actor.holds(CLOSERS, unit),
        "sets": [{"title": title, "items_listed": [_item(one, today) for one in items]}
                 for title, items in groupby(rows, key=Requirement.get_collection_display)],
    }  # fmt: skip
    return page(request, "pages/requirements.html", {"asked": context})


def _figures(unit: Unit, today: date) -> list[dict[str, Any]]:
    found = standing(unit, today)
    told = (
        (_("Items"), found.items, ""), (_("Done"), found.done, "ok"), (_("Overdue"), found.overdue, "bad"),
        (_("Text not given"), found.placeholders, "warn"),
    )  # fmt: skip
    return [{"label": str(a), "value": n, "note": "", "of": None, "tone": tone if n else ""} for a, n, tone in told]


def _item(one: Requirement, today: date) -> dict[str, Any]:
    state = one.state(today)
    return {
        "id": one.pk, "number": one.number, "text": one.words, "owner": one.owner, "due_on": one.due_on,
        "evidence": one.evidence, "closed_at": one.closed_at, "closed_by": one.closed_by, "open": state != DONE,
        "chip": CHIPS[state], "word": str(STATES[state]),
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
@signed_in
def do(request: HttpRequest, code: str, deed: str, number: str = "") -> HttpResponse:
    """The form of one deed about requirements."""
    return answer(request, code, DEEDS, deed, number, f"/requirements/{code}")


def _sets(*, with_items: bool) -> list[tuple[str, str]]:
    english = get_language() == "en"
    found = requirement_sets().values()
    return [(one.code, one.en if english else one.zh) for one in found if one.items or not with_items]


def _asks_import(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [Ask("collection", "select", _sets(with_items=True))]


def _asks_add(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [
        Ask("collection", "select", _sets(with_items=False), value="key-tasks"), Ask("text", "textarea"),
        Ask("owner", required=False), Ask("due_on", "date", required=False),
    ]  # fmt: skip


def _asks_assign(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    due = row.due_on.isoformat() if row.due_on else ""
    asks = [Ask("owner", value=row.owner), Ask("due_on", "date", required=False, value=due)]
    return [*asks, Ask("text", "textarea", required=False, value=row.text, hint=_("As the source puts it."))]


def _asks_close(actor: Actor, unit: Unit, row: Any) -> Sequence[Ask]:
    return [Ask("evidence", "textarea", hint=_("What shows that it is done: a document, a record, what was seen."))]


def _facts(row: Requirement) -> Sequence[tuple[Any, Any]]:
    return [(_("About"), row), *([(_("Requirement"), row.words)] if row.words else [])]


DEEDS: Mapping[str, Deed] = {
    "import": Deed(import_set, _asks_import),
    "add": Deed(add_requirement, _asks_add),
    "assign": Deed(assign_requirement, _asks_assign, Requirement, "item", facts=_facts),
    "close": Deed(close_requirement, _asks_close, Requirement, "item", facts=_facts),
}  # fmt: skip
