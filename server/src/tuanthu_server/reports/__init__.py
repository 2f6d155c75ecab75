"""The department's documents, each rendered from one frozen snapshot."""
