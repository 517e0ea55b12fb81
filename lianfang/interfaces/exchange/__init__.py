"""Exchange of tables (数据交换): uploaded and pasted tables are read safely, lists are written for spreadsheets."""

from __future__ import annotations

from lianfang.interfaces.exchange.reading import read_table, read_text_table
from lianfang.interfaces.exchange.sheet import Cell, Limits, Row, Sheet

__all__ = ["Cell", "Limits", "Row", "Sheet", "read_table", "read_text_table"]
