"""A large file of daily answers (大批填报表): checked by columns where rows are plain, else row by row as ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from django.utils.translation import get_language

from lianfang.capabilities.checkin.actions import ANSWERERS
from lianfang.capabilities.checkin.bulk import DOOR, ROW, UNIT, Door, Understood, alike, understand_columns
from lianfang.capabilities.checkin.bulk_keep import Staged, rows_about, untold
from lianfang.capabilities.checkin.bulk_stage import stage_answers
from lianfang.domain.answers import AnswerDraft, header_of, row_problems
from lianfang.domain.identity import is_child
from lianfang.domain.parsing.columns import HEADERS
from lianfang.domain.policy import Policy
from lianfang.domain.refusals import Note, Refused
from lianfang.interfaces.exchange.frames import FrameRows, column
from lianfang.interfaces.exchange.layouts.layout import Desk
from lianfang.interfaces.exchange.layouts.outcome import Outcome
from lianfang.interfaces.exchange.layouts.rows_of_reports import Read, Subject, placed, read_row, unit_of
from lianfang.interfaces.exchange.sheet import MOST_PROBLEMS
from lianfang.interfaces.exchange.wire import cell_of
from lianfang.kernel import clock
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import at
from lianfang.kernel.policies.ops import Rules
from lianfang.kernel.reporting.answers import check_window
from lianfang.kernel.scope import EVERYTHING, within

_YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class _Standing:
    """Of a unit on a day: whether plain answers may be taken, and the rules by which they are judged."""

    open: bool
    policy: Policy


class Together:
    """One check of one large file."""

    def __init__(self, desk: Desk, outcome: Outcome) -> None:
        assert desk.home is not None  # noqa: S101  reports are sent for a unit
        assert desk.places is not None  # noqa: S101
        self._desk, self._outcome, self._home = desk, outcome, desk.home
        self._headers = {path: header_of(path, get_language() or "") for path in HEADERS}
        self._units: dict[int, Unit] = {}
        self._doors: dict[tuple[int, str], int] = {}
        self._door_list: list[Door] = []
        self._days: dict[date, Rules] = {}
        self._windows: dict[tuple[int, int, str, date], bool] = {}
        self._told: set[int] = set()  # rows that say that a guardian was told

    def check(self) -> Staged:
        """Refuse and note in the outcome; rows that are not plain are put into `outcome.rows`, the others staged."""
        with within(EVERYTHING):  # who may do what is decided by `desk.by`
            frame = self._fields()
            understood = understand_columns(frame, self._door_list, self._value)
            understood, said = self._stood(understood)
            read = self._read(understood)
            codes = {number: unit.code for number, unit in self._units.items()}
            twice = alike(understood, codes, [(number, one.draft) for number, one in read.items()])
            read |= self._compared(read, twice)
            plain = understood.frame.filter(pl.col("plain") & ~pl.col(ROW).is_in(list(read)))
            self._told = set(plain.filter(pl.col("told").is_not_null())[ROW])
            staged, left_over = stage_answers(plain, said, self._units, self._desk.key, self._desk.lane)
            self._place(read, left_over, staged)
        return staged

    # Units, rules and fields.

    def _fields(self) -> pl.DataFrame:
        """A column of text for each field, with the unit and the door of each row."""
        sheet = self._outcome.sheet
        assert sheet.frame is not None  # noqa: S101  only large files come here
        paths = {
            path: pl.coalesce(column(index) for index in columns) for path, columns in self._outcome.columns.at.items()
        }
        frame = sheet.frame.select(ROW, *(cells.alias(path) for path, cells in paths.items()))
        named = "unit" in paths
        given = frame.select("unit").unique() if named else pl.DataFrame({"unit": [None]}, {"unit": pl.String})
        doors = given.with_columns(*self._units_and_doors([cell_of(text) for text in given["unit"]], named=named))
        if named:
            return frame.join(doors, on="unit", how="left", nulls_equal=True, maintain_order="left")
        return frame.join(doors.drop("unit"), how="cross")

    def _units_and_doors(self, texts: list[Any], *, named: bool) -> tuple[pl.Series, pl.Series]:
        assert self._desk.places is not None  # noqa: S101
        self._desk.places.prime([text for text in texts if isinstance(text, str)])
        found = [self._unit_and_door(text, named=named) for text in texts]
        units, doors = ([one[place] for one in found] for place in range(2))
        return pl.Series(UNIT, units, pl.Int64), pl.Series(DOOR, doors, pl.Int64)

    def _unit_and_door(self, text: Any, *, named: bool) -> tuple[int | None, int | None]:
        raw = {"unit": text} if named else {}
        problems, unit = unit_of(self._desk, raw)
        if problems or unit is None or not self._desk.by.holds(ANSWERERS, unit):
            return None, None
        self._units[unit.pk] = unit
        return unit.pk, self._door(unit)

    def _door(self, unit: Unit) -> int:
        policy = self._desk.rules.of(unit)
        key = (id(policy), unit.zone_name)
        if key not in self._doors:
            self._doors[key] = len(self._door_list)
            self._door_list.append(Door(policy, unit.zone, clock.today(unit.zone), clock.now()))
        return self._doors[key]

    def _value(self, path: str, text: str | None) -> Any:
        return self._outcome.columns.value(path, cell_of(text))

    # What stands against plain rows.

    def _stood(self, understood: Understood) -> tuple[Understood, list[tuple[AnswerDraft | None, Policy]]]:
        """Rows whose unit takes no answers that day are not plain; sayings are told apart by the rules of their day."""
        frame = understood.frame
        drafts = understood.drafts
        days = pl.Series([draft.day if draft else None for draft in drafts], dtype=pl.Date)
        frame = frame.with_columns(day=days.gather(frame["said"]) if drafts else pl.lit(None, pl.Date))
        places = frame.filter("plain").select(UNIT, "day").unique()
        standing = [self._standing(self._units[unit], day) for unit, day in places.iter_rows()]
        policies = list({id(one.policy): one.policy for one in standing}.values())
        numbers = {id(policy): n for n, policy in enumerate(policies)}
        places = places.with_columns(
            open=pl.Series([one.open for one in standing], dtype=pl.Boolean),
            rules=pl.Series([numbers[id(one.policy)] for one in standing], dtype=pl.Int64),
        )
        frame = frame.join(places, on=[UNIT, "day"], how="left", maintain_order="left")
        refused = sorted(self._outcome.refused_rows)
        plain = pl.col("plain") & pl.col("open").fill_null(False) & ~pl.col(ROW).is_in(refused)
        frame = frame.with_columns(plain=plain, rules=pl.col("rules").fill_null(0))
        if len(policies) < 2:  # noqa: PLR2004 the usual case: one set of rules for all
            policy = policies[0] if policies else self._desk.rules.of(self._home)
            return Understood(frame, drafts), [(draft, policy) for draft in drafts]
        frame = frame.with_columns(said=(pl.col("rules") * len(drafts) + pl.col("said")).cast(pl.UInt32))
        said = [(draft, policy) for policy in policies for draft in drafts]
        return Understood(frame, drafts * len(policies)), said

    def _standing(self, unit: Unit, day: date) -> _Standing:
        if day not in self._days:
            self._days[day] = Rules(day)
        policy = self._days[day].of(unit)
        simple = at(unit, day).pk == unit.pk and unit.keeps_roster and unit.open_on(day)
        return _Standing(simple and self._is_open(unit, day, policy), policy)

    def _is_open(self, unit: Unit, day: date, policy: Policy) -> bool:
        """Whether the day's reports are taken, by today's rules and by those of the day; of open units alike."""
        now = self._desk.rules.of(unit)
        key = (id(now), id(policy), unit.zone_name, day)
        if key not in self._windows:
            try:
                check_window(unit, day, now)
                check_window(unit, day, policy)
            except Refused:
                self._windows[key] = False
            else:
                self._windows[key] = True
        return self._windows[key]

    # Rows by themselves.

    def _read(self, understood: Understood) -> dict[int, Read]:
        """Read what is not plain, and as many plain rows as there is room for their notes."""
        frame = understood.frame
        noted = frame.filter(pl.col("plain") & pl.col("noted"))[ROW].head(MOST_PROBLEMS)
        wanted = ~pl.col("plain") | pl.col(ROW).is_in(noted.implode() if len(noted) else [])
        chosen = frame.select(ROW, wanted.alias("wanted"), "plain").filter("wanted")
        plain = set(chosen.filter("plain")[ROW])
        read: dict[int, Read] = {}
        for row in self._rows(chosen[ROW].to_list()):
            if self._outcome.unreadable(row.number):
                continue
            one, problems, notes = read_row(self._desk, self._outcome.columns, row, self._headers)
            self._outcome.note(row.number, notes)
            self._outcome.refuse(row.number, problems)
            if one is not None and row.number not in plain:
                read[row.number] = one
        return read

    def _rows(self, numbers: Iterable[int]) -> FrameRows:
        rows = self._outcome.sheet.rows
        assert isinstance(rows, FrameRows)  # noqa: S101  as every large sheet has
        return rows.of(numbers)

    def _compared(self, read: Mapping[int, Read], twice: set[int]) -> dict[int, Read]:
        """Refuse rows that repeat or contradict each other; plain ones among those compared are plain no longer."""
        more = sorted(twice - read.keys())
        found = self._read_again(more)
        drafts = sorted((number, one.draft) for number, one in {**read, **found}.items() if number in twice)
        for problem in row_problems(drafts):
            self._outcome.refuse(problem.row or 0, [problem])
        return found

    def _place(self, read: dict[int, Read], left_over: list[int], staged: Staged) -> None:
        """Find unit and person of each row that is not staged, and note whose guardians are to be told.

        A staged row about somebody of whom another row speaks goes the ordinary way with it, the later one counting.
        """
        notes = dict(self._notices(staged))
        subjects = self._place_rows({**read, **self._read_again(left_over)}, notes)
        beside = rows_about(staged, subjects)
        staged.without.update(beside)
        self._place_rows(self._read_again(beside), notes)
        self._outcome.rows = dict(sorted(self._outcome.rows.items()))
        for number in sorted(notes):
            self._outcome.note(number, notes[number])

    def _read_again(self, numbers: list[int]) -> dict[int, Read]:
        """Rows that were plain, each read by itself."""
        columns, rows = self._outcome.columns, {}
        for row in self._rows(numbers):
            rows[row.number] = read_row(self._desk, columns, row, self._headers)[0]
        return {number: one for number, one in rows.items() if one is not None}

    def _place_rows(self, read: Mapping[int, Read], notes: dict[int, list[Note]]) -> list[Subject]:
        """Place rows one by one; whom those that may be written are about."""
        subjects = []
        for number in sorted(read):
            if number not in self._outcome.refused_rows:
                problems, notes[number], about = placed(self._desk, read[number])
                self._outcome.refuse(number, problems)
                if not problems:
                    self._outcome.rows[number] = read[number].raw
                    subjects += [about] if about else []
        return subjects

    def _notices(self, staged: Staged) -> Iterator[tuple[int, list[Note]]]:
        today = clock.today(self._home.zone)
        oldest = max((door.policy.child_age for door in self._door_list), default=0)
        for row, unit, born in untold(staged, born_after=today - oldest * _YEAR, most=2 * MOST_PROBLEMS):
            if row not in self._told and is_child(born, clock.today(unit.zone), self._desk.rules.of(unit)):
                yield row, [Note("minor.guardian_notice", "person.guardian_notice", warning=True)]
