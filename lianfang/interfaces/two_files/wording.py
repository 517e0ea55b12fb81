"""What is wrong with a file, in a sentence (文件提示语), from the product's own table of sentences.

`interfaces.wording` also knows the names of reports' fields, for which it needs the whole product loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from lianfang.domain.refusals import Note, Problem
from lianfang.interfaces.exchange.recognition import without_numbers
from lianfang.interfaces.sentences import OF_CONTENT
from lianfang.interfaces.sentences_of_analysis import OF_ANALYSIS
from lianfang.interfaces.sentences_of_files import OF_REQUESTS

SENTENCES: Final[Mapping[str, tuple[Any, ...]]] = {**OF_CONTENT, **OF_REQUESTS, **OF_ANALYSIS}
_REASONS: Final = ("reason", "seen", "expected")  # facts that may choose another sentence for the same code


def at_fault(path: Path, problem: Problem) -> str:
    """One problem of a file: the file, the row and the column as a person sees them, and a sentence."""
    problem = replace(problem, column=without_numbers(problem.column))
    place = [str(path)]
    if problem.row:
        place.append(_("row %(row)s") % {"row": problem.row})
    if problem.column:
        place.append(_("column %(column)s") % {"column": problem.column})
    return _("%(place)s: %(what)s") % {"place": _(", ").join(place), "what": _sentence(problem)}


def noted(note: Note) -> str:
    """Something to look at in a file, with its row if it has one."""
    facts = {**note.facts, "kept": note.kept}
    sentence = _sentence(Problem(note.code, column=str(facts.get("column") or ""), facts=facts))
    if "row" not in facts or note.code == "cell.formula":
        return sentence
    return _("%(place)s: %(what)s") % {"place": _("row %(row)s") % facts, "what": sentence}


def _sentence(problem: Problem) -> str:
    """The first sentence for which every fact is there; the code itself when there is none."""
    words = {name: _listed(value) for name, value in problem.facts.items() if value is not None}
    words["field"] = problem.column or problem.field or _("The file")
    for choice in _choices(problem):
        try:
            return str(choice) % words
        except KeyError:
            continue
    return problem.code


def _choices(problem: Problem) -> tuple[Any, ...]:
    reasons = (problem.facts.get(name) for name in _REASONS)
    particular = (SENTENCES.get(f"{problem.code}:{reason}") for reason in reasons if isinstance(reason, str))
    return next(filter(None, particular), SENTENCES.get(problem.code, ()))


def _listed(value: Any) -> str:
    return _(", ").join(map(str, value)) if isinstance(value, list | tuple) else str(value)
