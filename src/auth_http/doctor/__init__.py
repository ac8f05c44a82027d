"""What `auth-service doctor` looks at."""
