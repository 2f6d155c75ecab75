"""The line watch: a tiny child of the resident that keeps when line and gateway were up. Standard library only."""
