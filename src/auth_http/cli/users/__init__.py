"""`auth-service users`: accounts, as the operator of the machine sees them; one file for each thing done to them."""
