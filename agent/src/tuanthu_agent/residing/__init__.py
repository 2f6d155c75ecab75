"""What the resident asks of the operating system: one interface, for POSIX and for Windows. Imports next to nothing."""
