"""Calls of every kind that the description has, with what they should not be called with.

Nothing may answer with 5xx, take for ever, or leave a job behind that breaks.  Every call follows from
a seed and its number: `python -m tests.fuzz --calls 50000 --seed 7`.
"""
