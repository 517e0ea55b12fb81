"""The command `analyse` at work (分析执行): read the file, run the method, print rows, write files, draw."""

from __future__ import annotations

import argparse
import csv
import io
import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from lianfang.domain.refusals import Refused
from lianfang.interfaces.analysing.methods import (
    Found,
    Method,
    Params,
    method_named,
    methods,
    settings_of,
)
from lianfang.interfaces.analysing.table import Table
from lianfang.interfaces.analysing.telling import about
from lianfang.interfaces.charts import png, svg
from lianfang.interfaces.commands.drafts import replacing
from lianfang.interfaces.commands.readable import readable
from lianfang.interfaces.exchange.reading import read_table
from lianfang.interfaces.server.trouble import CannotRun, say
from lianfang.interfaces.two_files.wording import at_fault

LIST: Final = "list"
PICTURES: Final = (".svg", ".png")
TABLES: Final = (".csv", ".json")
OF_SETTINGS: Final = frozenset({"choice.unknown", "number.format", "number.out_of_range", "required", "window.outside"})
"""Refusals that are of a setting where they name one; the others are of what the file holds."""


def explained(name: str) -> int:
    """Prints what a newcomer needs to call the method. Raises CannotRun for a name that is none."""
    sys.stdout.write("\n".join(_overview() if name == LIST else about(_method(name))) + "\n")
    return 0


def _method(name: str) -> Method:
    try:
        return method_named(name)
    except Refused as refused:
        raise CannotRun(_in_words(Path(name), refused)) from refused


def analysed(args: argparse.Namespace) -> int:
    """Runs it; the exit status. Raises CannotRun in a sentence for whatever cannot be used."""
    if args.method == LIST:
        sys.stdout.write("\n".join(_overview()) + "\n")
        return 0
    _check_targets(args)
    method = _method(args.method)
    if args.file is None:
        raise CannotRun("\n".join([_("A FILE is needed."), *about(method)]))
    settings = _settings(method, args.params)
    try:
        found = method.run(Table.of(_sheet(args.file)), settings)
    except Refused as refused:
        raise CannotRun(_in_words(args.file, refused, settings)) from refused
    if args.plot and found.chart is None:
        raise CannotRun(_("This method draws no picture."))
    _show(args, method, found)
    return 0


def _settings(method: Method, given: str) -> Params:
    try:
        return settings_of(method, _params(given))
    except Refused as refused:
        raise CannotRun(_in_words(None, refused)) from refused


def _overview() -> list[str]:
    width = max(map(len, methods()))
    return [f"{name:<{width}}  {method.does}" for name, method in methods().items()]


def _check_targets(args: argparse.Namespace) -> None:
    """The files to be written, before the work is done."""
    for target, endings in ((args.out, TABLES), (args.plot, PICTURES)):
        if target is None:
            continue
        if target.suffix.lower() not in endings:
            raise CannotRun(_("%(file)s must end in %(endings)s.") % {"file": target, "endings": ", ".join(endings)})
        if not target.absolute().parent.is_dir():
            raise CannotRun(_("There is no folder for %(file)s.") % {"file": target})
        if args.file and target.absolute() == args.file.absolute():
            raise CannotRun(_("%(file)s is read and cannot be written too.") % {"file": target})


def _params(text: str) -> Mapping[str, Any]:
    try:
        given = json.loads(_read(Path(text[1:])) if text.startswith("@") else text)
    except ValueError as wrong:
        raise CannotRun(_("--params is no JSON: %(why)s.") % {"why": wrong}) from wrong
    if not isinstance(given, dict):
        raise CannotRun(_('--params must be a JSON object such as {"alpha": 0.01}.'))
    return given


def _read(path: Path) -> str:
    with readable(path):
        return path.read_text(encoding="utf-8")


def _sheet(path: Path) -> Any:
    with readable(path):
        return read_table(path, path.name)


def _in_words(path: Path | None, refused: Refused, settings: Params | None = None) -> str:
    """A refusal in a sentence: of the file, or of a setting, which stands in --params by its own name."""
    first, *more = refused.problems
    known = settings.__struct_fields__ if settings else ()
    field = first.field if first.field in known else first.field.removesuffix("s")
    first = replace(first, facts={name: _whole(value) for name, value in first.facts.items()})
    if field in known and not first.column and first.code in OF_SETTINGS:
        first, path = replace(first, field=field), None
    if path is None or first.code.startswith("analysis."):
        first = replace(first, facts={**first.facts, "field": first.field})
    others = " " + _("There are %(count)s more problems in this file.") % {"count": len(more)} if more else ""
    return at_fault(path or Path("--params"), first) + others


def _whole(value: Any) -> Any:
    """A whole number as such: -3, not -3.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _show(args: argparse.Namespace, method: Method, found: Found) -> None:
    rows = [{key: _plain(value) for key, value in row.items()} for row in found.rows]
    facts = {key: _plain(value) for key, value in found.facts.items()}
    whole = {
        "method": method.name,
        "rows": rows,
        "facts": facts,
        "notes": [*found.notes, *(_of_picture(rows) if args.plot else ())],
    }
    if args.json:
        sys.stdout.write(json.dumps(whole, ensure_ascii=False, allow_nan=False, default=str) + "\n")
    elif not args.out:
        sys.stdout.write(_as_csv(rows, found.columns))
    for name, value in () if args.json else facts.items():
        say(f"{name}: {_fact(value)}")
    for note in whole["notes"]:
        say(str(note))
    _write(args, whole, found)


def _fact(value: Any) -> str:
    """A fact for reading: a dash where it is not known, a list or table as JSON."""
    if value is None:
        return "-"
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else str(value)


def _of_picture(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    names = list(dict.fromkeys(row["series"] for row in rows if row.get("series")))
    if len(names) > 1:
        yield _("The picture shows the first of %(count)s series: %(name)s.") % {"count": len(names), "name": names[0]}


def _write(args: argparse.Namespace, whole: Mapping[str, Any], found: Found) -> None:
    if args.out:
        text = (
            json.dumps(whole, ensure_ascii=False, default=str)
            if args.out.suffix.lower() == ".json"
            else _as_csv(whole["rows"], found.columns)
        )
        with replacing(args.out) as draft:
            draft.write_text(text, encoding="utf-8")
    if not args.plot or found.chart is None:
        return
    drawn = svg(found.chart, width=960, height=420, standalone=True)
    with replacing(args.plot) as draft:
        draft.write_bytes(drawn.encode() if args.plot.suffix.lower() == ".svg" else png(drawn, width=1920))


def _as_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    if not rows and not columns:
        return ""
    out = io.StringIO()
    writer = csv.DictWriter(
        out, fieldnames=list(dict.fromkeys([*columns, *(key for row in rows for key in row)])), lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _plain(value: Any) -> Any:
    """As JSON and CSV can hold it: no value is empty, infinity is written out, flags are 0 and 1."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value
