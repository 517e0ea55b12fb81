"""Analysis (分析): the field's methods on plain arrays, computed for thousands of series at once.

Pure numpy and scipy: no records, no clock, no files. A series is a row of counts by day or week; methods take one
series or many and answer in the same shape. What a value means that is not a number is said in each docstring.

`scipy.stats` and `scipy.signal` are named in full where they are used: they take a second to load, and are loaded when
first asked, which most processes never do.
"""
