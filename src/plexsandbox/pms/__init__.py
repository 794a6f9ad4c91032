"""The media server's HTTP surface, one module a topic."""
