"""Actions (动作): the only way to write. An action checks permission, acts, and records one event, in one transaction.

Its keyword parameters, by their types, are its form, its API body and its import columns (`kernel.fields`).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DataError, IntegrityError, models, transaction

from lianfang.domain.refusals import Problem, Refused
from lianfang.domain.roles import Role
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.audit.ops import record
from lianfang.kernel.constraints import Unkept, check_fields, kept_by
from lianfang.kernel.faults import fault
from lianfang.kernel.orgs.models import Unit

ONESELF = "oneself"
"""Marks an action that everybody may do for the person they are or answer for; the action checks which."""
INSTALLER = "installer"
"""Marks an action that only the installer and the worker do."""


@dataclass(frozen=True, slots=True)
class Action:
    """What the registry knows of an action: its event kind, who may do it, and over which parameter."""

    kind: str
    call: Callable[..., Any]
    by: tuple[Role, ...]
    over: str
    oneself: bool
    facts: tuple[str, ...]
    offered: bool = True
    parameters: tuple[inspect.Parameter, ...] = field(default=())

    @property
    def name(self) -> str:
        """The function's name, as commands and addresses use it."""
        return self.call.__name__

    @property
    def title(self) -> str:
        """The first line of the docstring, without the full stop."""
        return (inspect.getdoc(self.call) or self.kind).splitlines()[0].rstrip(".")


registry: dict[str, Action] = {}
Row = TypeVar("Row", bound=models.Model)


def action(
    kind: str,
    *,
    by: Iterable[Role] = (),
    over: str,
    oneself: bool = False,
    facts: Iterable[str] = (),
    offered: bool = True,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a function as the action that records `kind`.

    `by` are the roles that may, held over the unit of the parameter named `over` (a unit, or a row with
    `owning_unit()`); `oneself` also lets a person act for the person named by the parameter `person`.
    `facts` name the parameters that the event keeps. One that is not `offered` is called with what other code has
    worked out, and never filled in as a form.
    """

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        parameters = _parameters_of(function, over)

        @wraps(function)
        def act(actor: Actor, /, **given: Any) -> Any:
            unit = _unit_of(given.get(over))
            with _translated(), transaction.atomic():
                _check(declared, actor, unit, given)
                result = function(actor, **given)
                known = {name: _plain(given[name]) for name in declared.facts if given.get(name) is not None}
                named = result is not None and not isinstance(result, list | tuple | int)
                subject = result if named else given.get(over)
                record(kind, by=actor, unit=unit, subject=subject, facts=known)
                fault("before_commit")
            return result

        declared = Action(kind, act, tuple(by), over, oneself, tuple(facts), offered, parameters)
        act.action = declared  # type: ignore[attr-defined]
        registry[kind] = declared
        return act

    return declare


def _parameters_of(function: Callable[..., Any], over: str) -> tuple[inspect.Parameter, ...]:
    parameters = tuple(inspect.signature(function, eval_str=True).parameters.values())[1:]
    if over not in {p.name for p in parameters} | {INSTALLER}:
        raise TypeError(f"{function.__name__}: no parameter {over!r} to hold a role over")
    return parameters


def _unit_of(thing: Any) -> Unit | None:
    if isinstance(thing, Unit) or thing is None:
        return thing
    return thing.owning_unit() if hasattr(thing, "owning_unit") else None


def _check(declared: Action, actor: Actor, unit: Unit | None, given: dict[str, Any]) -> None:
    if actor.system:
        return
    if not actor.may_write:
        raise Refused("token.scope")
    if declared.over == INSTALLER or unit is None:
        raise Refused("scope", declared.over)
    if declared.oneself and _is_own(actor, given.get("person")):
        return
    if not actor.holds(declared.by, unit):
        raise Refused("role.ended" if actor.held(unit) else "scope", declared.over)


def _is_own(actor: Actor, person: Any) -> bool:
    return person is not None and actor.answers_for(getattr(person, "pk", person))


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return (
        str(value.pk)
        if isinstance(value, models.Model) and not isinstance(value, Unit)
        else str(getattr(value, "code", value))
    )


@contextmanager
def _translated() -> Iterator[None]:
    """The database's and the models' own refusals, said in the one way to refuse."""
    try:
        yield
    except Unkept as error:  # the transaction is rolled back, so the rest can be asked
        raise Refused(_problems(error.and_the_rest())) from error
    except ValidationError as error:
        raise Refused(_problems(error)) from error
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        raise Refused("constraint", facts_name=name) from error
    except DataError as error:  # longer or larger than a column holds
        raise Refused("invalid") from error


def _problems(error: ValidationError) -> list[Problem]:
    if not hasattr(error, "error_dict"):
        return [Problem("invalid", facts={"says": text}) for text in error.messages]
    return [
        Problem("invalid", "" if name == NON_FIELD_ERRORS else name, facts={"says": text})
        for name, errors in error.message_dict.items()
        for text in errors
    ]


def store(row: Row) -> Row:
    """Check a new or changed row, then save it; what breaks a constraint is refused in the constraint's words."""
    check_fields(row)
    with kept_by([row]):
        row.save()
    return row


def store_all(rows: Iterable[Row]) -> list[Row]:
    """The same for many new rows of one model, in one statement: all of them, or none."""
    checked = list(rows)
    for row in checked:
        check_fields(row)
    if checked:
        with kept_by(checked):
            type(checked[0])._default_manager.bulk_create(checked)
    return checked
