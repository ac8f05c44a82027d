"""Every target, by its name."""

from collections.abc import Mapping
from functools import cache
from itertools import chain

from tests.fuzz.targets import answers, bodies, cursors, people, tokens
from tests.fuzz.targets.target import Target


@cache
def every_target() -> Mapping[str, Target]:
    """Return them all; to make keys for tokens takes a moment."""
    made = chain(tokens.targets(), cursors.targets(), bodies.targets(), people.targets(), answers.targets())
    return {target.name: target for target in made}
