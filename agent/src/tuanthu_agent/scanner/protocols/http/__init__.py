"""HTTP as devices speak it: pages for the fingerprint, statements without login, and the catalogue's logins."""
