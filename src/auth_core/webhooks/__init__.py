"""What programs elsewhere are told: events, signed and sent to addresses they gave (Standard Webhooks)."""
