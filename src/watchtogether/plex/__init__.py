"""Everything about Plex: its HTTP client, typed answers, the cache, and signing in with Plex."""
