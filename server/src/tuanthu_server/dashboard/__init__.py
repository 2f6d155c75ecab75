"""The pages that officers read."""
