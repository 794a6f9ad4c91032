"""The pure core: what a room is and how it changes. Data in, data out.

No I/O, no clock, no randomness: `decide(room, command, now)` says what happens, `evolve(room,
event)` makes it so. Whoever calls brings the time and the ids.
"""
