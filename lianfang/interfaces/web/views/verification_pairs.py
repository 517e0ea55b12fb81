"""Two rows side by side (并排核对): what differs, sign by sign, what agrees in one line, the likeliest step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianfang.capabilities.verification.fields import OURS, THEIRS
from lianfang.capabilities.verification.models import (
    CONFLICT,
    DUPLICATE,
    GONE,
    ONLY_OURS,
    ONLY_THEIRS,
    POSSIBLE,
    SETTLED,
    TOTAL,
    WAITING,
    Entry,
    Item,
)
from lianfang.domain.identity import mask_name
from lianfang.interfaces.titles import listed
from lianfang.interfaces.web.templatetags.formats import iso, when
from lianfang.interfaces.web.views.verification_marks import marked
from lianfang.interfaces.web.views.verification_queues import Chosen, only_word
from lianfang.interfaces.web.views.verification_sides import Reader

_ALONE_SHOWS: Final = 4  # values of a row that stands alone
_NAMES: Final = frozenset({"name", "surname", "given_name"})
_BESIDE_NAME: Final = "unit"
SURE: Final = 99  # percent; only a person is certain


def pairs_of(
    reader: Reader, items: Sequence[Item], chosen: Chosen, matches: Mapping[bytes, str]
) -> list[dict[str, Any]]:
    """Each difference as the middle column shows it; `matches` names whom a number on the roster belongs to."""
    return [pair_of(reader, item, chosen, matches) for item in items]


def pair_of(reader: Reader, item: Item, chosen: Chosen, matches: Mapping[bytes, str]) -> dict[str, Any]:
    """One difference: heads of both halves, rows of values, the line of what agrees, a box in an empty half."""
    rows = {OURS: item.row_ours, THEIRS: item.row_theirs}
    left, right = rows[reader.left], rows[reader.right]
    differ = list(_differing(reader, item))
    same = list(_agreeing(reader, item, left, right))
    alone = left or right if (left is None) != (right is None) else None
    return {
        "key": str(item.pk), "number": item.shown_number, "url": chosen.url(reader, item=item.pk),
        "left": _head(left), "right": _head(right), "chip": chip_of(reader, item),
        "differ": differ, "same": same, "alone": list(_alone(reader, alone)) if alone else [],
        "agree": listed(one["label"] for one in same),
        "box": _box(reader, item, alone, matches) if alone and item.klass != DUPLICATE else None,
        "missing": _missing(reader, item, left, right),
        "place": _place(item) if item.klass == TOTAL else "",
    }  # fmt: skip


def _head(entry: Entry | None) -> dict[str, str] | None:
    return None if entry is None else {"name": masked(entry), "unit": str(entry.values.get(_BESIDE_NAME, ""))}


def masked(entry: Entry) -> str:
    """The name of a row as it may be shown."""
    return mask_name(entry.name or entry.values.get("surname", "") + entry.values.get("given_name", ""))


def _differing(reader: Reader, item: Item) -> Iterator[dict[str, Any]]:
    for one in item.fields:
        mine, other = (_shown(one["field"], one[side]) for side in (reader.left, reader.right))
        left, right = marked(mine, other)
        yield {"label": reader.field_word(one["field"]), "left": left, "right": right}


def _shown(name: str, value: Any) -> str:
    text = "" if value is None else str(value)
    return mask_name(text) if name in _NAMES and text else text


def _agreeing(reader: Reader, item: Item, left: Entry | None, right: Entry | None) -> Iterator[dict[str, Any]]:
    for name in item.alike:
        if name in _NAMES or left is None or right is None:
            continue
        yield {"label": reader.field_word(name), "left": value_of(left, name), "right": value_of(right, name)}


def value_of(entry: Entry, name: str) -> str:
    """A value of a row as it may be shown: numbers masked, what is sealed hidden."""
    if name == "id_no":
        return entry.number_mask
    if name == "phone":
        return entry.phone_mask
    if name == "birth":
        return iso(entry.birth) if entry.birth else ""
    return masked(entry) if name in _NAMES else str(entry.values.get(name) or ("***" if name == "address" else ""))


def _alone(reader: Reader, entry: Entry) -> Iterator[dict[str, Any]]:
    names = [name for name in reader.agreement.names if name not in _NAMES and name not in (_BESIDE_NAME, "phone")]
    held = [name for name in names if value_of(entry, name)]
    for name in held[:_ALONE_SHOWS]:
        yield {"label": reader.field_word(name), "value": value_of(entry, name)}


def chip_of(reader: Reader, item: Item) -> dict[str, str]:
    """The state of a difference in shape and word."""
    if item.state == SETTLED:
        return {"state": "ok", "word": str(_("Settled"))}
    if item.state == GONE:
        return {"state": "ok", "word": str(_("Differs no longer"))}
    if item.state == WAITING:
        return {"state": "wait", "word": str(_("Waiting"))}
    missing = str(item.evidence.get("status", "")).removeprefix("missing_")
    if item.klass == TOTAL and missing in (OURS, THEIRS):
        return {"state": "bad", "word": missing_word(reader, missing)}
    return {"state": _STATES[item.klass], "word": _WORDS[item.klass](reader, item)}


def missing_word(reader: Reader, side: str) -> str:
    """That a side has given no figure, from where the reader stands."""
    return str(_("Missing on ours") if side == reader.left else _("Missing on theirs"))


_STATES: Final = {
    CONFLICT: "warn", POSSIBLE: "info", ONLY_OURS: "wait", ONLY_THEIRS: "bad", DUPLICATE: "info", TOTAL: "warn",
}  # fmt: skip


def _differs(_reader: Reader, item: Item) -> str:
    n = len(item.fields)
    return ngettext("{n} differs", "{n} differ", n).format(n=n)


def _maybe(_reader: Reader, item: Item) -> str:
    return str(_("Maybe {percent}")).format(percent=percent_of(item))


def _only(side: str, reader: Reader, _item: Item) -> str:
    return only_word(reader, side)


_WORDS: Final[Mapping[str, Any]] = {
    CONFLICT: _differs,
    POSSIBLE: _maybe,
    ONLY_OURS: partial(_only, OURS),
    ONLY_THEIRS: partial(_only, THEIRS),
    DUPLICATE: lambda _reader, _item: str(_("Twice")),
    TOTAL: lambda _reader, _item: str(_("Totals differ")),
}


def class_word(reader: Reader, name: str) -> str:
    """A class in words, from where the reader stands."""
    if name in (ONLY_OURS, ONLY_THEIRS):
        return only_word(reader, OURS if name == ONLY_OURS else THEIRS)
    words = {
        "agree": _("Agree"), CONFLICT: _("Fields differ"), POSSIBLE: _("Maybe same person"),
        DUPLICATE: _("Twice in one list"), TOTAL: _("Totals differ"),
    }  # fmt: skip
    return str(words[name])


def percent_of(item: Item) -> int:
    """How likely it is that both rows are one person, in percent; a computed one is never certain."""
    return min(max(round((item.probability or 0) * 100), 1), SURE)


def _missing(reader: Reader, item: Item, left: Entry | None, right: Entry | None) -> str:
    """What stands in an empty half: that the side has no such row, or which rows of the other are one person."""
    if left is not None and right is not None:
        return ""
    if item.klass == DUPLICATE:
        rows = listed(str(row) for row in item.evidence.get("rows", ()))
        return str(_("Rows {rows} of the list are one person")).format(rows=rows)
    side = reader.left if left is None else reader.right
    return str(_("Not on the list of {side}")).format(side=reader.name_of(side))


def _box(reader: Reader, item: Item, alone: Entry, matches: Mapping[bytes, str]) -> dict[str, str]:
    """What is likeliest of somebody on one list only."""
    if item.state == WAITING and item.waits_until:
        said = _("May arrive a day late: waits until {time}, then the other side is asked.")
        return {"text": str(said).format(time=when(item.waits_until)), "act": ""}
    return {"text": _likeliest(reader, item, alone, matches), "act": str(_("Decide"))}


def _likeliest(reader: Reader, item: Item, alone: Entry, matches: Mapping[bytes, str]) -> str:
    if item.klass == ONLY_OURS:
        return str(_("May arrive a day late, or be registered elsewhere."))
    if reader.side != OURS:
        return str(_("Not reported by the other side, which has to say why."))
    found = matches.get(bytes(alone.number_index or b""))
    if found:
        return str(_("1 match on our roster: {who}")).format(who=found)
    return str(_("Not reported by us, and no roster holds this number."))


def _place(item: Item) -> str:
    return listed(str(one) for one in (item.place, iso(item.day)) if one)
