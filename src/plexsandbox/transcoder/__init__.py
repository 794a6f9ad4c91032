"""The universal transcoder: decision, playlist, and encoders that obey the real one's rules."""
