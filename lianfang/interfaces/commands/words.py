"""What all commands share in speaking (命令输出): the language of words, and one JSON object for programs."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from typing import Any, Final

CHINESE: Final = "zh-hans"
ENGLISH: Final = "en"


def language_of(args: argparse.Namespace) -> str:
    """The language asked for, else that of the terminal."""
    if args.lang:
        return CHINESE if args.lang == "zh" else ENGLISH
    said = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return CHINESE if said.casefold().startswith("zh") else ENGLISH


def print_json(answer: Mapping[str, Any], *, pretty: bool = False) -> None:
    """One JSON object on standard output."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2 if pretty else None, default=str) + "\n")
    sys.stdout.flush()
