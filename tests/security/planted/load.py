"""Floods, addresses and secrets (attacks 59 to 68)."""

from tests.security.planted.plant import Plant

_LOAD, _SECRETS = "security/test_load.py", "security/test_secrets.py"

PLANTS = (
    Plant(
        (59,),
        "kit/names.py",
        "    if len(raw) > _MAX_RAW_LENGTH:\n        raise InvalidName\n",
        "",
        "kit/test_names.py",
    ),
    Plant(
        (60,),
        "realtime/budget.py",
        "return self._left <= _ABUSE",
        "return False",
        "rooms/test_bad_input.py",
    ),
    Plant(
        (61,),
        "kit/web/heads.py",
        "self.loop.call_later(self.HEAD_S, ",
        "self.loop.call_later(3600, ",
        "security/test_heads.py",
    ),
    Plant(
        (62,),
        "accounts/passwords.py",
        """        right, new_hash = await asyncio.to_thread(
            self._hasher.verify_and_update, password, stored or self._nobodys
        )""",
        """        right, new_hash = self._hasher.verify_and_update(
            password, stored or self._nobodys
        )""",
        _LOAD,
    ),
    Plant(
        (63,),
        "kit/web/address.py",
        "if not self._is_trusted(caller) or _parse(hop) is None:",
        "if _parse(hop) is None:",
        _LOAD,
    ),
    Plant((64,), "kit/web/address.py", "_IPV6_PREFIX = 64", "_IPV6_PREFIX = 128", _LOAD),
    Plant(
        (65,),
        "kit/logging.py",
        "    if is_secret_key(key):\n        return REDACTED\n",
        "",
        "kit/test_logging.py",
    ),
    Plant(
        (66,),
        "accounts/secrets.py",
        'return f"{_VERSION}|{key_id}|{associated}".encode()',
        'return f"{_VERSION}|{key_id}".encode()',
        _SECRETS,
    ),
    Plant(
        (67,),
        "accounts/secrets.py",
        "nonce = os.urandom(_NONCE_BYTES)",
        "nonce = bytes(_NONCE_BYTES - 1) + os.urandom(1)",
        _SECRETS,
    ),
    Plant(
        (68,),
        "kit/redaction.py",
        "return _CONTROL.sub(_escaped, _without_secrets(_shortened(text, _MAX_TEXT)))",
        "return _without_secrets(_shortened(text, _MAX_TEXT))",
        _SECRETS,
    ),
)
