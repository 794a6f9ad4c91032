"""Each defence taken out, one at a time: its attack must succeed then, or no test says a thing.

`python -m tests.security.planted [number …]` runs them all, or those of some attacks.
"""
