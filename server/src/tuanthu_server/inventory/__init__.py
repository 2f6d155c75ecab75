"""Assets, agents, tokens, and the evidence that agents delivered."""
