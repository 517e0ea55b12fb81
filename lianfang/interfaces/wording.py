"""What a code says to a person (提示语), in their language; codes and facts come from the domain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianfang.domain.parsing.text import shown_name
from lianfang.domain.refusals import Note, Problem
from lianfang.interfaces.labels import LABELS
from lianfang.interfaces.sentences import OF_CONTENT
from lianfang.interfaces.sentences_of_analysis import OF_ANALYSIS
from lianfang.interfaces.sentences_of_control import OF_CONTROL
from lianfang.interfaces.sentences_of_files import OF_REQUESTS
from lianfang.interfaces.sentences_of_ground import OF_GROUND
from lianfang.kernel.fields import LABELS as OF_PARAMETERS
from lianfang.kernel.reporting.forms import DAILY, FLOOD, shipped

SENTENCES: Mapping[str, tuple[Any, ...]] = {**OF_CONTENT, **OF_REQUESTS, **OF_CONTROL, **OF_GROUND, **OF_ANALYSIS}
LONGEST_FACT = 200  # characters of one fact inside a sentence
MOST_WORDS = 12  # of a list inside a sentence
MIB = 2**20

_REASONS = ("reason", "seen", "expected")  # facts that may choose another sentence for the same code
_AS_SENT = frozenset({"field.unknown", "filter.unknown", "order.unknown", "page.invalid"})
"""Where the name is the sender's own, or one of the address: it means nothing else that has a label."""
_FIELDS = frozenset({"whole", "earlier", "parts"})  # facts that name fields
_PLACE = re.compile(r"%\((\w+)\)s")
_INDEX = re.compile(r"\[\d+\]")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
_OF_PERSON = re.compile(r"-[0-9a-f]{8}-[0-9a-f-]{27}$")


def sentence(problem: Problem) -> str:
    """One plain sentence for one problem: what should be, in the reader's language, without blame."""
    label = problem.column or _named(problem)
    return _said(_choices(problem.code, problem.facts), {**_facts(problem.facts), "field": label}, problem.code)


def _named(problem: Problem) -> str:
    return shown_name(problem.field) if problem.code in _AS_SENT and problem.field else field_label(problem.field)


def note_sentence(note: Note) -> str:
    """One plain sentence for one note: how something was understood, or what asks for a second look."""
    facts = dict(note.facts) if note.kept in (None, "") else {**note.facts, "kept": note.kept}
    words = {**_facts(facts), "field": str(facts.get("column") or "") or field_label(note.field)}
    return _said(_of_note(note), words, note.code)


def field_label(name: str) -> str:
    """A field in words: "person.id_number" is the ID number; "" is this entry; an unknown name is given back."""
    plain = _OF_PERSON.sub("", _INDEX.sub("", name)).removeprefix("exceptions.").removeprefix("items.")
    for key in (plain, plain.rpartition(".")[2]):
        if found := LABELS.get(key) or OF_PARAMETERS.get(key) or _item(key):
            return str(found)
    return str(name).replace("_", " ")[:60] if name else _("This entry")


def _item(code: str) -> str:
    """The words of a report's item, which are data."""
    words = {one.code: one for form in (DAILY, FLOOD) for one in shipped(form).items}.get(code)
    if words is None:
        return ""
    return words.zh if (get_language() or "").startswith("zh") else words.en


def _choices(code: str, facts: Mapping[str, Any]) -> tuple[Any, ...]:
    particular = [SENTENCES.get(f"{code}:{facts[name]}") for name in _REASONS if isinstance(facts.get(name), str)]
    return next((found for found in particular if found), SENTENCES.get(code, ()))


def _of_note(note: Note) -> tuple[Any, ...]:
    if note.code == "person.name_mismatch":
        return (_("The register has another name for this number. The number decides; the registered name stays."),)
    if note.warning or note.code in _SAY_THEMSELVES:
        return _choices(note.code, note.facts)
    return (_("%(field)s was understood as %(kept)s."), _("%(field)s was understood."))


_SAY_THEMSELVES = frozenset({"text.normalised", "unit.merged", "csv.header"})


def _said(choices: tuple[Any, ...], words: Mapping[str, str], code: str) -> str:
    """The first sentence for which every fact is there; the code itself when there is no sentence."""
    for choice in choices:
        text = str(choice)
        if all(name in words for name in _PLACE.findall(text)):
            return text % words
    return code


def _facts(facts: Mapping[str, Any]) -> dict[str, str]:
    """The facts as text: short, printable, lists with commas, moments to the minute, sizes in MiB."""
    return {name: _fact(name, value) for name, value in facts.items() if value is not None}


def _fact(name: str, value: Any) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return _listed([_fact(name, one) for one in value])
    if name in _FIELDS:
        return field_label(str(value))
    if name == "limit" and isinstance(value, int) and value >= MIB:
        return f"{value // MIB} MiB"
    if isinstance(value, datetime | date):
        value = value.isoformat()
    text = "".join(sign for sign in str(value) if sign.isprintable())[:LONGEST_FACT]
    return text[:16].replace("T", " ") if _MOMENT.match(text) else text


def _listed(words: list[str]) -> str:
    """The words with commas between, as the language writes them, cut where a reader would stop."""
    comma = "、" if (get_language() or "").startswith("zh") else ", "
    more = ["…"] if len(words) > MOST_WORDS else []
    return comma.join([*words[:MOST_WORDS], *more])
