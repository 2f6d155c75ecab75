"""One collector per kind of observation: reads what a machine is, never judges it."""
