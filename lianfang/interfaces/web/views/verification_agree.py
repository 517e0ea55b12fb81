"""Making an exchange agreement (签订交换协议): with whom, why, how often, and which fields under which headings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianfang.capabilities.verification.actions import DATA_OFFICERS, make_agreement
from lianfang.capabilities.verification.fields import OURS, THEIRS
from lianfang.capabilities.verification.models import FREQUENCIES
from lianfang.domain.refusals import Refused
from lianfang.interfaces.web.views.frame import errors_of, page, signed_in
from lianfang.interfaces.wording import sentence
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.fields import read_parameters
from lianfang.kernel.orgs.models import Unit

USUAL: Final = """name: 姓名, 患者姓名
id_no: 证件号, 身份证号
phone: 手机, 联系电话 > ours
status: 管理状态, 当前状态 > theirs
from_day: 起始日, 开始日期 > theirs
until_day: 截止日, 结束日期 > theirs"""
"""What is exchanged about a case as a rule; whoever makes the agreement changes it as agreed."""
_LINE = re.compile(r"([^:：>]*)(?:[:：]([^>]*))?(?:>(.*))?")
_BETWEEN = re.compile(r"[,，、;；]")
_SIDES: Final = {"我方": OURS, "对方": THEIRS}
_TEXTS: Final = ("counterpart", "counterpart_en", "purpose", "basis", "frequency", "theirs")


@require_http_methods(["GET", "POST"])
@signed_in
def make(request: HttpRequest) -> HttpResponse:
    """One form; the agreement's workbench comes after it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    units = [post.unit for post in actor.posts if post.role in DATA_OFFICERS]
    if not units:
        raise Http404
    if request.method == "GET":
        return page(request, "pages/form.html", {"form": _form(units, {"fields": USUAL, "totals": "yes"}, None)})
    try:
        raw = _raw(request.POST, units)
        made = make_agreement(actor, **read_parameters(make_agreement.action, actor, raw))  # type: ignore[attr-defined]
    except Refused as refused:
        context = {"form": _form(units, request.POST, refused), "errors": _leading(refused)}
        return page(request, "pages/form.html", context, status=422)
    return redirect(f"/verification/{made.pk}")


def _raw(posted: Mapping[str, str], units: list[Unit]) -> dict[str, Any]:
    delay = posted.get("delay_days", "").strip()
    given = {name: text for name in _TEXTS if (text := posted.get(name, "").strip())}
    return {
        **given, "unit": posted.get("unit") or units[0].code, "fields": _read(posted.get("fields", "")),
        "totals_required": posted.get("totals") == "yes", "delay_days": int(delay) if delay.isdecimal() else delay or 0,
    }  # fmt: skip


def _read(text: str) -> list[dict[str, Any]]:
    """One field a line: its name, the headings it stands under, and the side whose value is proposed."""
    return [_field(line) for line in text.splitlines() if line.strip()]


def _field(line: str) -> dict[str, Any]:
    found = _LINE.fullmatch(line.strip())
    name, heads, side = (part or "" for part in found.groups()) if found else (line, "", "")
    chosen = side.strip()
    columns = [head.strip() for head in _BETWEEN.split(heads) if head.strip()]
    return {"name": name.strip(), "columns": columns, "precedence": _SIDES.get(chosen, chosen)}


def _leading(refused: Refused) -> list[dict[str, str]]:
    """Each problem as a link to its field; those of a line lead to the box with the lines."""
    said = zip(errors_of(refused), refused.problems, strict=True)
    return [{**one, "href": f"#f-{_input_of(problem.field)}"} for one, problem in said]


def _input_of(field: str) -> str:
    return "fields" if field.startswith("fields") else {"totals_required": "totals"}.get(field, field)


def _form(units: list[Unit], given: Mapping[str, str], refused: Refused | None) -> dict[str, Any]:
    return {
        "title": str(_("Make an agreement")), "sub": "", "facts": [], "files": False, "sentence": "", "tick": "",
        "intro": str(_("Only what stands here may be exchanged; any other column of a file is refused.")),
        "fields": _fields(units, given, refused), "action": "/verification/agree", "danger": False,
        "verb": str(_("Make the agreement")), "back_url": "/verification",
    }  # fmt: skip


def _fields(units: list[Unit], given: Mapping[str, str], refused: Refused | None) -> list[dict[str, Any]]:
    ours = [{"value": u.code, "label": str(u), "chosen": given.get("unit", units[0].code) == u.code} for u in units]
    often = [{"value": v, "label": str(w), "chosen": given.get("frequency") == v} for v, w in FREQUENCIES]
    lines = _("One field a line: name, headings, and after > the side whose value is proposed (ours or theirs)")
    rows: tuple[tuple[Any, ...], ...] = (
        ("unit", _("Our side"), "select", True, "", ours),
        ("counterpart", _("The other side"), "text", True, "", []),
        ("counterpart_en", _("The other side in English"), "text", False, "", []),
        ("theirs", _("Unit code of the other side"), "text", False, _("Where it works in this system, too"), []),
        ("purpose", _("Purpose"), "text", True, "", []),
        ("basis", _("Legal basis"), "text", True, "", []),
        ("frequency", _("How often"), "select", True, "", often),
        ("delay_days", _("Usual delay in days"), "number", False, "", []),
        ("fields", _("Fields exchanged"), "textarea", True, lines, []),
        ("totals", _("A control total is required"), "checkbox", False, "", []),
    )
    return [_input(row, given, refused) for row in rows]


def _input(row: tuple[Any, ...], given: Mapping[str, str], refused: Refused | None) -> dict[str, Any]:
    name, label, kind, required, hint, choices = row
    problems = [p for p in refused.problems if _input_of(p.field) == name] if refused else []
    return {
        "name": name, "label": str(label), "hint": str(hint), "kind": kind, "value": given.get(name, ""),
        "errors": [sentence(one) for one in problems], "required": required, "unit": "", "choices": choices,
        "autocomplete": "off", "short": kind == "number", "accept": "",
    }  # fmt: skip
