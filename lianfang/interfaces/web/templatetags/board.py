"""The lines of the duty board written out (值班台各行): in templates, thirty lines were most of the work of a page.

What a row holds is said in pages/board.html. Every text is escaped here as a template would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from lianfang.interfaces.web.templatetags.formats import clock
from lianfang.interfaces.web.templatetags.parts import chip, count, icon, share_bar, status, strip7

register = template.Library()
Row = Mapping[str, Any]
Cell = tuple[str, str]
"""What stands before a cell's content, and the content, both as HTML."""


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of all lines in one language, escaped, and the openings of the cells that name their column."""

    expected: str
    received: str
    missing: str
    check_in: str
    checked_in: str
    sent: str
    nudge: str
    open: str


@lru_cache(maxsize=8)
def _words(_language: str | None) -> _Words:
    def named(kind: str, label: str) -> str:
        of_kind = f' class="{kind}"' if kind else ""
        return f'<td{of_kind} data-label="{escape(label)}">'

    return _Words(
        expected=named("num", _("Expected")), received=named("num", _("Received")),
        missing=named("num", pgettext("of a report", "Missing")),
        check_in=named("", _("Check-in")), checked_in=_("checked in"), sent=named("", _("Sent")),
        nudge=escape(_("Nudge")), open=escape(_("Open")),
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def unit_lines(context: template.Context, rows: Sequence[Row], nudges: str) -> SafeString:
    """Lines of a board that counts units; `nudges` is the address that takes a nudge, or empty."""
    words = _words(get_language())
    lines = (_line(context, row, _counts(row, words), nudges, named=True) for row in rows)
    return mark_safe("".join(lines))  # noqa: S308  escaped where it is put together


@register.simple_tag(takes_context=True)
def people_lines(context: template.Context, rows: Sequence[Row], nudges: str) -> SafeString:
    """Lines of a board that counts people."""
    words = _words(get_language())
    lines = (_line(context, row, _people(context, row, words), nudges, named=False) for row in rows)
    return mark_safe("".join(lines))  # noqa: S308


def _counts(row: Row, words: _Words) -> tuple[Cell, ...]:
    missing = count(row["missing"])
    return (
        (words.expected, count(row["expected"])), (words.received, count(row["received"])),
        ('<td class="num p2">', count(row["on_time"])), ('<td class="num p2">', count(row["late"])),
        (words.missing, f'<b class="t-bad">{missing}</b>' if row["overdue"] else missing),
        ('<td class="num p2">', count(row["not_yet"])),
        ('<td class="num p2">', count(row["zero"])), ('<td class="num p3">', count(row["returned"])),
        ('<td class="p3">', strip7(row["strip"])),
    )  # fmt: skip


def _people(context: template.Context, row: Row, words: _Words) -> tuple[Cell, ...]:
    abnormal = row["abnormal"]
    return (
        ('<td class="p3">', escape(row["head"])),
        (words.check_in, share_bar(row["received"], row["expected"], words.checked_in)),
        ('<td class="num p2">', chip(context, "bad", abnormal) if abnormal else count(abnormal)),
        (words.sent, clock(row["sent_at"])),
        ('<td class="p2">', strip7(row["strip"])),
    )


def _line(context: template.Context, row: Row, cells: tuple[Cell, ...], nudges: str, *, named: bool) -> str:
    code, middle = escape(row["code"]), "\n".join(f"{opening}{content}</td>" for opening, content in cells)
    return (
        f'<tr id="row-{code}" data-row="{code}" data-state="{row["status"]}">'
        f"<td>{status(context, row['status'], row['word'])}</td>\n"
        f'<th scope="row"><a id="name-{code}" href="{escape(row["url"])}">{escape(row["name"])}</a>'
        f"{_chased(row, named=named)}</th>\n{middle}\n"
        f'<td class="act">{_action(context, row, code, nudges)}</td></tr>\n'
    )


def _chased(row: Row, *, named: bool) -> str:
    """Under the name of a unit that has not reported: who is in charge (where `named`), their phone, what was done."""
    chased = row["chased"]
    head = chased["head"] if chased and named else ""
    if not head and not (chased and chased["notes"]):
        return ""
    phone = chased["phone"] if head else ""
    call = f' <a href="tel:{escape(phone.replace(" ", ""))}">{escape(phone)}</a>' if phone else ""
    who = f"<span>{escape(head)}{call}</span>" if head else ""
    notes = "".join(f"<span>{escape(note)}</span>" for note in chased["notes"])
    return f'\n<span class="chased">{who}{notes}</span>'


def _action(context: template.Context, row: Row, code: str, nudges: str) -> str:
    """What to do with a line: nudge, look at what was sent back, or open."""
    words = _words(get_language())
    if row["nudge"] and nudges:
        return (
            f'<button class="button tight" form="nudge" name="unit" value="{code}" data-key="c"'
            f' aria-describedby="name-{code}">{icon(context, "bell")}{words.nudge}</button>'
        )
    kind = ' class="button tight"' if row["open"] == "look" else ""
    return f'<a{kind} href="{escape(row["url"])}" aria-describedby="name-{code}">{words.open}</a>'
