"""`python -m dam` is `dam-cli`."""

import sys

from dam.cli import main

if __name__ == "__main__":
    sys.exit(main())
