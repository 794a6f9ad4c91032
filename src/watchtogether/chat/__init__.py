"""Chat: messages, their history, and what floats by. The messages live in the room's log."""
