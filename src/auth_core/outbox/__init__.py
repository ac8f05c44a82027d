"""What we tell people: written with its cause, delivered afterwards."""
