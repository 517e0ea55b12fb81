"""Observation of people who may be infected (医学观察): how long it lasts, who shares a room, what ends it."""
