"""Laying rule packs over each other (规则叠加): a lower level may tighten what a higher one asks, never loosen it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lianfang.domain.policy import bounds, kinds
from lianfang.domain.rules.bounds import loosens
from lianfang.domain.rules.reading import read


@dataclass(frozen=True, slots=True)
class Layer:
    """The parameters of one pack, who set them, and which of them it may loosen by leave of who set the stricter."""

    parameters: Mapping[str, Any]
    owner: str = ""
    may_loosen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Looser:
    """A parameter that asks less than another level does: what, who set the stricter value, and both as given."""

    name: str
    owner: str
    above: Any
    below: Any


def lay(default: Mapping[str, Any], layers: Iterable[Layer]) -> dict[str, Any]:
    """The parameters of all layers, the last one strongest, except where another level's stricter value stays.

    Nobody has set the default: any layer may change it. Values in a mapping (deadlines by kind) are laid key by key.
    """
    return _laid(default, layers)[0]


def looser(default: Mapping[str, Any], layers: Iterable[Layer], last: Layer) -> list[Looser]:
    """Where the last layer would ask for less than a layer of another level before it."""
    return _looser(last, *_laid(default, layers))


def _laid(default: Mapping[str, Any], layers: Iterable[Layer]) -> tuple[dict[str, Any], dict[str, str]]:
    """The parameters, and who set each that is not the default."""
    result, owners = dict(default), dict[str, str]()
    for layer in layers:
        kept = {one.name for one in _looser(layer, result, owners)}
        for name, value in layer.parameters.items():
            if name not in kept:
                result[name], owners[name] = _over(result.get(name), value), layer.owner
    return result, owners


def _looser(layer: Layer, result: Mapping[str, Any], owners: Mapping[str, str]) -> list[Looser]:
    return [
        Looser(name, owners[name], result[name], value)
        for name, value in layer.parameters.items()
        if name in bounds() and owners.get(name, layer.owner) != layer.owner and name not in layer.may_loosen
        and loosens(bounds()[name], read(kinds()[name], result[name]), read(kinds()[name], value))
    ]  # fmt: skip


def _over(before: Any, value: Any) -> Any:
    return {**before, **value} if isinstance(before, Mapping) and isinstance(value, Mapping) else value
