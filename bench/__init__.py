"""Measurements of the whole system as real processes: `make bench`."""
