"""Who may see what of Plex, and to whom this server speaks (attacks 28 to 51, and 55)."""

from tests.security.planted.plant import Plant

_ADDRESSES, _IMAGES = "plex/test_addresses.py", "plex/test_images.py"

PLANTS = (
    Plant(
        (28,),
        "accounts/guard.py",
        "            raise NotSignedIn\n        return await self.authenticate(found)",
        """            return Principal("account", "x", SessionId("x"), "x", "user", None)
        return await self.authenticate(found)""",
        "plex/test_service.py",
    ),
    Plant(
        (29,),
        "accounts/endpoints.py",
        "        if session_id not in own:\n            raise NotFound\n",
        "",
        "security/test_sessions.py",
    ),
    Plant(
        (33,),
        "plex/asking.py",
        "self.cache.forget_all(lambda q: q.permissions == access.permission_hash)",
        "pass",
        "plex/test_service.py",
    ),
    Plant(
        (37,),
        "plex/addresses.py",
        """        if address.is_link_local or address.is_multicast or address.is_unspecified:
            return False
        if _within(address, _NEVER):
            return False
        if _within(address, _PRIVATE):
            return not self._networks or _within(address, self._networks)
        return address.is_global and not address.is_reserved
""",
        """        if _within(address, _PRIVATE):
            return not self._networks or _within(address, self._networks)
        return True
""",
        _ADDRESSES,
    ),
    Plant(  # metadata services inside ranges that are otherwise allowed
        (37,), "plex/addresses.py", "if _within(address, _NEVER):", "if False:", _ADDRESSES
    ),
    Plant(
        (38,),
        "plex/addresses.py",
        "        address = unwrap(address)\n",
        "",
        _ADDRESSES,
    ),
    Plant(
        (39,),
        "plex/addresses.py",
        "                return await self._inner.connect_tcp(\n                    address,",
        "                return await self._inner.connect_tcp(\n                    host,",
        _ADDRESSES,
    ),
    Plant(
        (40,),
        "plex/addresses.py",
        "follow_redirects=False",
        "follow_redirects=True",
        "plex/test_client.py",
    ),
    Plant(
        (41,),
        "plex/addresses.py",
        'if parsed.scheme not in {"http", "https"} or not parsed.host or parsed.userinfo:',
        "if parsed.userinfo:",
        _ADDRESSES,
    ),
    Plant(
        (42,),
        "plex/addresses.py",
        'c in "\\\\#?@%" for c in url) or len(url) > 500',
        "False for c in url) or len(url) > 500",
        _ADDRESSES,
    ),
    Plant(
        (43,),
        "plex/addresses.py",
        "            if not self.allows(address):\n                raise PlexAddressRefused\n",
        "",
        _ADDRESSES,
    ),
    Plant(
        (44,),
        "plex/addresses.py",
        'raise httpcore2.ConnectError("name not resolved") from error',
        "return [host]",
        _ADDRESSES,
    ),
    Plant(
        (45,),
        "plex/probing.py",
        "if identity.server_id == server_id:",
        "if identity.server_id:",
        _ADDRESSES,
    ),
    Plant(
        (46, 47),
        "plex/images.py",
        """    if _ABSOLUTE.match(decoded):
        raise ImagePathRefused
    if not _OWN_PATH.fullmatch(path):
        raise NotFound
    return path""",
        "    return path",
        _IMAGES,
    ),
    Plant(
        (48,),
        "plex/transcode.py",
        """        if not _SEGMENT_URI.fullmatch(uri) or not 0 < duration_s <= _MAX_SEGMENT_S:""",
        """        if not 0 < duration_s <= _MAX_SEGMENT_S:""",
        "stream/test_transcode_reading.py",
    ),
    Plant(
        (48,),
        "plex/transcode.py",
        """    if uri != f"session/{order.session}/base/index.m3u8":""",
        "    if not uri:",
        "stream/test_transcode_reading.py",
    ),
    Plant(
        (49,),
        "plex/library.py",
        '            "url": path,\n        }\n        accept',
        '            "url": path,\n            "protocol": "file",\n        }\n        accept',
        _IMAGES,
    ),
    Plant(
        (50,), "plex/endpoints.py", "        size: PictureSize,\n", "        size: str,\n", _IMAGES
    ),
    Plant(
        (51,),
        "plex/images.py",
        """    if magic is None:
        raise ImageRefused
    mark, offset = magic
    if answer.body[offset : offset + len(mark)] != mark:
        raise ImageRefused
""",
        "",
        _IMAGES,
    ),
    Plant(
        (55,),
        "plex/asking.py",
        "question = Question(server_id, access.permission_hash, kind, about)",
        'question = Question(server_id, "all", kind, about)',
        "plex/test_service.py",
    ),
    Plant(
        (55,),
        "stream/content.py",
        "title = (key.server_id, key.rating_key, key.rendition.name, access.permission_hash)",
        "title = (key.server_id, key.rating_key, key.rendition.name)",
        "stream/test_session.py",
    ),
)
