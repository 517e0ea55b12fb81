"""The lines of the duty board written out (值班台各行): in templates, thirty lines were most of the work of a page.

What a row holds is said in pages/board.html. Every value is escaped here as a template would.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lianfang.interfaces.web.templatetags.formats import clock
from lianfang.interfaces.web.templatetags.parts import chip, count, icon, share_bar, status, strip7

register = template.Library()
_NOTHING = mark_safe("")
_HEAD = (
    '<tr id="row-{0}" data-row="{0}" data-state="{1}"><td>{2}</td>\n'
    '<th scope="row"><a id="name-{0}" href="{3}">{4}</a>{5}</th>\n'
)


@register.simple_tag(takes_context=True)
def unit_line(context: template.Context, row: dict[str, Any], nudges: str) -> SafeString:
    """A line of a board that counts units; `nudges` is the address that takes a nudge, or empty."""
    missing = count(row["missing"])
    cells = (
        ("num", _("Expected"), count(row["expected"])), ("num", _("Received"), count(row["received"])),
        ("num p2", "", count(row["on_time"])), ("num p2", "", count(row["late"])),
        ("num", _("Missing"), format_html('<b class="t-bad">{}</b>', missing) if row["missing"] else missing),
        ("num p2", "", count(row["zero"])), ("num p3", "", count(row["returned"])), ("p3", "", strip7(row["strip"])),
    )  # fmt: skip
    return _line(context, row, cells, nudges, named=True)


@register.simple_tag(takes_context=True)
def people_line(context: template.Context, row: dict[str, Any], nudges: str) -> SafeString:
    """A line of a board that counts people."""
    abnormal = row["abnormal"]
    cells = (
        ("p3", "", row["head"]),
        ("", _("Check-in"), share_bar(row["received"], row["expected"], _("checked in"))),
        ("num p2", "", chip(context, "bad", abnormal) if abnormal else count(abnormal)),
        ("", _("Sent"), clock(row["sent_at"])),
        ("p2", "", strip7(row["strip"])),
    )
    return _line(context, row, cells, nudges, named=False)


def _line(
    context: template.Context, row: dict[str, Any], cells: tuple[tuple[str, str, str], ...], nudges: str, *, named: bool
) -> SafeString:
    chip_of = status(context, row["status"], row["word"])
    head = format_html(_HEAD, row["code"], row["status"], chip_of, row["url"], row["name"], _chased(row, named=named))
    middle = format_html_join("\n", "{}{}</td>", ((_opening(kind, label), value) for kind, label, value in cells))
    return format_html('{}{}\n<td class="act">{}</td></tr>\n', head, middle, _action(context, row, nudges))


@lru_cache(maxsize=256)
def _opening(kind: str, label: str) -> SafeString:
    said = format_html(' data-label="{}"', label) if label else _NOTHING
    return format_html('<td class="{}"{}>', kind, said) if kind else format_html("<td{}>", said)


def _chased(row: dict[str, Any], *, named: bool) -> SafeString:
    """Under the name of a unit that has not reported: who is in charge (where `named`), their phone, what was done."""
    chased = row["chased"]
    head = chased["head"] if chased and named else ""
    if not head and not (chased and chased["notes"]):
        return _NOTHING
    phone = chased["phone"] if head else ""
    call = format_html(' <a href="tel:{}">{}</a>', phone.replace(" ", ""), phone) if phone else ""
    who = format_html("<span>{}{}</span>", head, call) if head else ""
    notes = format_html_join("", "<span>{}</span>", ((note,) for note in chased["notes"]))
    return format_html('\n<span class="chased">{}{}</span>', who, notes)


def _action(context: template.Context, row: dict[str, Any], nudges: str) -> SafeString:
    """What to do with a line: nudge, look at what was sent back, or open."""
    if row["nudge"] and nudges:
        return format_html(
            '<button class="button tight" form="nudge" name="unit" value="{0}" data-key="c"'
            ' aria-describedby="name-{0}">{1}{2}</button>',
            row["code"], icon(context, "bell"), _("Nudge"),
        )  # fmt: skip
    kind = mark_safe(' class="button tight"') if row["open"] == "look" else _NOTHING
    return format_html('<a{} href="{}" aria-describedby="name-{}">{}</a>', kind, row["url"], row["code"], _("Open"))
