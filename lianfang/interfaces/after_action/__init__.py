"""The after-action pack (总结与资料): what was done, how it ended, and research rows that name nobody (row S04)."""
