"""`python -m tests.security.planted [number …]`"""

import sys

from tests.security.planted.every import PLANTS


def main() -> None:
    """A line for each; exits with 1 when a defence was not missed."""
    wanted = {int(number) for number in sys.argv[1:]}
    unnoticed = 0
    for plant in PLANTS:
        for attack in plant.attacks:
            if wanted and attack not in wanted:
                continue
            noticed = plant.is_noticed(attack)
            unnoticed += not noticed
            print(
                f"{'noticed' if noticed else 'NOT NOTICED':12} {attack:2}  {plant.file}", flush=True
            )
    print(f"{unnoticed} not noticed")
    raise SystemExit(1 if unnoticed else 0)


if __name__ == "__main__":
    main()
