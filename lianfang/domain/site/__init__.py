"""Rules of an observation site (集中隔离点): its life, its clock, its rooms, its controls, its dedicated assets."""
