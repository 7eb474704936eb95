"""`python -m qa`, the same as the command `qa`."""

from qa.cli import main

main()
