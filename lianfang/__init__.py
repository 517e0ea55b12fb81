"""Lianfang (联防): daily and zero reports, on time and in order, from a class to a province."""

__version__ = "0.1.0"
