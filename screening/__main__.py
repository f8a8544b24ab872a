"""`python -m screening` is the same as `screening`."""

from screening.cli import main

main()
