"""What a case is and why (病例判定): the rules as text with what each condition came to, and the facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianfang.capabilities.cases.known import from_facts, known_of, policy_for, proposed_for
from lianfang.capabilities.cases.models import CLASS_NAMES, OUTCOMES, Case, ClassificationStep
from lianfang.capabilities.cases.models.cases import RESULT_NAMES, TEST_NAMES
from lianfang.domain.cases.definitions import Definition, Known, Line, Rule
from lianfang.domain.symptoms import SYMPTOMS
from lianfang.interfaces.titles import event_words, labelled, listed
from lianfang.interfaces.web.templatetags.formats import day, temperature, when
from lianfang.kernel.audit.models import Event
from lianfang.kernel.audit.ops import ref

_MET = {True: "ok", False: "wait", None: "unknown"}
MOST_EVENTS = 30


def edition_words(edition: str) -> str:
    """Whose case definitions and since when; an edition is kept as its pack's code and a day."""
    pack, _space, since = edition.partition(" ")
    name = str(_("standard case definitions")) if pack == "generic" else pack
    return str(_("{name}, since {since}")).format(name=name, since=since)


def judging(case: Case, *, decides: bool) -> dict[str, Any]:
    """The definition, what its rules say today, the facts behind it, and the choices a doctor has."""
    known = known_of(case)
    try:
        definition, proposed = proposed_for(case, known)
    except LookupError:
        return {"title": case.definition, "rules": [], "facts": _facts(case, known), "open": False, "proposed": ""}
    fever_c = policy_for(case).fever_c
    rules = [_rule(rule, known, fever_c, proposed.rule) for rule in definition.rules]
    return {
        "title": definition.name(_language()), "edition": edition_words(case.edition), "rules": rules,
        "proposed": word_of_class(proposed.into), "into": proposed.into,
        "unknown": listed(word_of_class(_into(definition, code)) for code in proposed.unknown),
        "facts": _facts(case, known), "open": decides and case.state == "open",
        "classes": _choices(CLASS_NAMES, proposed.into), "tests": _choices(TEST_NAMES),
        "results": _choices(RESULT_NAMES), "outcomes": _choices(OUTCOMES), "symptoms": _symptoms(case),
        "onset": case.date_onset.isoformat() if case.date_onset else "", "asked": case.interviewed_at,
        "isolated": case.isolated_at, "discarded": case.classification == "discarded",
    }  # fmt: skip


def _language() -> str:
    return get_language() or "en"


def word_of_class(code: str) -> str:
    """The word for a class; that no rule is met has its own."""
    return str(dict(CLASS_NAMES)[code]) if code else str(_("no rule is met"))


def _into(definition: Definition, code: str) -> str:
    rule = definition.rule(code)
    return rule.into if rule else ""


def _rule(rule: Rule, known: Known, fever_c: Any, met: str) -> dict[str, Any]:
    return {
        "into": word_of_class(rule.into), "code": rule.code, "here": rule.code == met,
        "met": _MET[rule.met(known, fever_c=fever_c)],
        "sentence": rule.sentence(_language(), fever_c=fever_c),
        "lines": _lines(rule.lines(known, fever_c=fever_c)),
    }  # fmt: skip


def _lines(lines: Iterable[Line]) -> list[dict[str, Any]]:
    return [{"depth": one.depth, "text": one.text(_language()), "met": _MET[one.met]} for one in lines]


def _choices(named: Iterable[tuple[str, Any]], chosen: str = "") -> list[dict[str, Any]]:
    return [{"value": code, "label": str(word), "chosen": code == chosen} for code, word in named if code]


def _symptoms(case: Case) -> list[dict[str, Any]]:
    own = case.symptoms or []
    return [
        {"value": one, "label": SYMPTOMS.label(one, _language()), "chosen": one in own}
        for one in SYMPTOMS.codes if one not in ("none", "other")
    ]  # fmt: skip


def _facts(case: Case, known: Known) -> list[tuple[str, str]]:
    kinds, results = dict(TEST_NAMES), dict(RESULT_NAMES)
    tests = [labelled(str(kinds[kind]), str(results[one])) for kind, one in known.tests.items()]
    return [
        (str(_("Onset")), day(case.date_onset, "short")),
        (str(_("Highest temperature")), temperature(known.celsius)),
        (str(_("Symptoms")), _said(case, known)),
        (str(_("First specimen")), when(case.sampled_at)),
        (str(_("Tests")), listed(tests) or "—"),
        (str(_("Time of reporting")), when(case.reported_at)),
        (str(_("Interviewed")), when(case.interviewed_at)),
        (str(_("Isolated")), when(case.isolated_at)),
        (str(_("Among known contacts")), _three(case.was_contact)),
    ]  # fmt: skip


def _said(case: Case, known: Known) -> str:
    there = [SYMPTOMS.label(one, _language()) for one, is_there in known.symptoms.items() if is_there]
    return listed(there) or (str(_("none")) if case.symptoms is not None else "—")


def _three(value: bool | None) -> str:
    return "—" if value is None else str(_("yes")) if value else str(_("no"))


def timeline(case: Case) -> list[dict[str, Any]]:
    """What happened, the newest first: acts on the case, and each classification with its rule and facts."""
    steps = {step.pk: step for step in case.steps.all()}
    subjects = [ref(case), *(ref(step) for step in steps.values()), *(ref(test) for test in case.tests.all())]
    events = Event.objects.filter(subject__in=subjects).order_by("-at", "-pk")[:MOST_EVENTS]
    of_subject = {ref(step): step for step in steps.values()}
    return [_event(event, of_subject.get(event.subject)) for event in events]


def _event(event: Event, step: ClassificationStep | None) -> dict[str, Any]:
    text = event_words(event.kind)
    why = [str(event.facts.get("reason", ""))]
    if step is not None:
        text = f"{text}: {word_of_class(step.into)}"
        why = [
            step.reason,
            str(_("as the rules propose, {edition}")).format(edition=edition_words(step.edition)) if step.rule else "",
        ]
        known, _fever = from_facts(step.facts)
        why.append(temperature(known.celsius) if known.celsius is not None else "")
    return {
        "at": event.at,
        "who": event.actor_name,
        "text": text,
        "why": listed(one for one in why if one),
        "changes": [],
    }
