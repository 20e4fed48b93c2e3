"""Families, workers and waiting lists moving through time: a plan in, a log of events out."""
