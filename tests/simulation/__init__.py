"""Whole parties on virtual time: the production server, many viewers, and every kind of trouble.

`python -m tests.simulation --seed N` plays one party and tells it as a story.
"""
