"""The certificate of a release (解除医学观察证明), one A4 page set by typst in Chinese or English."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import gettext as _
from django.utils.translation import override

from lianfang.capabilities.stays.models import Stay
from lianfang.capabilities.upward.paper import chinese_fonts
from lianfang.domain.refusals import Refused
from lianfang.interfaces.editions import edition_words

TEMPLATE = Path(__file__).resolve().parent / "stays_certificate.typ"


def certificate(stay: Stay, language: str) -> bytes:
    """The bytes of a PDF file. Refused with `font.missing` where no font has the characters."""
    fonts = chinese_fonts()
    if not fonts:
        raise Refused("font.missing", "file")
    with override("zh-hans" if language == "zh" else "en"):
        drawn = {**_words(stay), "fonts": list(fonts), "lang": language}
    compiler = typst.Compiler(TEMPLATE, sys_inputs={"sheet": json.dumps(drawn, ensure_ascii=False)})
    found = compiler.compile(format="pdf")
    if not isinstance(found, bytes):
        raise TypeError("a certificate of several files")
    return found


def _words(stay: Stay) -> dict[str, Any]:
    zone = stay.unit.zone
    came = stay.admitted_at.astimezone(zone).date() if stay.admitted_at else ""
    left = stay.ended_at.astimezone(zone).date() if stay.ended_at else ""
    lines = [
        (_("Name"), stay.person.name),
        (_("Document"), str(stay.person.number)),
        (_("Site"), str(stay.unit)),
        (_("Admitted"), str(came)),
        (_("Released"), str(left)),
        (_("Rules"), edition_words(stay.edition)),
        (_("Onward travel"), stay.onward),
        (_("Decided by"), stay.decided_by),
    ]
    sentence = _("The medical observation is complete. There were no symptoms, and every required test was negative.")
    return {
        "title": _("Certificate of release from medical observation"),
        "number": _("No. {number}").format(number=stay.certificate),
        "sentence": sentence,
        "rows": [[label, value or "—"] for label, value in lines],
        "sign": _("Seal of the site"),
        "day": str(left),
    }
