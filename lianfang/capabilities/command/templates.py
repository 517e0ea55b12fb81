"""The organisation templates that come with the product (组织模板文件), read from `lianfang/command_templates`."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from lianfang.domain.command.template import Template, template_from
from lianfang.domain.refusals import Refused

FOLDER = Path(__file__).resolve().parents[2] / "command_templates"


@lru_cache(maxsize=1)
def templates() -> dict[str, Template]:
    """Every template by its code."""
    read = (template_from(tomllib.loads(file.read_text("utf-8"))) for file in sorted(FOLDER.glob("*.toml")))
    return {one.code: one for one in read}


def template_named(code: str) -> Template:
    """The template of this code. Refused `choice.unknown`."""
    found = templates().get(code)
    if found is None:
        raise Refused("choice.unknown", "template", choices=list(templates()))
    return found
