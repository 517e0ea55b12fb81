"""Briefings as pages and files (日报文件): one sheet, from which page, PDF, DOCX and XLSX take the same figures."""

from lianfang.interfaces.briefing.sheet import Line, Part, Sheet, sheet_of

__all__ = ["Line", "Part", "Sheet", "sheet_of"]
