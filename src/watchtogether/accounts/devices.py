"""A User-Agent, shortened to what a person recognises in a list of sessions."""

_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_MAX_LENGTH = 60
_MAX_READ = 500


def describe_device(user_agent: str) -> str:
    """Such as `Firefox on Linux`; a program's own name when it is no browser."""
    known = user_agent[:_MAX_READ]
    browser = next((name for mark, name in _BROWSERS if mark in known), None)
    system = next((name for mark, name in _SYSTEMS if mark in known), None)
    if browser and system:
        return f"{browser} on {system}"
    program = "".join(c for c in known.split(" ")[0] if c.isprintable())[:_MAX_LENGTH]
    return browser or program or "Unknown device"
