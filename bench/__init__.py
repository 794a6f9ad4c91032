"""Repeatable measurements. `make bench` runs all of them in their short form."""
