"""Two lists beside each other (两份名单): how far they agree, what both miss, and where their totals part."""

from __future__ import annotations
