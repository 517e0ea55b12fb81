"""Tags and filters of the pages (页面部件): icons, state chips, the 7-day strip, the time rail, written values.

Every state is a colour, a shape and a word at once; none of the three is ever left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache
from html import escape as escape_text
from itertools import pairwise
from pathlib import Path
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from lianfang.interfaces.web.templatetags import formats

register = template.Library()

SPRITE = Path(__file__).resolve().parent.parent / "static" / "lf" / "icons.svg"
STATES = ("ok", "zero", "warn", "bad", "wait", "info", "sync")

# What a report, a unit's day or a person's day can be: its state and its word.
STATUSES = {
    "zero": ("zero", _("Zero report")),
    "reported": ("ok", _("Reported")),
    "late": ("late", _("Late")),
    "missing": ("wait", _("Not yet")),
    "overdue": ("bad", _("Overdue")),
    "returned": ("warn", _("Sent back")),
    "unsynced": ("sync", _("Unsynced")),
    "draft": ("wait", _("Not signed")),
    "excused": ("info", _("Excused")),
    "corrected": ("info", _("Corrected")),
    "signed": ("ok", _("Signed")),
    "sent": ("ok", _("Sent up")),
    "void": ("wait", _("Void")),
    "well": ("ok", _("Well")),
    "unwell": ("bad", _("Unwell")),
    "absent": ("warn", _("Absent")),
    "on_leave": ("info", _("On leave")),
    "reached": ("ok", _("Reached by phone")),
    "not_in": ("wait", _("Not checked in")),
    "unknown": ("wait", _("Unknown")),
    "done": ("ok", _("Done")),
    "open": ("info", _("In progress")),
    "green": ("ok", _("Green code")),
    "yellow": ("warn", _("Yellow code")),
    "red": ("bad", _("Red code")),
}
# One mark of the strip: 10 wide, 14 high. The shape tells the state without its colour.
STRIP_SHAPES = {
    "zero": "M1 0h8a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H1a1 1 0 0 1-1-1V1a1 1 0 0 1 1-1z",
    "report": "M1 0h8a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H1a1 1 0 0 1-1-1V1a1 1 0 0 1 1-1zM3 6v2h4V6z",
    "late": "M1 0h8a1 1 0 0 1 1 1v13L5 9.500 0 14V1a1 1 0 0 1 1-1z",
    "returned": "M5 2l5 5-5 5-5-5z",
    "missing": "M1.500.7h7a.8.8 0 0 1 .8.8v11a.8.8 0 0 1-.8.8h-7a.8.8 0 0 1-.8-.8v-11a.8.8 0 0 1 .8-.8z",
    "none": "M3.500 7h3",
}
STRIP_STEP = 13
ZERO = timedelta()
_ZERO = mark_safe('<span class="n-zero">0</span>')


@cache
def _symbols() -> dict[str, tuple[str, str]]:
    found = re.findall(r'<symbol id="([\w-]+)" viewBox="([\d ]+)">(.*?)</symbol>', SPRITE.read_text("utf-8"))
    return {name: (box, drawing) for name, box, drawing in found}


@register.simple_tag(takes_context=True)
def icon(context: template.Context, name: str, kind: str = "icon") -> SafeString:
    """An icon beside its word; drawn in place on phone pages, which must not cost another request."""
    return _icon(name, kind, inline=bool(context.get("inline_icons")))


@lru_cache(maxsize=512)
def _icon(name: str, kind: str, *, inline: bool) -> SafeString:
    box, drawing = _symbols()[name]
    if inline:
        return format_html('<svg class="{}" viewBox="{}" aria-hidden="true">{}</svg>', kind, box, mark_safe(drawing))  # noqa: S308 - our own file
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', kind, static("lf/icons.svg"), name
    )


@register.simple_tag(takes_context=True)
def mark(context: template.Context, state: str) -> SafeString:
    """The shape of a state: disc, 0, triangle, diamond, ring, square, dashed ring, bookmark."""
    if state == "zero":
        return mark_safe('<span class="mark-zero" aria-hidden="true">0</span>')
    return icon(context, f"m-{state}", "mark")


@register.simple_tag(takes_context=True)
def chip(context: template.Context, state: str, word: str) -> SafeString:
    """Shape and word on the soft colour of a state (one of `STATES`, or `late`); one line, never a link."""
    return _chip(state, str(word), mark(context, state))


@lru_cache(maxsize=2048)
def _chip(state: str, word: str, shape: SafeString) -> SafeString:
    return format_html('<span class="chip chip-{}">{}<span>{}</span></span>', state, shape, word)


@register.simple_tag(takes_context=True)
def status(context: template.Context, code: str, word: str | None = None) -> SafeString:
    """The chip of a known status (`STATUSES`); `word` says more than the usual word, such as how long overdue."""
    state, usual = STATUSES[code]
    return chip(context, state, word or gettext(usual))


@register.filter
def status_word(code: str) -> str:
    """The usual word of a known status."""
    return gettext(STATUSES[code][1])


@register.simple_tag
def strip7(states: Sequence[str]) -> SafeString:
    """Seven marks, oldest left: `zero`, `report`, `late`, `returned`, `missing`, `none` (nothing was owed)."""
    return _strip(tuple(states), get_language())


@lru_cache(maxsize=4096)
def _strip(states: tuple[str, ...], _language: str | None) -> SafeString:
    marks = format_html_join(
        "",
        '<path class="s-{}" transform="translate({})" d="{}"/>',
        ((s, STRIP_STEP * i + 1, STRIP_SHAPES[s]) for i, s in enumerate(states)),
    )
    width = STRIP_STEP * len(states)
    label = formats.strip_words(list(states))
    return format_html(
        '<svg class="strip7" width="{0}" height="16" viewBox="0 -1 {0} 16" role="img" aria-label="{1}">{2}</svg>',
        width, label, marks,
    )  # fmt: skip


@register.simple_tag
def swatch(state: str) -> SafeString:
    """One mark of the strip, for its legend."""
    shape = STRIP_SHAPES[state]
    return format_html(
        '<svg class="swatch" viewBox="0 -1 10 16" aria-hidden="true"><path class="s-{}" d="{}"/></svg>', state, shape
    )


@register.filter
def rail_track(stops: Sequence[dict[str, Any]], now: datetime) -> dict[str, Any]:
    """Shares (0 to 100) of a rail of equal steps: `now`, its `ticks`, the `next` stop or None, the `rest` up to it.

    `stops` are two or more dicts with an aware `at`, in order.
    """
    step = 100 / (len(stops) - 1)
    share = _rail_share([stop["at"] for stop in stops], now, step)
    ahead = next(((i, stop) for i, stop in enumerate(stops) if stop["at"] > now), None)
    rest = round(step * ahead[0] - share, 2) if ahead else 0
    ticks = [round(step * i, 2) for i in range(len(stops))]
    return {"now": share, "ticks": ticks, "next": ahead[1] if ahead else None, "rest": rest}


def _rail_share(times: Sequence[datetime], now: datetime, step: float) -> float:
    if now <= times[0]:
        return 0.0
    for index, (this, following) in enumerate(pairwise(times)):
        if now <= following:
            return round(step * (index + (now - this) / (following - this)), 2)
    return 100.0


@register.filter
def minutes_until(moment: datetime, now: datetime) -> int:
    """Whole minutes from `now` to `moment`, negative when it has passed."""
    return int((moment - now).total_seconds() // 60)


@register.simple_tag
def countdown(now: datetime, due: datetime, near: int, label: str, *, words: bool = False) -> SafeString:
    """A clock that ticks in the browser and is right without it; `words` writes "01:42:20 left" instead of the digits.

    It turns amber `near` minutes before `due`; screen readers hear it at 10 minutes, 1 minute and zero only.
    """
    left = due - now
    over, text = gettext("over by {time}"), gettext("{time} left") if words else "{time}"
    attributes = {
        "now": now.isoformat(), "due": due.isoformat(), "near": near, "text": text, "over": over, "aria-label": label,
        "say-10": gettext("%(label)s: 10 minutes left") % {"label": label},
        "say-1": gettext("%(label)s: 1 minute left") % {"label": label},
        "say-0": gettext("%(label)s: the time is up") % {"label": label},
    }  # fmt: skip
    state = "data-over" if left < ZERO else "data-near" if left <= timedelta(minutes=near) else ""
    shown = (over if left < ZERO else text).replace("{time}", formats.clock_left(left))
    inside = format_html('<span data-clock>{}</span><span class="sr" aria-live="polite"></span>', shown)
    listed = format_html_join("", ' {}="{}"', attributes.items())
    return format_html('<lf-countdown role="timer"{} {}>{}</lf-countdown>', listed, state, inside)


@register.filter
def count(value: Any) -> SafeString:
    """A number: 0 is grey, unknown is `—` and read out as such, lower bounds and hidden values look different."""
    if type(value) is int:  # nearly always, and many on a page
        return mark_safe(formats.plain(value)) if value else _ZERO  # noqa: S308  digits
    text = formats.amount(value)
    if text == formats.UNKNOWN:
        return format_html(
            '<span class="n-unknown"><span aria-hidden="true">—</span><span class="sr">{}</span></span>',
            gettext("unknown"),
        )
    if text.startswith("≥"):
        return format_html('<span class="n-least">{}</span>', gettext("at least %(n)s") % {"n": text[2:]})
    if text.startswith("<"):
        return format_html('<span class="n-hidden" title="{}">{}</span>', gettext("small number, not shown"), text)
    return _ZERO if text == "0" else escape(text)


@register.simple_tag
def share_bar(part: int | None, whole: int | None, label: str) -> SafeString:
    """How many of how many, as a bar and in digits; full is green, the rest blue. Both unknown shows `—`."""
    if part is None or whole is None:
        return count(None)
    kind, said = "bar-full" if part >= whole else "bar-part", escape_text(label)
    return mark_safe(  # noqa: S308  numbers, and a label that was escaped
        f'<span class="share"><progress class="bar {kind}" max="{max(whole, 1)}" value="{part}" aria-label="{said}">'
        f"</progress><span>{formats.plain(part)}/{formats.plain(whole)}</span></span>"
    )


@register.filter
def zipped(cells: Iterable[Any], columns: Iterable[Any]) -> list[tuple[Any, Any]]:
    """Cells beside the columns they belong to."""
    return list(zip(cells, columns, strict=True))


@register.filter
def percent_of(part: int | None, whole: int | None) -> str:
    """`97.3%`; see `formats.percent`."""
    return formats.percent(part, whole)


for _written in (formats.day, formats.iso, formats.clock, formats.when, formats.duration, formats.clock_left,
                 formats.temperature, formats.change, formats.masked_name, formats.plain):  # fmt: skip
    register.filter(_written.__name__, _written)
