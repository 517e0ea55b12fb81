"""Who acts (操作者): an account with the roles in force at this moment, and the scope that follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from lianfang.domain.roles import SIGHTS, Role
from lianfang.kernel import clock
from lianfang.kernel.accounts.models import Account, Grant
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people.models import Guardianship
from lianfang.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class Post:
    """A role held over a unit."""

    role: Role
    unit: Unit


@dataclass(frozen=True, slots=True)
class Actor:
    """An account at this moment: posts, own person, wards one answers for. `may_write` is false for reading tokens."""

    account_id: int | None
    name: str
    posts: tuple[Post, ...] = ()
    person_id: UUID | None = None
    wards: tuple[UUID, ...] = ()
    may_write: bool = True
    former: tuple[Post, ...] = ()
    machine: bool = False
    system: bool = False

    def holds(self, roles: Iterable[Role], unit: Unit) -> bool:
        """Whether one of these roles is held over `unit`, directly or from above."""
        wanted = set(roles)
        return self.system or any(post.role in wanted and post.unit.covers(unit) for post in self.posts)

    def held(self, unit: Unit) -> bool:
        """Whether any role over `unit` was held that has ended."""
        return any(post.unit.covers(unit) for post in self.former)

    def answers_for(self, person_id: UUID) -> bool:
        """Whether this is oneself or a ward."""
        return person_id == self.person_id or person_id in self.wards

    @property
    def scope(self) -> Scope:
        """The rows this actor may see: figures below every post, people where the role allows it, and oneself."""
        return Scope(
            paths=_distinct(post.unit.path for post in self.posts if SIGHTS[post.role].figures),
            person_paths=_distinct(post.unit.path for post in self.posts if SIGHTS[post.role].people),
            persons=tuple(str(one) for one in (self.person_id, *self.wards) if one),
            exchange_paths=_distinct(post.unit.path for post in self.posts if SIGHTS[post.role].exchange),
            system=self.system,
        )

    @property
    def home(self) -> Unit | None:
        """The unit whose pages are opened first: the highest one held."""
        return min((post.unit for post in self.posts), key=lambda unit: (unit.path.count("/"), unit.path), default=None)

    @property
    def roles(self) -> frozenset[Role]:
        """All roles in force, wherever held."""
        return frozenset(post.role for post in self.posts)


SYSTEM = Actor(account_id=None, name="system", system=True)
"""The worker and the installer."""


def actor_for(account: Account, *, unit: Unit | None = None, may_write: bool = True, machine: bool = False) -> Actor:
    """The actor an account is now. `unit` narrows a token to what lies under that unit."""
    grants = list(Grant.objects.filter(account=account).select_related("unit"))
    at = clock.now()
    held = [Post(Role(g.role), _narrow(g.unit, unit)) for g in grants if g.holds_at(at) and _meets(g.unit, unit)]
    former = [Post(Role(g.role), g.unit) for g in grants if g.until <= at]
    return Actor(
        account_id=account.pk,
        name=account.name,
        posts=tuple(held),
        former=tuple(former),
        person_id=account.person_id,
        wards=_wards(account.person_id),
        may_write=may_write,
        machine=machine,
    )


def _meets(held: Unit, only: Unit | None) -> bool:
    return only is None or held.covers(only) or only.covers(held)


def _narrow(held: Unit, only: Unit | None) -> Unit:
    return only if only is not None and held.covers(only) else held


def _wards(person_id: UUID | None) -> tuple[UUID, ...]:
    if person_id is None:
        return ()
    return tuple(Guardianship.objects.in_force().filter(guardian_id=person_id).values_list("ward_id", flat=True))


def _distinct(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(paths)))
