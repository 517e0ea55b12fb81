"""Whether this database holds a demonstration (演示库): a fact that no database with a real account can have.

It is written before anything else, into a database without accounts; and it holds only as long as every role in the
database goes back to an account of the demonstration. One real role, and it is a demonstration no more.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from lianfang.domain.refusals import Refused
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account, Grant
from lianfang.kernel.policies.models import Demonstration
from lianfang.kernel.scope import EVERYTHING, within


def begin(name: str) -> Demonstration:
    """Make this database a demonstration. Refused (`demo.not_empty`) where there is an account of any kind."""
    with within(EVERYTHING):
        if Account.objects.exists() or Grant.objects.exists():
            raise Refused("demo.not_empty")
        return Demonstration.objects.create(name=name, since=clock.now())


def belongs(accounts: Iterable[Account]) -> None:
    """These accounts were made for the demonstration."""
    with within(EVERYTHING):
        kept = Demonstration.objects.select_for_update().get()
        kept.accounts = sorted({*kept.accounts, *(account.pk for account in accounts)})
        kept.save(update_fields=["accounts"])


def current() -> Demonstration | None:
    """The demonstration that this database holds; None for every other database."""
    with within(EVERYTHING):
        kept = Demonstration.objects.first()
        return None if kept is None or _real_grants(kept.accounts).exists() else kept


def has_real_grants() -> bool:
    """Whether somebody holds or held a role here that was not made for a demonstration."""
    with within(EVERYTHING):
        kept = Demonstration.objects.first()
        return _real_grants(kept.accounts if kept else []).exists()


def _real_grants(made: list[int]) -> QuerySet[Grant]:
    # A role that one account gave another goes back to the giver's own; the first of such a line is the installer's.
    return Grant.objects.filter(granted_by__isnull=True).exclude(account_id__in=made)
