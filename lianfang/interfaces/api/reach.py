"""Whose things one may ask for (可及范围): a thing out of reach and a thing that does not exist answer alike."""

from __future__ import annotations

from uuid import UUID

from lianfang.domain.refusals import Refused
from lianfang.kernel.accounts.actor import Actor
from lianfang.kernel.orgs.models import Unit

CODE_LENGTH = 40  # characters of a unit's code


def out_of_reach(actor: Actor, field: str = "") -> Refused:
    """The one answer for what is elsewhere or nowhere; somebody all of whose roles have ended is told that."""
    return Refused("role.ended" if actor.former and not actor.posts else "scope", field)


def unit_within(actor: Actor, code: str, field: str = "unit") -> Unit:
    """The unit of this code, over which the actor holds a post."""
    plain = code if code.isprintable() and len(code) <= CODE_LENGTH else ""
    unit = Unit.objects.filter(code=plain).first()
    if unit is None or not (actor.system or any(post.unit.covers(unit) for post in actor.posts)):
        raise out_of_reach(actor, field)
    return unit


def uuid_of(actor: Actor, text: str, field: str = "") -> UUID:
    """The id in an address; what is no id is no thing."""
    try:
        return UUID(text)
    except ValueError:
        raise out_of_reach(actor, field) from None
