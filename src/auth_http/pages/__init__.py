"""What the pages behind the links of our mails are made of."""
