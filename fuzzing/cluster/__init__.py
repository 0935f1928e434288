"""Fuzzing on a Dask cluster, within one budget."""
