"""Two lists in two files, verified against each other without a server (两份文件双向校核)."""

from __future__ import annotations
