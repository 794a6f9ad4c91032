"""Whose rules keep the pages together: our product, or other programs' constants in a bare page."""

from dataclasses import dataclass

from bench.sync.screens import Screen
from bench.sync.stage import Stage


@dataclass(frozen=True, slots=True)
class Contender:
    """`rule` is the name that the bare page knows it by."""

    name: str
    rule: str
    about: str


OURS = Contender("ours", "", "the product's own page")


async def enter_contender(screen: Screen, contender: Contender, on: Stage) -> None:
    raise NotImplementedError


CONTENDERS = {each.name: each for each in (OURS,)}
