"""Puts the house together, and is the command line.  Knows every other module; none knows it."""

from stoa.main.assemble import Assembled, application, assemble
from stoa.main.cli import main

__all__ = ["Assembled", "application", "assemble", "main"]
