"""The pages (网页): templates, one stylesheet, small scripts. No rule lives here; views only parse, call and show."""
