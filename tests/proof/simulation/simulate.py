"""Runs simulations, and says of one that fails how to see it again."""

from auth_core.login.model import LoggedIn
from auth_core.sessions.model import TokenPair
from tests.proof.simulation.points import Point
from tests.proof.simulation.scheduler import Simulation
from tests.proof.simulation.world import Wiring

SOUND = Wiring()


class Found(AssertionError):
    """A simulation broke an invariant. The message has the seed, what happened, and how to replay it."""


def simulate(seed: int, wiring: Wiring = SOUND) -> Simulation:
    """Run the simulation of this seed. Raises: Found."""
    simulation = Simulation(seed, wiring)
    try:
        simulation.run()
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        replay = f"python -m tests.proof.simulation --seed {seed}"
        raise Found(f"seed {seed}: {what}\n{_lines(simulation)}\n      {what}\nreplay: {replay}") from error
    return simulation


def trace_of(seed: int, wiring: Wiring = SOUND) -> str:
    """Run the simulation of this seed, and return what happened in it. Raises: Found."""
    return _lines(simulate(seed, wiring))


def _lines(simulation: Simulation) -> str:
    return "\n".join(f"{number:4}  {_told(entry)}" for number, entry in enumerate(simulation.trace))


def _told(entry: tuple[object, ...]) -> str:
    """Return an entry of a trace as a sentence."""
    return " ".join(_word(each) for each in entry if each is not None)


def _word(thing: object) -> str:
    match thing:
        case Point():
            return thing.label
        case TokenPair():
            return f"link {thing.session.generation} of {thing.session.id}"
        case LoggedIn():
            return f"a new session: {_word(thing.tokens)}"
        case BaseException():
            return type(thing).__name__
        case _:
            return str(thing)
