"""What is wrong with a list of arrivals (到站名单提示语): by row and column, or by guest and room."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from django.utils.translation import gettext as _

from lianfang.capabilities.stays.manifests import PARTIES, WORDS_OF_NEEDS
from lianfang.domain.identity import ID_TYPES
from lianfang.domain.parsing.choices import Choices
from lianfang.domain.refusals import Problem, Refused
from lianfang.interfaces.titles import labelled
from lianfang.interfaces.web.views.stays_paste import COLUMNS
from lianfang.interfaces.wording import sentence

_ROW: Final = re.compile(r"people\[(\d+)\](?:\.(?:person\.)?(.*))?")
_CHOICES: Final[Mapping[str, Choices]] = {"party_kind": PARTIES, "needs": WORDS_OF_NEEDS, "id_type": ID_TYPES}


def said_of_list(
    refused: Refused, language: str, *, names: Mapping[str, str], rooms: Mapping[str, str]
) -> list[dict[str, str]]:
    """The problems as links with sentences; `names` and `rooms` are the guests and the rooms typed, by id of the stay.

    Rows count from 1 without the headings, as the column that names a companion counts them.
    """
    return [_said(problem, language, names, rooms) for problem in refused.problems]


def _said(problem: Problem, language: str, names: Mapping[str, str], rooms: Mapping[str, str]) -> dict[str, str]:
    stay = problem.field.removeprefix("rooms.")
    if stay in names:
        room = str(_("Room {room}")).format(room=rooms.get(stay, ""))
        says = labelled(names[stay], sentence(replace(problem, column=room)))
    elif row := _ROW.fullmatch(problem.field):
        says = labelled(str(_("Row {row}")).format(row=int(row[1]) + 1), _of_row(problem, row[2] or "", language))
        return {"href": "#f-people", "message": says}
    else:
        says = sentence(problem)
    return {"href": f"#f-{problem.field}", "message": says}


def _of_row(problem: Problem, name: str, language: str) -> str:
    labels = {column: zh if language == "zh" else en for column, zh, en in COLUMNS}
    plain = re.sub(r"\[\d+\]", "", name)
    facts = dict(problem.facts)
    if plain in _CHOICES and "choices" in facts:
        facts["choices"] = [_CHOICES[plain].label(code, language) for code in facts["choices"]]
    return sentence(replace(problem, field=name, column=labels.get(plain, ""), facts=facts))
