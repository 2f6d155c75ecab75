"""One file per format; each renders a snapshot and computes nothing."""
