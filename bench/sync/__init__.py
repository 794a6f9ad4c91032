"""How far apart people see the same picture: real pages, a bad network, numbered films."""
