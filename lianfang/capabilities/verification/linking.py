"""Comparing two lists (名单比对): opened values go into the linkage and nowhere else; what comes back are rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from lianfang.capabilities.verification.models import SETTLED, Agreement, Entry, Item, ReceivedList

if TYPE_CHECKING:
    from lianfang.domain.linkage import Listing, Reconciliation, Ruling, Settings

SAME, OTHER = True, False


@dataclass(frozen=True, slots=True)
class Side:
    """The rows of one list in the order of the file, and the same as columns for the linkage."""

    entries: Sequence[Entry]
    listing: Listing

    def rows_by_key(self) -> dict[bytes, int]:
        """Keyed hash of a person -> the first row that is this person."""
        rows: dict[bytes, int] = {}
        for n, entry in enumerate(self.entries):
            rows.setdefault(bytes(entry.key), n)
        return rows


def opened_side(received: ReceivedList, names: Sequence[str]) -> Side:
    """A stored list, its sealed values opened for the comparison."""
    from lianfang.domain.linkage import Listing  # noqa: PLC0415  numpy is only for who compares

    entries = list(Entry.objects.filter(list=received).order_by("row"))
    rows = [values_of(entry) for entry in entries]
    held = {name for row in rows for name in row}
    return Side(entries, Listing({name: [row.get(name) for row in rows] for name in names if name in held}))


def values_of(entry: Entry) -> dict[str, str]:
    """All values of a row by field, in plain."""
    plain: dict[str, Any] = {**entry.values, **entry.opened()}
    if entry.name:
        plain["name"] = entry.name
    if entry.birth:
        plain["birth"] = entry.birth.isoformat()
    return plain


def settings_of(agreement: Agreement) -> Settings:
    """What counts as a difference under this agreement; the thresholds are the linkage's own."""
    from lianfang.domain.linkage import Settings  # noqa: PLC0415  numpy is only for who compares

    return Settings(compare=tuple(agreement.compared))


def rulings_of(agreement: Agreement, ours: Side, theirs: Side) -> list[Ruling]:
    """What both sides have decided before about pairs of people who are in these lists again."""
    from lianfang.domain.linkage import Ruling  # noqa: PLC0415  numpy is only for who compares

    by_ours, by_theirs = ours.rows_by_key(), theirs.rows_by_key()
    rulings = []
    settled = Item.objects.filter(agreement=agreement, state=SETTLED, row_ours__isnull=False)
    pairs = settled.filter(row_theirs__isnull=False).order_by("settled_at")
    for mine, other, verdict in pairs.values_list("row_ours__key", "row_theirs__key", "verdict_ours"):
        one, two = by_ours.get(bytes(mine)), by_theirs.get(bytes(other))
        if one is not None and two is not None:
            rulings.append(Ruling(one, two, OTHER if verdict == "not_same_person" else SAME))
    return rulings


def compare(agreement: Agreement, ours: Side, theirs: Side) -> Reconciliation:
    """One run of the linkage over both lists, under the agreement's settings and the decisions made so far."""
    from lianfang.domain.linkage import reconcile  # noqa: PLC0415  numpy is only for who compares

    rulings = rulings_of(agreement, ours, theirs)
    return reconcile(ours.listing, theirs.listing, settings_of(agreement), rulings=rulings)


def as_kept(agreement: Agreement, found: Reconciliation) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings and the weights of a run in plain numbers, so that it can be repeated and understood."""
    settings = {name: _listed(value) for name, value in asdict(settings_of(agreement)).items()}
    model = {name: {k: _listed(v) for k, v in asdict(one).items()} for name, one in found.model.fields.items()}
    return settings, {"prior": found.model.prior, "fields": model}


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
