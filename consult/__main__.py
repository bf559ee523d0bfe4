"""`python -m consult`: the command line without its script."""

from consult.ops.cli import main

main()
