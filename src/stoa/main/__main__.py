"""`python -m stoa.main` is `stoa`."""

from stoa.main.cli import main

main()
