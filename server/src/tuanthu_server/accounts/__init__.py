"""People: who may sign in and what they may see."""
