"""The resident's child that runs the jobs that are due: `python -I -m tuanthu_agent.turn`.

It is this thin because each collector's process imports the main module once more where there is no fork: on Windows
all that the jobs need would be loaded ten times over.
"""

import sys

if __name__ == "__main__":
    from tuanthu_agent.scheduler import main

    sys.exit(main())
