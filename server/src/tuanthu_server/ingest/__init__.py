"""The agents' endpoints: verify, decode, group, commit, acknowledge."""
