"""What the table of endpoints is made of (接口条目): one request that is answered, and all that describes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from lianfang.kernel.accounts.actor import Actor

Schema = Mapping[str, Any]
JSON = "application/json"
NOBODY = Actor(account_id=None, name="")
"""Who asks an open endpoint without signing in."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request as a handler gets it: who asks, and the variable parts of its address."""

    request: HttpRequest
    actor: Actor
    path: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A part of the address, or a parameter after its question mark."""

    name: str
    says: str
    schema: Schema = field(default_factory=lambda: {"type": "string"})
    place: str = "query"  # or "path"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`path` has its variable parts in braces; `name` is unique; `body` and `answer` are schemas by media type.

    `handle` returns a response, or what becomes a JSON one, or raises `Refused`.
    """

    method: str
    path: str
    name: str
    handle: Callable[[Call], Any]
    does: str
    parameters: tuple[Parameter, ...] = ()
    body: Mapping[str, Schema] = field(default_factory=dict)
    answer: Mapping[str, Schema] = field(default_factory=dict)
    refusals: tuple[int, ...] = ()
    open: bool = False  # answered without signing in
    group: str = ""


def json_of(name: str) -> Mapping[str, Schema]:
    """JSON by a schema of the document's components."""
    return {JSON: {"$ref": f"#/components/schemas/{name}"}}
