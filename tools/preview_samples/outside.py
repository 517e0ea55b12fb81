"""todo"""
PAGES = {}
