"""`python -m tuanthu_agent.legacy`."""

from __future__ import annotations

import sys

from tuanthu_agent.legacy.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
