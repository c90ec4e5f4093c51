"""`python -m web` is `imaging-hub`."""

from .cli import main

main()
