"""Password hashes that other systems made: which are understood, and how a password is compared with one."""
