"""Template tags of the pages (模板标签)."""
