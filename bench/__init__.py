"""Measurements anybody can repeat: `./dev bench` lists them, `./dev bench NAME` runs one."""
