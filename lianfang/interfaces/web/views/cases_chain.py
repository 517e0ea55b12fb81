"""The chain of a case (传播链): a picture drawn on the server, a table, a file for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianfang.capabilities.cases.actions import chains_of
from lianfang.capabilities.cases.models import Case
from lianfang.capabilities.cases.register import LineList
from lianfang.domain.cases.chains import UNKNOWN_DAY, Chains, Trouble
from lianfang.domain.cases.picture import Mark, Picture, picture
from lianfang.interfaces.web.templatetags.formats import day as day_words
from lianfang.interfaces.web.views.frame import signed_in
from lianfang.kernel.accounts.actor import Actor

MOST_MARKS: Final = 120
MOST_ROWS: Final = 200
ROW, TOP, LEFT, WIDE, RADIUS, DATE_WIDE = 26, 30, 16, 900, 7, 48
COLUMNS = ("id", "date_onset", "date_reporting", "classification", "infector", "chain", "generation", "offspring",
           "serial_interval", "location")  # fmt: skip
"""A line list with the infector, as epicontacts and linelist read it; nobody's name."""
_EPOCH: Final = date(1970, 1, 1)


def chain_of(actor: Actor, case: Case) -> dict[str, Any]:
    """The chain a case belongs to, among the cases one may see."""
    cases = {str(one.pk): one for one in LineList.rows(actor).filter(definition=case.definition)}
    chains = chains_of(cases.values())
    place = {one: at for at, one in enumerate(chains.ids)}.get(str(case.pk))
    if place is None:
        return {"size": 0, "svg": "", "rows": [], "troubles": []}
    root = int(chains.root[place])
    members = [int(one) for one in chains.members(root)]
    return {
        "size": len(members), "generations": max(int(chains.generation[one]) for one in members),
        "svg": drawn(chains, picture(chains, root, most=MOST_MARKS), cases, str(case.pk)) if len(members) > 1 else "",
        "rows": [_row(chains, one, cases) for one in members[:MOST_ROWS]], "more": max(len(members) - MOST_ROWS, 0),
        "troubles": [_trouble(one, cases) for one in chains.troubles if _concerns(one, members, chains)],
        "csv_url": f"/cases/chains.csv?case={case.pk}",
    }  # fmt: skip


def _row(chains: Chains, place: int, cases: dict[str, Case]) -> dict[str, Any]:
    case, parent = cases[chains.ids[place]], int(chains.parent[place])
    return {
        "number": str(case), "url": f"/cases/{case.pk}", "onset": case.date_onset,
        "infector": str(cases[chains.ids[parent]]) if parent >= 0 else "", "generation": int(chains.generation[place]),
        "offspring": int(chains.offspring[place]), "interval": chains.days_after(place),
    }  # fmt: skip


def _concerns(trouble: Trouble, members: Sequence[int], chains: Chains) -> bool:
    own = {chains.ids[one] for one in members}
    return any(one in own for one in trouble.cases)


def _trouble(trouble: Trouble, cases: dict[str, Case]) -> str:
    words = {
        "cycle": _("These cases would have infected each other in a circle: {cases}."),
        "order": _("Fell ill before its infector: {cases}."),
        "two_infectors": _("More than one infector is entered; the surest is shown: {cases}."),
        "unknown_case": _("A link leads to a case you cannot see."),
        "self": _("A case is entered as its own infector: {cases}."),
    }
    named = " ← ".join(str(cases[one]) for one in trouble.cases if one in cases)
    return str(words[trouble.kind]).format(cases=named)


# The picture: one line a case, days from left to right, a line from each infector to whom it infected.


def drawn(chains: Chains, found: Picture, cases: dict[str, Case], here: str) -> SafeString:
    """The picture as SVG: marks by class, the case one looks at ringed, folded branches with their number."""
    step = min(44, max(3, (WIDE - 140) // max(found.columns, 1)))
    width, height = LEFT * 2 + found.columns * step + 130, TOP + found.rows * ROW + 8
    label = str(_("Chain of {n} cases, from {first} on")).format(
        n=sum(mark.folded or 1 for mark in found.marks), first=_day(found.first_day)
    )
    return format_html(
        '<svg class="chain" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img" aria-label="{2}">{3}{4}{5}</svg>',
        width, height, label, format_html_join("", "{}", ((one,) for one in _axis(found, step, height))),
        format_html_join("", '<path class="chain-link{}" d="{}"/>', _links(chains, found.marks, step)),
        format_html_join("", "{}", ((_dot(chains, mark, cases, here, step),) for mark in found.marks)),
    )  # fmt: skip


def _x(mark: Mark, step: int) -> int:
    return LEFT + mark.column * step


def _y(mark: Mark) -> int:
    return TOP + mark.row * ROW + ROW // 2


def _axis(found: Picture, step: int, height: int) -> Iterator[SafeString]:
    """A line and a date a week, or a day when there is room."""
    every = next(days for days in (1, 2, 7, 14, 28, 91, 10_000) if days * step >= DATE_WIDE)
    for column in range(0, found.columns, every):
        x = LEFT + column * step
        yield format_html(
            '<path class="chain-day" d="M{0} {1}V{2}"/><text class="chain-date" x="{0}" y="14">{3}</text>',
            x, TOP - 8, height, _day(found.first_day + column),
        )  # fmt: skip


def _links(chains: Chains, marks: Sequence[Mark], step: int) -> Iterable[tuple[str, str]]:
    for mark in marks:
        if mark.parent < 0:
            continue
        above = marks[mark.parent]
        back = not mark.folded and mark.column < above.column
        x, y = _x(above, step), _y(above)
        yield " chain-back" if back else "", f"M{x} {y}V{_y(mark)}H{_x(mark, step)}"


def _dot(chains: Chains, mark: Mark, cases: dict[str, Case], here: str, step: int) -> SafeString:
    x, y = _x(mark, step), _y(mark)
    if mark.folded:
        return format_html(
            '<rect class="chain-more" x="{}" y="{}" width="30" height="16" rx="8"/>'
            '<text class="chain-n" x="{}" y="{}">+{}</text>',
            x - 4, y - 8, x + 11, y + 4, mark.folded,
        )  # fmt: skip
    case = cases[chains.ids[mark.place]]
    kind = case.classification or "none"
    ringed = str(case.pk) == here
    ring = format_html('<circle class="chain-here" cx="{}" cy="{}" r="{}"/>', x, y, RADIUS + 4) if ringed else ""
    return format_html(
        '{}<circle class="chain-{}{}" cx="{}" cy="{}" r="{}"><title>{}</title></circle>'
        '<text class="chain-name" x="{}" y="{}">{}</text>',
        ring, kind, "" if mark.dated else " chain-undated", x, y, RADIUS,
        f"{case} {case.get_classification_display()} {day_words(case.date_onset, 'short')}", x + 13, y + 4, str(case),
    )  # fmt: skip


def _day(days: int) -> str:
    return day_words(_EPOCH + timedelta(days=days), "short")


@require_GET
@signed_in
def as_csv(request: HttpRequest) -> HttpResponse:
    """All chains one may see, or the one of a case, a row a case."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    cases = {str(one.pk): one for one in LineList.rows(actor)}
    chains = chains_of(cases.values())
    only = {one: at for at, one in enumerate(chains.ids)}.get(request.GET.get("case", ""))
    places = range(len(chains.ids)) if only is None else [int(p) for p in chains.members(int(chains.root[only]))]
    written = io.StringIO()
    out = csv.writer(written)
    out.writerow(COLUMNS)
    out.writerows(_line(chains, at, cases) for at in places)
    answer = HttpResponse("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="chains.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def _line(chains: Chains, place: int, cases: dict[str, Case]) -> list[Any]:
    case, parent, interval = cases[chains.ids[place]], int(chains.parent[place]), chains.days_after(place)
    onset = case.date_onset.isoformat() if int(chains.day[place]) != UNKNOWN_DAY and case.date_onset else ""
    return [
        str(case), onset, case.date_reporting.isoformat(), case.classification,
        str(cases[chains.ids[parent]]) if parent >= 0 else "", str(cases[chains.ids[int(chains.root[place])]]),
        int(chains.generation[place]), int(chains.offspring[place]), "" if interval is None else interval,
        case.unit.code,
    ]  # fmt: skip
