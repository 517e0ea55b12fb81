"""What was asked for on the command line (校核请求): columns named, fields compared, thresholds; each checked."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from lianfang.domain.linkage.settings import Settings
from lianfang.interfaces.exchange.recognition import PERSONS, fields, place_of
from lianfang.interfaces.server.trouble import CannotRun
from lianfang.interfaces.two_files.answer import DATES, shared_fields
from lianfang.interfaces.two_files.side import Side

COMPARED: Final = (*DATES, "test", "disease", "classification", "status", "unit", "address")
"""Compared for conflict unless somebody says otherwise (analysis, 8); numbers and names are for finding the person."""
_NAMES: Final = frozenset({"name", "surname", "given_name"})


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of which list is which field, by what the caller says."""

    ours: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)


def columns_of(texts: Iterable[str], compared: str | None) -> Columns:
    """`["name=姓名,ours:phone=手机"]` by side. Raises CannotRun for what is no field or has no sign of equality."""
    columns = Columns()
    for one in (part.strip() for text in texts for part in text.split(",") if part.strip()):
        place, sign, column = one.partition("=")
        side, colon, name = place.strip().rpartition(":")
        if not sign or not column.strip() or (colon and side not in ("ours", "theirs")):
            raise CannotRun(
                _("“%(given)s” is no column; write name=姓名, or ours:name=姓名 for one file.") % {"given": one}
            )
        _check_field(name)
        for of_side, of in (("ours", columns.ours), ("theirs", columns.theirs)):
            if side in ("", of_side):
                of[name] = column.strip()
    for name in _listed(compared):
        if name not in fields():  # then it is the name of a column of both lists
            columns.ours[name] = columns.theirs[name] = name
    return columns


def _check_field(name: str) -> None:
    if name in fields():
        return
    close = difflib.get_close_matches(name, fields(), n=1)
    meant = " " + _("Did you mean %(field)s?") % {"field": close[0]} if close else ""
    known = ", ".join(fields())
    raise CannotRun(_("There is no field “%(field)s”.") % {"field": name} + meant + " " + _("There are:") + f" {known}")


def settings_of(args: argparse.Namespace, ours: Side, theirs: Side) -> Settings:
    """The settings of the run. Raises CannotRun when thresholds or compared fields make no sense."""
    usual = Settings()
    accept = usual.accept if args.accept is None else args.accept
    review = min(usual.review, accept) if args.review is None else args.review
    if not 0 < review <= accept < 1:
        raise CannotRun(_("Thresholds must be 0 < review ≤ accept < 1."))
    if args.days < 0:
        raise CannotRun(_("--days must be zero or more."))
    compare = _compared(args.compare, shared_fields(ours, theirs))
    return Settings(accept=accept, review=review, compare=compare, date_tolerance_days=args.days)


def _compared(asked: str | None, shared: tuple[str, ...]) -> tuple[str, ...]:
    if asked is None:
        return tuple(name for name in COMPARED if name in shared)
    names = _listed(asked)
    for name in names:
        if name not in shared:
            raise CannotRun(_("“%(field)s” is not in both lists, so it cannot be compared.") % {"field": name})
    return names


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def check_columns(columns: Columns, ours: Side, theirs: Side) -> None:
    """Every column that was named is there, and both lists can be brought together. Raises CannotRun otherwise."""
    for given, other, side in ((columns.ours, columns.theirs, ours), (columns.theirs, columns.ours, theirs)):
        for name, column in given.items():
            elsewhere = ours if side is theirs else theirs
            both = other.get(name) == column and place_of(elsewhere.recognised.header, column) is not None
            if place_of(side.recognised.header, column) is None and not both:
                raise CannotRun(_no_column(side, column))
    for side in (ours, theirs):
        if not side.recognised.names_persons:
            raise CannotRun(_no_person(side))
    if not _ways(ours) & _ways(theirs):
        raise CannotRun(
            _("The lists have no column in common by which persons can be found: names, numbers or phones.")
        )


def _ways(side: Side) -> set[str]:
    """What persons can be found by; a name in parts is a name."""
    return {"name" if name in _NAMES else name for name in PERSONS if name in side.listing}


def _no_column(side: Side, column: str) -> str:
    facts = {"file": side.path.name, "column": column, "columns": _columns(side)}
    return _("%(file)s has no column “%(column)s”. Its columns are: %(columns)s") % facts


def _no_person(side: Side) -> str:
    facts = {"file": side.path.name, "row": side.header_row, "columns": _columns(side)}
    return (
        _("%(file)s, row %(row)s: no column is known as a name, a number or a phone. The columns are: %(columns)s.")
        % facts
        + " "
        + _("Say which is which, as in --columns name=姓名")
    )


def _columns(side: Side) -> str:
    header = side.recognised.header
    return _(", ").join(side.recognised.shown(at) for at in range(min(len(header), 20)))


def given_for(columns: Columns, side: str) -> Mapping[str, str]:
    """The columns named for one side."""
    return columns.ours if side == "ours" else columns.theirs
