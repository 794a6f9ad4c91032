"""Live rooms: the log, the one writer per room, invites, and both doors."""
