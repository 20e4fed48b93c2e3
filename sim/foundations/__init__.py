"""Errors, time, chance and shapes: what every other room stands on, knowing nothing of families."""
