"""What administrators do. Every route asks for a permission, never for a role."""
