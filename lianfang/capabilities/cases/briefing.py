"""What the briefing says of cases and contacts (日报: 病例与密接): counts only, small ones hidden."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from lianfang.capabilities.cases.contacting import VISIT
from lianfang.capabilities.cases.models import Case, Contact
from lianfang.domain.briefing.figures import Figure
from lianfang.domain.briefing.trends import published
from lianfang.kernel.briefing import Asked, briefed
from lianfang.kernel.people.models import Person
from lianfang.kernel.tasks.models import Task


@briefed("cases")
def cases(asked: Asked) -> Iterator[Figure]:
    """Open and new cases, of how many people; contacts that are followed up, of how many that were named."""
    known = Case.objects.filter(asked.within(), reported_at__lt=asked.at)
    everybody = asked.board(asked.day).people.rostered or registered(asked)
    still = Q(closed_at__isnull=True) | Q(closed_at__gte=asked.at)
    for code, counted in (
        ("cases.open", known.filter(still).count()),
        ("cases.new", known.filter(date_reporting=asked.day).count()),
    ):
        yield Figure(code, published(counted, fewest=asked.fewest), everybody, measure="person")
    yield from _contacts(asked)


def registered(asked: Asked) -> int:
    """How many people the unit and those below it have entered, where nobody keeps a roster of the day."""
    return Person.objects.filter(asked.within("home_unit__"), merged_into=None).count()


def _contacts(asked: Asked) -> Iterator[Figure]:
    named = Contact.objects.filter(asked.within(), elicited_at__lt=asked.at)
    if not named.exists():
        return
    still = Q(released_at__isnull=True) | Q(released_at__gte=asked.at)
    followed = named.filter(still, notified_at__lt=asked.at, until__gte=asked.day).count()
    yield Figure("contacts.followed", published(followed, fewest=asked.fewest), named.count(), measure="person")
    owed = Task.objects.filter(asked.within(), kind=VISIT, day=asked.day, excused="")
    done = owed.filter(settled_at__lt=asked.at).count()
    yield Figure("contacts.visited", done, owed.count(), measure="reading")
