"""Tests of the rules about classes."""
