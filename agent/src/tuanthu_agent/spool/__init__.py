"""Where signed reports wait until the collector has them. Python 3.8 and the standard library, as the legacy probe."""
