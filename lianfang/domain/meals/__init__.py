"""Meals (餐食): who eats which sitting, how many of each diet go to each drop point, and how late they came."""
