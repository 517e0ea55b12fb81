"""Tests of the methods of analysis (分析方法的测试)."""
