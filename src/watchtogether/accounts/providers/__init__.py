"""Signing in with somebody else's word: OpenID Connect and OAuth 2.0 providers, by configuration.

A provider that is not configured has no route (attack 17). What Plex says is `plex.signin`'s.
"""
