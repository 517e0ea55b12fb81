"""Whose a task is (任务归属): given to somebody, or to a duty over the unit while nobody in particular has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from lianfang.domain.roles import SIGHTS
from lianfang.kernel import clock
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.orgs.ops import below
from lianfang.kernel.tasks.models import Task

OF_STAYS = "stays.stay:"
IN_ROUNDS = ("reading", "disinfection")
"""Kinds that are done many at a time and are listed as one round."""


@dataclass(frozen=True, slots=True)
class Round:
    """Readings or disinfections of one unit for one slot of a day: how many are owed and how many are done."""

    unit: Unit
    kind: str
    day: date
    slot: str
    subject: str
    expected: int
    done: int


def own_tasks(actor: Actor) -> QuerySet[Task]:
    """What this account has to do, first what is due first: given to it, as a backup after an alert, or to its duty."""
    mine = Q(account_id=actor.account_id) | Q(backup_id=actor.account_id, alerts__gt=0)
    for post in actor.posts:
        low, high = below(post.unit.path)
        mine |= Q(account_id=None, role=post.role, unit__path__gte=low, unit__path__lt=high)
    open_now = Q(settled_at=None, excused="", opens_at__lte=clock.now())
    found = Task.objects.filter(open_now, mine).exclude(kind__in=IN_ROUNDS)
    return found.select_related("unit", "place").order_by("due_at", "opens_at", "number")


def own_rounds(actor: Actor) -> list[Round]:
    """The rounds of today over which the account holds a duty that sees health (readings)."""
    units = [post.unit for post in actor.posts if SIGHTS[post.role].health]
    rounds: list[Round] = []
    for unit in {unit.pk: unit for unit in units}.values():
        rounds += _rounds_under(unit)
    return rounds


def _rounds_under(unit: Unit) -> list[Round]:
    low, high = below(unit.path)
    day = clock.today(unit.zone)
    owed = Task.objects.filter(kind="reading", day=day, opens_at__lte=clock.now(), excused="")
    owed = owed.filter(subject__startswith=OF_STAYS)  # who was released is measured at home, by nobody's round
    owed = owed.filter(unit__path__gte=low, unit__path__lt=high, unit__kind="site")
    counted = owed.order_by("unit", "slot").values("unit", "slot").annotate(n=Count("pk"), done=Count("settled_at"))
    places = Unit.objects.in_bulk([one["unit"] for one in counted])
    return [Round(places[one["unit"]], "reading", day, one["slot"], "", one["n"], one["done"]) for one in counted]
