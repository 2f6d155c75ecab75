"""The line watch: a tiny child of the resident that keeps when line and gateway were up. Standard library only.

Each module that it imports costs more than the look itself: so no dataclasses, no typing and no re at run time.
"""
