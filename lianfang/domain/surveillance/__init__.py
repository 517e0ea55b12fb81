"""Watching counts of illness (监测预警): what a setting says, and what it finds in a day's counts."""
