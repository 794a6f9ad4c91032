"""One transcode per room: sessions at Plex, cached segments, playlists, tickets, bytes."""
