"""Where signed reports wait until the collector has them."""
