"""The Socket.IO gateway: handshake, messages, channels, delivery. Knows nothing of rooms' rules."""
