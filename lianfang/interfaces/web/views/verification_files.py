"""Differences on their way out (差异清单): a workbook to work through, and a letter to the other side; all masked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import typst
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from lianfang.capabilities.upward.paper import chinese_fonts
from lianfang.capabilities.verification.models import UNSETTLED, Entry, Item
from lianfang.domain.identity import mask_name
from lianfang.domain.refusals import Refused
from lianfang.interfaces.exchange.exports import note_export
from lianfang.interfaces.exchange.writing import open_writer
from lianfang.interfaces.titles import labelled, listed
from lianfang.interfaces.web.templatetags.formats import day, iso, language
from lianfang.interfaces.web.views.frame import signed_in
from lianfang.interfaces.web.views.verification_pairs import chip_of, class_word, masked, value_of
from lianfang.interfaces.web.views.verification_queues import rows_of
from lianfang.interfaces.web.views.verification_sides import Reader, reader_of
from lianfang.kernel.accounts.actor import Actor

TEMPLATE: Final = Path(__file__).with_name("verification_letter.typ")
MEDIA: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
AT_A_TIME: Final = 1_000
_NAMES: Final = frozenset({"name", "surname", "given_name"})
Line = list[Any]


@require_GET
@signed_in
def differences(request: HttpRequest, number: UUID, kind: str) -> HttpResponse:
    """What is not settled yet: as a workbook, a line for each value that differs, or as a letter to the other side."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    reader = reader_of(actor, number)
    if not reader.sees_people or kind not in MEDIA:
        raise Http404
    items = rows_of(reader).filter(state__in=UNSETTLED).order_by("number")
    made, rows = _letter(reader, list(items)) if kind == "pdf" else _workbook(reader, items.iterator(AT_A_TIME))
    note_export(
        replace(actor, may_write=True), unit=reader.unit or actor.home, register="differences", rows=rows, file=kind,
        filters=json.dumps({"agreement": reader.agreement.number}),
    )  # fmt: skip
    response = HttpResponse(made, content_type=MEDIA[kind])
    name = f"{_('Differences')}-{reader.today.isoformat()}.{kind}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return response


def _workbook(reader: Reader, items: Iterator[Item]) -> tuple[bytes, int]:
    out, rows = BytesIO(), 0
    with open_writer("xlsx", out, _heads(reader), sheet=str(_("Differences"))) as writer:
        for item in items:
            for line in _lines(reader, item):
                writer.row(line)
                rows += 1
    return out.getvalue(), rows


def _heads(reader: Reader) -> list[str]:
    mine, other = reader.name_of(reader.left), reader.name_of(reader.right)
    about = [_("Number"), _("Class"), _("Progress"), _("Must answer"), _("Answer by")]
    who = [reader.field_word(name) for name in ("name", "id_no")]
    beside = [labelled(side, word) for word in who for side in (mine, other)]
    answers = [labelled(side, str(_("conclusion"))) for side in (mine, other)]
    return [*map(str, about), *beside, str(_("Field")), mine, other, *answers]


def _lines(reader: Reader, item: Item) -> Iterator[Line]:
    """A line for each value that differs; one for somebody who is on one list only."""
    begin, end = _about(reader, item), [_answer(reader, item, side) for side in (reader.left, reader.right)]
    for one in item.fields or [{}]:
        field = reader.field_word(one["field"]) if one else ""
        values = [_value(one, side) for side in (reader.left, reader.right)]
        yield [*begin, field, *values, *end]


def _about(reader: Reader, item: Item) -> Line:
    rows = [getattr(item, f"row_{side}") for side in (reader.left, reader.right)]
    names, numbers = ([show(row) if row else "" for row in rows] for show in (masked, _number))
    owner = reader.name_of(item.owner) if item.owner else ""
    state = chip_of(reader, item)["word"]
    due = iso(item.due_at) if item.due_at else ""
    return [item.shown_number, class_word(reader, item.klass), state, owner, due, *names, *numbers]


def _number(row: Entry) -> str:
    return row.number_mask


def _value(one: dict[str, Any], side: str) -> str:
    text = str(one.get(side) or "")
    return mask_name(text) if one.get("field") in _NAMES and text else text


def _answer(reader: Reader, item: Item, side: str) -> str:
    verdict = getattr(item, f"verdict_{side}")
    return reader.verdict_word(verdict) if verdict else ""


def _letter(reader: Reader, items: Sequence[Item]) -> tuple[bytes, int]:
    """The letter as PDF. Refused with `font.missing` where no font of this machine has Chinese characters."""
    fonts = chinese_fonts()
    if not fonts:
        raise Refused("font.missing", "file")
    agreement, n = reader.agreement, len(items)
    compared = str(_("Our lists were compared under our agreement ({basis}).")).format(basis=agreement.basis)
    asked = ngettext("{n} difference is not settled.", "{n} differences are not settled.", n).format(n=n)
    drawn = {
        "title": str(_("Letter on differences between two lists")), "to": reader.name_of(reader.right),
        "from": reader.name_of(reader.left), "day": day(reader.today, "date"), "lang": language(), "fonts": list(fonts),
        "opening": [compared, asked, str(_("Please check them and tell us what is right."))],
        "heads": [str(_("Number")), str(_("Class")), str(_("Who")), str(_("What differs")), str(_("Answer by"))],
        "rows": [_letter_row(reader, item) for item in items],
        "closing": [str(_("Names and numbers are masked. Please name the number of each difference in your answer."))],
    }  # fmt: skip
    made = typst.Compiler(TEMPLATE, sys_inputs={"letter": json.dumps(drawn, ensure_ascii=False)}).compile(format="pdf")
    if not isinstance(made, bytes):
        raise TypeError("a letter of several files")
    return made, n


def _letter_row(reader: Reader, item: Item) -> list[str]:
    row = item.row_ours or item.row_theirs
    who = f"{masked(row)} {row.number_mask}" if row else str(item.place or "")
    due = iso(item.due_at) if item.due_at else "—"
    return [item.shown_number, class_word(reader, item.klass), who, _what(reader, item, row), due]


def _what(reader: Reader, item: Item, row: Entry | None) -> str:
    if item.fields:
        pairs = ((one, reader.field_word(one["field"])) for one in item.fields)
        sides = (reader.left, reader.right)
        return listed(labelled(word, " ≠ ".join(_value(one, side) or "—" for side in sides)) for one, word in pairs)
    if row is None:
        return ""
    missing = reader.name_of(reader.right if getattr(item, f"row_{reader.left}") else reader.left)
    known = [value_of(row, name) for name in reader.agreement.names if name not in _NAMES and name in row.values]
    return listed([str(_("Not on the list of {side}")).format(side=missing), *known])
