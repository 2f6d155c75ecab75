"""The JSON interface: everything that pages show, from the same figures, within the same reach."""
