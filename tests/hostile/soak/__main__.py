"""`python -m tests.hostile.soak [--requests N] [--seed N]`: send them, and print what came."""

import argparse
import sys

from .run import soak


def main() -> int:
    """Exit code 1 where anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.soak", description=__doc__)
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    found = soak(arguments.requests, arguments.seed)
    print("\n".join(found.lines))
    return 0 if found.is_right else 1


if __name__ == "__main__":
    sys.exit(main())
