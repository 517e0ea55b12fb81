"""Linking two lists of persons (记录关联)."""
