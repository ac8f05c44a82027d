"""Mail: how messages read, and who takes them."""
