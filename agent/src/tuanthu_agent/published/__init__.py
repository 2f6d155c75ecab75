"""What the collector publishes for its agents, as this machine has it: verified, kept, used instead of the package."""
