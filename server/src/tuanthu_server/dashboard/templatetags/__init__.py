"""Words and shapes of the pages."""
