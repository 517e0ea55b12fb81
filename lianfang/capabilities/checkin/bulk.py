"""Understanding a large table of answers by its columns (整表读取): each value is read once, by the one reader.

A row is plain when every cell of it was read without a problem and nothing in it has to be weighed against the rest;
what is not plain is left to be read by itself. No rule stands here: values and combinations of values that touch each
other go through `parse_answer` and the parsers that it calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

import polars as pl

from lianfang.capabilities.checkin.bulk_names import plain_names
from lianfang.capabilities.checkin.bulk_numbers import valid_numbers
from lianfang.domain.answers import NOTE_LENGTH, AnswerDraft, nest, parse_answer
from lianfang.domain.identity import parse_id_type, parse_phone
from lianfang.domain.parsing.choices import parse_yes_no
from lianfang.domain.parsing.columns import HEADERS
from lianfang.domain.parsing.text import clean_name, clean_text
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Note, Refused

ROW, DOOR, UNIT = "row", "door", "unit_id"
TOGETHER = ("day", "slot", "state", "temperature", "symptoms", "health_code")
"""Fields that are weighed against each other, or against the rules of the day."""
SOMEBODY = {"ref": "somebody"}
_GOOD = {"slot": "am", "state": "well", "person": SOMEBODY}
_PERSON = ("person.id_type", "person.id_number", "person.name", "person.phone", "person.ref", "person.guardian_notice")
_READ = frozenset({*TOGETHER, *_PERSON, "unit", "note", "reported_at"})
_REF = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

Value = Callable[[str, str | None], Any]
"""The cell of a field as the parsers take it, from the text that stands in the frame."""


@dataclass(frozen=True, slots=True)
class Door:
    """Under which rules and in which time zone rows are read."""

    policy: Policy
    zone: tzinfo
    today: date
    now: datetime
    channel: str = "text"

    def read(self, raw: Mapping[str, Any]) -> tuple[AnswerDraft, list[Note]]:
        """See `parse_answer`."""
        return parse_answer(
            raw, policy=self.policy, today=self.today, now=self.now, zone=self.zone, channel=self.channel
        )


@dataclass(frozen=True, slots=True)
class Understood:
    """What came of the rows.

    `frame` has a line a row: `row`, `unit_id`, `said` (the place in `drafts`), `number`, `ref`, `name`, `note`,
    `claimed_at`, `phone`, `told`, and whether the row is `plain` and whether something is to be `noted` about it.
    """

    frame: pl.DataFrame
    drafts: list[AnswerDraft | None]


def understand_columns(frame: pl.DataFrame, doors: Sequence[Door], value: Value) -> Understood:
    """Read a frame with `row`, `unit_id`, `door` (place in `doors`, or null) and a column of text for each field."""
    frame, drafts = _weighed(frame, doors, value)
    fields = set(frame.columns) & _READ
    parts = [
        _parsed(frame, "note", fields, value, _note),
        _parsed(frame, "reported_at", fields, value, lambda given, notes: _moment(given, notes, doors)),
        _parsed(frame, "person.name", fields, value, lambda given, notes: clean_name(given, "person.name", notes)),
        _parsed(frame, "person.phone", fields, value, lambda given, notes: parse_phone(given, "person.phone", notes)),
        _parsed(frame, "person.id_type", fields, value, _resident),
        _parsed(frame, "person.guardian_notice", fields, value, _told),
    ]
    whole = pl.concat([frame.select(ROW, UNIT, "said", "plain", "noted"), *parts], how="horizontal")
    return Understood(_judged(whole, frame, doors), drafts)


def _weighed(frame: pl.DataFrame, doors: Sequence[Door], value: Value) -> tuple[pl.DataFrame, list[AnswerDraft | None]]:
    """The frame with `said`, `plain` and `noted` of the fields that are read together, and what each `said` is."""
    keys = [DOOR, *(path for path in TOGETHER if path in frame.columns)]
    different = frame.select(keys).unique(maintain_order=True).with_row_index("said")
    drafts: list[AnswerDraft | None] = []
    noted = []
    for _, door, *texts in different.iter_rows():
        cells = {path: value(path, text) for path, text in zip(keys[1:], texts, strict=True)}
        draft, notes = _read(None if door is None else doors[door], cells)
        drafts.append(draft)
        noted.append(bool(notes))
    marked = different.with_columns(
        plain=pl.Series([draft is not None for draft in drafts], dtype=pl.Boolean),
        noted=pl.Series(noted, dtype=pl.Boolean),
    )
    joined = frame.join(marked, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return joined, drafts


def _read(door: Door | None, cells: Mapping[str, Any]) -> tuple[AnswerDraft | None, list[Note]]:
    if door is None:
        return None, []
    try:
        return door.read({**nest(cells), "person": SOMEBODY})
    except Refused:
        return None, []


def _parsed(
    frame: pl.DataFrame, path: str, fields: set[str], value: Value, parse: Callable[[Any, list[Note]], Any]
) -> pl.DataFrame:
    """Columns `path`, `path plain` and `path noted`: each text read once; blank stays null and is plain."""
    names = (path, f"{path} plain", f"{path} noted")
    if path not in fields:
        return _constant(frame.height, names)
    texts = frame[path]
    values = texts.unique().drop_nulls()
    if path == "person.name":
        values = values.filter(~plain_names(values))
    different = values.to_list()
    read = [_attempt(lambda text=text: value(path, text), parse) for text in different]  # type: ignore[misc]
    kept, plain, noted = ([one[place] for one in read] for place in range(3))
    if all(plain) and not any(noted) and kept == different:
        return _constant(frame.height, names).with_columns(texts.alias(path))
    types = {"": pl.String, names[0]: pl.String, names[1]: pl.Boolean, names[2]: pl.Boolean}
    table = pl.DataFrame([different, kept, plain, noted], schema=types)
    found = texts.to_frame("").join(table, on="", how="left", maintain_order="left")
    unread = pl.col(names[1]).is_null()  # blank, or a name that is kept as it is
    kept_text = pl.when(unread).then(pl.col("")).otherwise(path).alias(path)
    return found.select(kept_text, pl.col(names[1]).fill_null(True), pl.col(names[2]).fill_null(False))


def _constant(height: int, names: Sequence[str]) -> pl.DataFrame:
    """Nothing given: null, plain and not noted."""
    kinds = zip(names, (None, True, False), (pl.String, pl.Boolean, pl.Boolean), strict=True)
    return pl.select(pl.repeat(value, height, dtype=kind).alias(name) for name, value, kind in kinds)


def _attempt(given: Callable[[], Any], parse: Callable[[Any, list[Note]], Any]) -> tuple[str | None, bool, bool]:
    notes: list[Note] = []
    try:
        kept = parse(given(), notes)
    except Refused:
        return None, False, False
    return (None if kept is None else str(kept)), kept is not None, bool(notes)


def _note(given: Any, notes: list[Note]) -> str:
    return clean_text(given, "note", max_length=NOTE_LENGTH, notes=notes, multiline=True)


def _moment(given: Any, notes: list[Note], doors: Sequence[Door]) -> str | None:
    """The moment, when all time zones of the file agree on it; else each row says by itself."""
    said = set()
    for door in doors:
        draft, noted = door.read(
            {"day": door.today, "slot": "am", "state": "well", "person": SOMEBODY, "reported_at": given}
        )
        notes += noted
        assert draft.reported_at is not None  # noqa: S101  it was given
        said.add(draft.reported_at.isoformat())
    return said.pop() if len(said) == 1 else None


def _resident(given: Any, notes: list[Note]) -> str | None:
    kind = parse_id_type(given, "person.id_type", notes, channel="text")
    return kind if kind == "resident" else None


def _told(given: Any, notes: list[Note]) -> str | None:
    """Only a notice that was given is plain; what its lack means depends on the age."""
    return "true" if parse_yes_no(given, "person.guardian_notice", notes, channel="text") else None


def _judged(whole: pl.DataFrame, frame: pl.DataFrame, doors: Sequence[Door]) -> pl.DataFrame:
    """The columns of Understood: a row is plain when all its cells are and it names somebody in a plain way."""
    number, ref = (_column(frame, path) for path in ("person.id_number", "person.ref"))
    valid = valid_numbers(number, today=min((door.today for door in doors), default=date.min))
    others = [frame[path].is_null() for path in frame.columns if path in HEADERS and path not in _READ]
    cells = [name for name in whole.columns if name.endswith(" plain")]
    notes = [name for name in whole.columns if name.endswith(" noted")]
    somebody = pl.col("person.name").is_not_null() | ref.is_not_null()
    # An id beside a number or a name may contradict it: the ordinary way compares them.
    alone = ref.is_null() | (_is_ref(ref) & number.is_null())
    unnamed = pl.col("person.name").is_null() | ref.is_null()
    return whole.select(
        ROW, UNIT, "said", number.alias("number"), ref.alias("ref"), pl.col("person.name").alias("name"), "note",
        pl.col("reported_at").alias("claimed_at"), pl.col("person.phone").alias("phone"),
        pl.col("person.guardian_notice").alias("told"),
        plain=pl.all_horizontal("plain", *cells, *others, number.is_null() | valid, alone, unnamed, somebody,
                                pl.col(UNIT).is_not_null()),
        noted=pl.any_horizontal("noted", *notes),
    )  # fmt: skip


def _column(frame: pl.DataFrame, path: str) -> pl.Series:
    return frame[path] if path in frame.columns else pl.repeat(None, frame.height, dtype=pl.String, eager=True)


def _is_ref(texts: pl.Series) -> pl.Series:
    return texts.str.contains(_REF)


def alike(understood: Understood, codes: Mapping[int, str], others: Sequence[tuple[int, AnswerDraft]]) -> set[int]:
    """Rows that may be about the same person, day and slot as another row: all that are, by `row_problems`' measure.

    `codes` are the units' codes, `others` the drafts of rows that are not plain.
    """
    plain = understood.frame.filter("plain")
    when = pl.DataFrame(
        {"said": range(len(understood.drafts)), "when": [d and f"{d.day} {d.slot}" for d in understood.drafts]},
        schema={"said": pl.UInt32, "when": pl.String},
    )
    name = pl.concat_str(pl.lit("name "), "name", pl.lit(" "), _code(plain, codes))
    who = (
        pl.when(pl.col("number").is_not_null()).then(pl.concat_str(pl.lit("number resident "), "number"))
        .when(pl.col("ref").is_not_null()).then(pl.concat_str(pl.lit("ref "), "ref"))
        .otherwise(name)
    )  # fmt: skip
    timed = plain.join(when, on="said", how="left", maintain_order="left")
    keys = timed.select(ROW, who=pl.concat_str(who, pl.lit(" "), "when"))
    beside = pl.DataFrame([(row, _subject(draft)) for row, draft in others], schema=keys.schema, orient="row")
    both = pl.concat([keys, beside])
    return set(both.filter(both["who"].is_duplicated())[ROW])


def _code(plain: pl.DataFrame, codes: Mapping[int, str]) -> pl.Expr:
    """The code of the unit, of rows that say only a name."""
    units = plain.filter(pl.col("number").is_null() & pl.col("ref").is_null())[UNIT].unique().to_list()
    if not units:
        return pl.lit("")
    return pl.col(UNIT).replace_strict({unit: codes[unit] for unit in units}, default="", return_dtype=pl.String)


def _subject(draft: AnswerDraft) -> str:
    person = draft.person
    if person.identity:
        who = f"number {person.identity.kind} {person.identity.number}"
    else:
        who = f"ref {person.ref}" if person.ref else f"name {person.name} {draft.unit}"
    return f"{who} {draft.day} {draft.slot}"
