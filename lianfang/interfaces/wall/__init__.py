"""The wall (大屏) of an office or institution: six figures, tiles, a curve, a strip and a list, read from records."""
