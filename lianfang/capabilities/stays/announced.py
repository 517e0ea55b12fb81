"""What the register says to people of a list before it is taken in (名单预检): known otherwise, here, or awaited."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lianfang.capabilities.stays.manifests import Guest
from lianfang.capabilities.stays.models import Stay
from lianfang.capabilities.stays.models.stay import EXPECTED, HERE
from lianfang.domain.refusals import Problem
from lianfang.kernel.orgs.models import Unit
from lianfang.kernel.people import ops as people_ops
from lianfang.kernel.people.models import Person
from lianfang.kernel.scope import EVERYTHING, within


def problems_with(unit: Unit, guests: Sequence[Guest]) -> list[tuple[int, Problem]]:
    """(place in `guests`, problem): what would refuse a list of these people, by the fields of a row."""
    with within(EVERYTHING):
        known = [_known(guest) for guest in guests]
        persons = [one.pk for one in known if one is not None]
        stays = Stay.objects.filter(person__in=persons)
        here = set(stays.filter(state=HERE).values_list("person_id", flat=True))
        awaited = set(stays.filter(unit=unit, state=EXPECTED).values_list("person_id", flat=True))
    found: list[tuple[int, Problem]] = list(_twice(guests))
    for place, (guest, person) in enumerate(zip(guests, known, strict=True)):
        if person is None:
            continue
        if person.name != guest.who.name:
            found.append((place, Problem("person.name_mismatch", "person.name")))
        if person.pk in here | awaited:
            code = "stay.open_already" if person.pk in here else "stay.expected_already"
            found.append((place, Problem(code, "person.name")))
    return found


def _known(guest: Guest) -> Person | None:
    identity = guest.who.identity
    return people_ops.by_number(identity.kind, identity.number) if identity else None


def _twice(guests: Sequence[Guest]) -> Iterator[tuple[int, Problem]]:
    seen: set[tuple[str, str]] = set()
    for place, guest in enumerate(guests):
        if (identity := guest.who.identity) is None:
            continue
        number = (identity.kind, identity.number)
        if number in seen:
            yield place, Problem("row.duplicate", "person.id_number")
        seen.add(number)


def as_row(guest: Guest) -> dict[str, Any]:
    """The guest as a row that `receive_manifest` takes, without a companion."""
    who = guest.who
    person = {
        "name": who.name, "id_type": who.id_type, "id_number": who.identity.number if who.identity else "",
        "id_reason": who.id_reason, "phone": who.phone, "guardian_notice": who.guardian_notice,
        "birth_date": who.birth_date.isoformat() if who.birth_date else "",
    }  # fmt: skip
    stay = {
        "party_kind": guest.party_kind, "party": guest.party, "needs": list(guest.needs), "home": guest.home,
        "exposure_kind": guest.exposure_kind,
        "last_exposure": guest.last_exposure.isoformat() if guest.last_exposure else "",
    }  # fmt: skip
    return {name: value for name, value in {**person, **stay}.items() if value not in ("", None, [])}
