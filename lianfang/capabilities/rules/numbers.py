"""What may be in the numbers of a rule pack (规则参数的格式): each with its kind and its words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from typing import Annotated, Any, Final, get_args, get_origin

from lianfang.domain.policy import kinds
from lianfang.domain.rules.bounds import Bound
from lianfang.domain.rules.reading import LARGEST, LONGEST, bound_of
from lianfang.kernel.policies.ops import DEFAULT, as_json, shipped
from lianfang.kernel.shapes import Schemas

_PLAIN: Final[Mapping[Any, dict[str, Any]]] = {
    int: {"type": "integer", "minimum": 0, "maximum": LARGEST},
    Decimal: {"type": ["number", "string"]},
    time: {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?$"},
    bool: {"type": "boolean"},
    str: {"type": "string"},
}


class Numbers:
    """An object with any of the numbers of `Policy`, each of its kind."""

    def schema(self, of: Schemas) -> dict[str, Any]:  # noqa: ARG002  these numbers have kinds of their own
        """The object's JSON schema; the examples are the numbers of the default pack."""
        default = as_json(shipped(DEFAULT)["parameters"])
        told = {name: {**_schema(kind), "examples": [default[name]]} for name, kind in sorted(kinds().items())}
        return {"type": "object", "properties": told, "additionalProperties": False}


def _schema(kind: Any) -> dict[str, Any]:
    among = (bound_of(kind) or Bound()).among
    bare = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if get_origin(bare) is tuple:
        return {"type": "array", "items": _one(get_args(bare)[0], among), "maxItems": LONGEST}
    if get_origin(bare) is Mapping:
        return {"type": "object", "additionalProperties": _one(get_args(bare)[1], ())}
    return _one(bare, among)


def _one(kind: Any, among: tuple[str, ...]) -> dict[str, Any]:
    return {**_PLAIN[kind], **({"enum": list(among)} if among else {})}


Parameters = Annotated[Mapping[str, Any], Numbers()]
