"""Who may do what: permissions, the roles that bundle them, and the principal they add up to."""
