"""`python -m lianfang` is the command `lianfang` (联防命令)."""

from __future__ import annotations

import sys

from lianfang.interfaces.commands.main import main

if __name__ == "__main__":
    sys.exit(main())
