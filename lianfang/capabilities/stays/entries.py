"""What is in a row of a list of arrivals and in an entry of a round (到站名单与查房条目的格式)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from lianfang.capabilities.stays.models import PARTY_KINDS, Stay
from lianfang.domain.observation.sharing import NEEDS
from lianfang.domain.parsing.choices import SLOTS
from lianfang.domain.symptoms import SYMPTOMS
from lianfang.kernel.readings.models import BODY_SITES
from lianfang.kernel.shapes import PERSON, Entry, Member, among, each, said, up_to

KEY_LENGTH = (8, 64)  # characters
REASON_LENGTH = 300  # characters of why somebody was not measured
ROOM_LENGTH = 40


def _text(name: str, example: str) -> Member:
    return Member(str, example, more=up_to(getattr(Stay._meta.get_field(name), "max_length", 0)))


GUEST = Entry(
    {
        **PERSON,
        "party_kind": Member(str, "family", more=among(dict(PARTY_KINDS))),
        "party": _text("party", "D1234"),
        "needs": Member(Sequence[str], [NEEDS[0]], more=each(NEEDS)),
        "companion": Member(int, 1, more=said("row of this list, from 1, of whoever stays with this guest")),
        "last_exposure": Member(date, "2020-01-28"),
        "exposure_kind": _text("exposure_kind", "vehicle"),
        "home": _text("home", "某县"),
    }
)
READING = Entry(
    {
        "key": Member(str, "tablet-1-000001", owed=True, more={"minLength": KEY_LENGTH[0], "maxLength": KEY_LENGTH[1]}),
        "stay": Member(UUID, "0198c0de-0000-7000-8000-000000000001", owed=True),
        "room": Member(str, "101", more=up_to(ROOM_LENGTH) | said("where the device believes the guest is")),
        "day": Member(date, "2020-02-01", owed=True),
        "slot": Member(str, SLOTS.codes[0], owed=True, more=among(SLOTS.codes)),
        "at": Member(datetime, "2020-02-01T07:40:00+08:00", owed=True),
        "celsius": Member(
            Decimal,
            "36.5",
            more={"type": ["number", "string", "null"]}
            | said("°C; owed unless there are symptoms or a reason in `skipped`"),
        ),
        "symptoms": Member(Sequence[str], [SYMPTOMS.codes[0]], more=each(SYMPTOMS.codes)),
        "body_site": Member(str, BODY_SITES[0][0], more=among(dict(BODY_SITES))),
        "sure": Member(bool, True, more=said("measured again, and it is so")),
        "skipped": Member(str, "", more=up_to(REASON_LENGTH) | said("why there was no reading")),
    }
)
ToldGuest = Annotated[Mapping[str, Any], GUEST]
ToldReading = Annotated[Mapping[str, Any], READING]
