"""A verification in words for the terminal (终端显示): how the files were read, counts, differences, estimates."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from lianfang.interfaces.two_files.answer import Answer
from lianfang.interfaces.two_files.labels import CLASSES, REASONS, label
from lianfang.interfaces.two_files.side import Side
from lianfang.interfaces.two_files.table import aligned
from lianfang.interfaces.two_files.wording import SENTENCES, noted

_ROWS_NAMED = 5  # rows passed over that are named
_NOTES_NAMED = 5
_OF_USE = frozenset({"header.unknown"})  # said already: the column is not used


def reading(title: str, side: Side) -> list[str]:
    """How a file was understood: each column that is used, what was not used, what was passed over."""
    lines = [_("%(side)s: %(file)s, %(rows)s rows") % {"side": title, "file": side.path.name, "rows": len(side)}]
    recognised = side.recognised
    lines += aligned(
        [
            (recognised.shown(at), "→", label(field), _("(by its content)") if field in recognised.by_content else "")
            for field, at in recognised.columns.items()
        ],
        indent="  ",
    )
    if recognised.unused:
        unused = _(", ").join(recognised.shown(at) for at in recognised.unused)
        lines.append("  " + _("not used: %(columns)s") % {"columns": unused})
    return lines + [f"  {line}" for line in _remarks(side)]


def _remarks(side: Side) -> Iterator[str]:
    told = [note for note in side.notes if note.code not in _OF_USE and note.code in SENTENCES]
    yield from dict.fromkeys(noted(note) for note in told[:_NOTES_NAMED])
    if side.passed_over:
        rows = ", ".join(map(str, side.passed_over[:_ROWS_NAMED])) + (", …" if side.passed_over[_ROWS_NAMED:] else "")
        yield _("rows that are no persons (sums, signatures, the header again) were passed over: %(rows)s") % {
            "rows": rows
        }
    if side.cut:
        yield _(
            "%(count)s long numbers had lost their last digits in the workbook; their first 15 digits were compared"
        ) % {"count": side.cut}


def summary(answer: Answer) -> list[str]:
    """The counts, the expected errors, the fields, and the estimates, as lines."""
    sizes = aligned([(name, str(count)) for name, count in counts(answer)], right=(1,))
    parts = [sizes, errors(answer), _fields(answer), estimated(answer)]
    return [line for part in parts for line in ("", *part)][1:]


def counts(answer: Answer) -> list[tuple[str, int]]:
    """The sizes of the lists and of the classes, each with its name."""
    sizes = [(_("Ours"), len(answer.ours)), (_("Theirs"), len(answer.theirs))]
    return [*sizes, *((str(CLASSES[name]), count) for name, count in answer.counts.items())]


def errors(answer: Answer) -> list[str]:
    """The thresholds, what is to be expected of them, and what was left out."""
    settings = answer.settings
    facts = {
        "accept": f"{settings.accept:g}",
        "review": f"{settings.review:g}",
        "false": f"{answer.expected_false:.1f}",
        "missed": f"{answer.expected_missed:.1f}",
    }
    lines = [
        _("Linked from a probability of %(accept)s, possible from %(review)s.") % facts,
        _("Expected among the linked: %(false)s wrong; expected missed: %(missed)s.") % facts
        if not answer.skipped
        else _("Expected among the linked: %(false)s wrong; expected missed: at least %(missed)s.") % facts,
    ]
    if answer.skipped:
        left_out = _(
            "%(pairs)s comparisons of rows with too common values were left out. Rows that hold nothing else cannot be"
            " told apart; they are listed as only on one side."
        )
        lines.append(left_out % {"pairs": answer.skipped})
    return lines


def field_heads() -> tuple[str, str, str, str]:
    """The heads of `field_rows`."""
    return _("Field"), _("compared"), _("different"), _("equal")


def field_rows(answer: Answer) -> list[tuple[str, int, int, float | None]]:
    """Each field with the linked pairs compared, those that differ, and the share that is equal."""
    return [(label(one.field), one.compared, one.compared - one.equal, one.share) for one in answer.fields]


def date_lines(answer: Answer) -> list[str]:
    """By how many days the dates differ, a sentence a date."""
    return [
        _("%(field)s: theirs is later by %(days)s days (median), within a day: %(share)s")
        % {"field": label(field), "days": f"{found.median_days:+g}", "share": percent(found.within_one_day)}
        for field, found in answer.dates.items()
        if found.median_days is not None
    ]


def _fields(answer: Answer) -> list[str]:
    rows = [(name, str(all_of), str(apart), percent(share)) for name, all_of, apart, share in field_rows(answer)]
    return aligned([field_heads(), *rows], right=(1, 2, 3)) + date_lines(answer) if rows else []


def estimated(answer: Answer) -> list[str]:
    """What each list is worth and how many persons there are, as sentences."""
    found, worth = answer.estimates, answer.estimates.sensitivity
    lines = [
        _("Persons on both: %(both)s of %(union)s (%(share)s).")
        % {
            "both": f"{found.found.both:.0f}",
            "union": f"{found.found.union:.0f}",
            "share": percent(answer.agreement.concordance),
        },
        _("Ours has %(ours)s of theirs; theirs has %(theirs)s of ours.")
        % {"ours": percent(worth.ours_by_theirs), "theirs": percent(worth.theirs_by_ours)},
    ]
    if (kappa := answer.agreement.kappa) is not None:
        lines.append(_("Kappa on the roster: %(kappa)s.") % {"kappa": f"{kappa:.3f}"})
    if not found.readable:
        reasons = _(", ").join(str(REASONS[reason]) for reason in found.why_not)
        return [*lines, _("How many persons there are in all is not estimated: %(reasons)s.") % {"reasons": reasons}]
    return [*lines, *_persons(answer)]


def _persons(answer: Answer) -> list[str]:
    found, best = answer.estimates, answer.estimates.corrected
    facts = {
        "persons": f"{best.persons:.0f}",
        "lower": f"{best.limits.lower:.0f}",
        "upper": f"{best.limits.upper:.0f}",
        "fewest": f"{found.fewest:.0f}",
        "most": f"{found.most:.0f}",
        "complete": percent(found.completeness.union),
    }
    return [
        _("Persons in all, known and unknown: %(persons)s (%(lower)s to %(upper)s, 95 %%).") % facts,
        _("The possible matches move this between %(fewest)s and %(most)s; both lists have %(complete)s of them.")
        % facts,
        _("This holds only if the lists came about independently (say --dependent if not)."),
    ]


def percent(share: float | None) -> str:
    """A share as people read it; a dash where there is none."""
    return "–" if share is None else f"{share:.1%}"
