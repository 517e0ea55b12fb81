"""The difference one looks at (校核详情): why it is one, what both sides say, answers with keys, its history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lianfang.capabilities.verification.actions import FITTING
from lianfang.capabilities.verification.decisions import DECISIONS, is_own_answer
from lianfang.capabilities.verification.fields import OURS, SIDES
from lianfang.capabilities.verification.models import (
    CONFLICT,
    POSSIBLE,
    TOTAL,
    UNSETTLED,
    Item,
    Step,
)
from lianfang.capabilities.verification.register import DifferenceSteps
from lianfang.domain.refusals import Refused
from lianfang.interfaces.titles import listed
from lianfang.interfaces.web.templatetags.formats import duration, when
from lianfang.interfaces.web.views.frame import errors_of
from lianfang.interfaces.web.views.verification_pairs import chip_of, percent_of
from lianfang.interfaces.web.views.verification_queues import Chosen
from lianfang.interfaces.web.views.verification_sides import Reader
from lianfang.kernel import clock

STEPS_SHOWN: Final = 12
_KEYS: Final[Mapping[str, str]] = {
    "by_field": "3", "send_back": "4", "not_same_person": "5", "later": "0", "same_person": "1", "missing_report": "1",
    "not_a_case": "2", "other_jurisdiction": "3", "duplicate": "5", "too_new": "6",
}  # fmt: skip
LAST_KEY: Final = max(_KEYS.values())
LATER: Final = "0"  # the key of what is left for later, which stands last
_STRONG, _CLEAR = 8.0, 3.0  # bits: odds of 256 to 1, and of 8 to 1
_NOTED: Final = frozenset({"send_back", "later"})
_ACTS: Final[Mapping[str, Any]] = {
    "opened": gettext_lazy("found"),
    "answered": gettext_lazy("gave an answer"),
    "settled": gettext_lazy("answered the same: settled"),
    "disputed": gettext_lazy("answered otherwise"),
    "noted": gettext_lazy("left for later"),
    "sent_back": gettext_lazy("sent back to be corrected"),
    "undone": gettext_lazy("took the last answer back"),
    "reopened": gettext_lazy("reopened"),
    "waiting": gettext_lazy("waits for the other side's list"),
    "woken": gettext_lazy("usual delay over, put to a side"),
    "found_again": gettext_lazy("found again with other values"),
    "gone": gettext_lazy("differs no longer in a later run"),
    "corrected": gettext_lazy("a reported fact it rests on was corrected"),
}


def panel_of(
    reader: Reader, item: Item, chosen: Chosen, *, after: str = "", refused: Refused | None = None,
    given: Mapping[str, str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """All that the right column shows of one difference; `after` is the one that comes next in the queue."""
    open_ = item.state in UNSETTLED
    given = given or {}
    steps = list(DifferenceSteps.rows(reader.actor).filter(item=item).order_by("-at", "-pk"))
    return {
        "key": str(item.pk), "number": item.shown_number, "here": _here(reader), "chip": chip_of(reader, item),
        "why": _why(reader, item), "evidence": _evidence(reader, item), "answers": _answers(reader, item),
        "due": _due(reader, item), "two_people": item.klass == POSSIBLE and open_,
        "verdicts": _verdicts(reader, item) if open_ and reader.side else [],
        "by_field": _by_field(reader, item, given) if item.klass == CONFLICT else [],
        "for_other": reader.name_of(reader.right) if reader.answers_for_both else "",
        "note": given.get("note", ""), "evidence_given": given.get("evidence", ""),
        "errors": errors_of(refused) if refused else [], "after": after,
        "may_reopen": bool(reader.side) and not open_,
        "reveal_url": f"{_here(reader)}/items/{item.pk}/reveal" if reader.side and item.klass != TOTAL else "",
        "history": [_step(reader, one) for one in steps[:STEPS_SHOWN]], "seen": len(steps),
        "undo": _undo(reader, item, steps), "queue": chosen.queue, "page": chosen.page, "place": chosen.place,
    }  # fmt: skip


def _here(reader: Reader) -> str:
    return f"/verification/{reader.agreement.pk}"


def _why(reader: Reader, item: Item) -> list[str]:
    """The difference in sentences: what agrees, what differs, whose value the agreement proposes."""
    alike = listed(reader.field_word(name) for name in item.alike)
    differ = listed(reader.field_word(one["field"]) for one in item.fields)
    said = []
    if item.klass == POSSIBLE:
        said.append(str(_("Taken for the same person with {n} %.")).format(n=percent_of(item)))
    if alike:
        said.append(str(_("Agree: {fields}.")).format(fields=alike))
    if differ:
        said.append(str(_("Differ: {fields}.")).format(fields=differ))
    return [*said, *_slipped(item), *(line for side in SIDES if (line := _proposed(reader, item, side)))]


def _slipped(item: Item) -> list[str]:
    """Where a count may have been entered for another day."""
    days = item.evidence.get("slipped_days", 0)
    said = ngettext("The same count stands {n} day apart.", "The same count stands {n} days apart.", abs(days))
    return [said.format(n=abs(days))] if days else []


def _proposed(reader: Reader, item: Item, side: str) -> str:
    names = [reader.field_word(one["field"]) for one in item.fields if one.get("proposed") == side]
    line = str(_("By the agreement {side} decides: {fields}."))
    return line.format(side=reader.name_of(side), fields=listed(names)) if names else ""


def _evidence(reader: Reader, item: Item) -> list[dict[str, str]]:
    """What each field says for or against one person, by the weights the run has learnt, strongest first."""
    why = item.evidence.get("why", ())
    weights = {one["field"]: float(one["weight"]) for one in why} or _by_model(item)
    strongest = sorted(weights.items(), key=lambda one: -abs(one[1]))
    return [{"label": reader.field_word(name), "word": _weight_word(bits)} for name, bits in strongest]


def _by_model(item: Item) -> dict[str, float]:
    model = item.run.model.get("fields", {}) if item.klass in (POSSIBLE, CONFLICT) else {}
    differ = {one["field"] for one in item.fields}
    found = {name: one["weights"] for name, one in model.items() if one.get("weights")}
    alike = {name: max(found[name]) for name in item.alike if name in found}
    return alike | {name: min(found[name]) for name in differ if name in found}


def _weight_word(bits: float) -> str:
    steps = ((_STRONG, _("speaks strongly for one person")), (_CLEAR, _("speaks for one person")),
             (0.0, _("speaks a little for one person")), (-_CLEAR, _("speaks a little against it")))  # fmt: skip
    return str(next((word for least, word in steps if bits > least), _("speaks against it")))


def _answers(reader: Reader, item: Item) -> list[dict[str, str]]:
    """What each side has answered so far, one's own first."""
    return [
        {
            "side": reader.side_word(side),
            "said": _said(reader, item, side),
            "open": "" if getattr(item, f"verdict_{side}") else "yes",
        }
        for side in (reader.left, reader.right)
    ]


def _said(reader: Reader, item: Item, side: str) -> str:
    verdict = getattr(item, f"verdict_{side}")
    if not verdict:
        return str(_("not answered yet"))
    chosen = getattr(item, f"chosen_{side}")
    if verdict != "by_field" or not chosen:
        return reader.verdict_word(verdict)
    return listed(f"{reader.field_word(name)} → {reader.side_word(of)}" for name, of in chosen.items())


def _due(reader: Reader, item: Item) -> dict[str, Any] | None:
    if item.due_at is None or not item.owner:
        return None
    left = item.due_at - clock.now()
    over = left.total_seconds() < 0
    said = _("{side}: {time} overdue") if over else _("{side}: {time} left")
    text = str(said).format(side=reader.side_word(item.owner), time=duration(abs(left)))
    return {"text": text, "over": over, "at": when(item.due_at)}


def _verdicts(reader: Reader, item: Item) -> list[dict[str, Any]]:
    """The answers that fit, the likeliest first: what the other side has said, or what the agreement proposes."""
    likely = getattr(item, f"verdict_{reader.right}") or _by_precedence(item)
    keys = {verdict: _key(reader, verdict) for verdict in FITTING[item.klass]}
    fitting = sorted(keys, key=lambda verdict: (verdict != likely, keys[verdict] == LATER, keys[verdict]))
    return [
        {
            "verdict": verdict, "label": reader.verdict_word(verdict), "key": keys[verdict],
            "primary": verdict == likely, "noted": verdict in _NOTED, "opens": verdict == "by_field",
        }
        for verdict in fitting
    ]  # fmt: skip


def _key(reader: Reader, verdict: str) -> str:
    if verdict in ("use_ours", "use_theirs"):
        return "1" if (verdict == "use_ours") == (reader.left == OURS) else "2"
    return _KEYS[verdict]


def _by_precedence(item: Item) -> str:
    sides = {one.get("proposed") for one in item.fields}
    return f"use_{sides.pop()}" if len(sides) == 1 and sides <= set(SIDES) else ""


def _by_field(reader: Reader, item: Item, given: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "name": one["field"], "label": reader.field_word(one["field"]),
            "choices": [
                {"side": side, "word": reader.side_word(side), "value": one[side] or "—",
                 "chosen": given.get(f"chosen-{one['field']}", one.get("proposed")) == side}
                for side in (reader.left, reader.right)
            ],
        }
        for one in item.fields
    ]  # fmt: skip


def _undo(reader: Reader, item: Item, steps: Sequence[Step]) -> str:
    """`key` where the last answer is one's own and can be taken back, with U as its key; else empty."""
    last = next((one for one in steps if one.undone_at is None and one.act != "undone"), None)
    return "key" if is_own_answer(last, reader.actor) and reader.side and item.run.state != "signed" else ""


def _step(reader: Reader, one: Step) -> dict[str, Any]:
    verdict = reader.verdict_word(one.verdict) if one.verdict and one.act in DECISIONS else ""
    return {
        "at": one.at, "who": one.name if one.account_id else "", "side": reader.side_word(one.side) if one.side else "",
        "text": str(_ACTS.get(one.act, one.act)), "verdict": verdict,
        "why": listed(_filled((one.note, one.evidence))), "undone": one.undone_at is not None,
    }  # fmt: skip


def _filled(texts: Iterable[str]) -> Sequence[str]:
    return [text for text in texts if text]
