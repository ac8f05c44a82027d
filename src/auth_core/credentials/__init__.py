"""What people prove their identity with."""
