"""Tests of two lists beside each other (两份名单的测试)."""
