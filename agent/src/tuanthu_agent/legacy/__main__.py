"""`python -m tuanthu_agent.legacy`."""

from __future__ import annotations

import sys


def main(arguments: list[str]) -> int:
    """What people call, or the child that one collector runs in; on an old machine every import counts."""
    if len(arguments) == 2 and arguments[0] == "_collect":
        from tuanthu_agent.legacy import child

        return child.main(arguments[1])
    from tuanthu_agent.legacy import cli

    return cli.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
