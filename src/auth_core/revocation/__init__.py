"""When what was granted stops counting, and how everybody hears of it."""
