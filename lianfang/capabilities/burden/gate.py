"""The gate before publication (报表准入): a new form re-asks nothing that is held and fresh, whatever it calls it.

Row T01: a form of 8 fields of which 6 are held already is refused until it asks 2; the six are filled in from what is
held, and asked only of those of whom nothing fresh is held. What is held but stale may be asked of everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lianfang.capabilities.burden.dictionary import DictionaryField, dictionary
from lianfang.capabilities.burden.holdings import Holding, holdings
from lianfang.capabilities.burden.likeness import Alike, alike
from lianfang.capabilities.burden.models import PEOPLE, FormField, RegisteredForm
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Problem
from lianfang.kernel.policies.ops import policy_of

HELD_ALREADY, UNDECIDED, NOTHING_ASKED = "form.held_already", "form.undecided", "form.nothing_asked"


@dataclass(frozen=True, slots=True)
class Finding:
    """What the gate says of one field: how far it is held, and what its label is alike to while nobody has decided."""

    field: FormField
    holding: Holding | None
    alike: Alike | None

    @property
    def is_redundant(self) -> bool:
        """Whether it would ask what is held and fresh."""
        return self.field.asked and self.holding is not None and self.holding.is_known

    @property
    def is_undecided(self) -> bool:
        """Whether somebody has to decide first what it means."""
        return self.field.asked and self.alike is not None


def judge(form: RegisteredForm, day: date) -> list[Finding]:
    """What the gate says of each field of a form, in their order."""
    fields = list(form.fields.order_by("position"))
    policy, known = policy_of(form.unit, on=day), _not_its_own(form, dictionary(day))
    held = holdings(form.unit, day, [one.held_as for one in fields if one.held_as])
    return [Finding(one, held.get(one.held_as), _doubt(form, one, known, policy)) for one in fields]


def _not_its_own(form: RegisteredForm, known: dict[str, DictionaryField]) -> list[DictionaryField]:
    return [one for one in known.values() if f".{form.code}." not in one.key]


def _doubt(form: RegisteredForm, one: FormField, known: Sequence[DictionaryField], policy: Policy) -> Alike | None:
    """The field of the dictionary that this one may be under another name, unless somebody has decided about it."""
    if not one.asked:
        return None
    found = alike((one.zh, one.en), known, least=policy.likeness_percent, of_person=form.answered_by == PEOPLE)
    if found is None or found.field.key in (one.held_as, one.decided_about):
        return None
    bound = next((each for each in known if each.key == one.held_as), None)
    says_so = bound is not None and alike((one.zh, one.en), [bound], least=found.percent, of_person=True)
    return None if says_so else found


def problems(findings: Sequence[Finding]) -> Iterator[Problem]:
    """Why the form may not be published: each field that is held already, each that nobody has decided about."""
    for one in findings:
        if one.is_redundant:
            yield Problem(HELD_ALREADY, one.field.code, column=str(one.field), facts=_facts(one))
        elif one.is_undecided and one.alike is not None:
            facts = {"suggest": str(one.alike.field), "where": str(one.alike.field.where)}
            yield Problem(UNDECIDED, one.field.code, column=str(one.field), facts=facts)
    if not any(one.field.asked for one in findings):
        yield Problem(NOTHING_ASKED, "fields")


def _facts(finding: Finding) -> dict[str, Any]:
    holding = finding.holding
    if holding is None:
        return {}
    facts: dict[str, Any] = {"held_as": holding.field.key, "where": str(holding.field.where)}
    if not holding.newest:
        return facts
    return facts | {"fresh": holding.fresh, "of": holding.subjects, "newest": str(holding.newest), "days": holding.days}
