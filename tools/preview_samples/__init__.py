"""Invented people, units and figures for `tools/preview.py` (样例)."""
