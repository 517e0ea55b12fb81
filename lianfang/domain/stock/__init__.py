"""Supplies as figures (物资): quantities with their measure, stock cards, which lot goes first, what is needed when."""
