"""What is wrong with the settings, said without their values."""

from dataclasses import dataclass

from pydantic import ValidationError

PREFIX = "AUTH_"


@dataclass(frozen=True, slots=True)
class Problem:
    """One setting that cannot be used: its name, and a sentence that says why and how to mend it."""

    setting: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.setting} {self.sentence}"


class InvalidSettings(Exception):
    """The service cannot run like this. `problems` has everything at once."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


def setting_name(field: str) -> str:
    """Return the name of the environment variable behind a field."""
    return f"{PREFIX}{field.upper()}"


def problems_in(error: ValidationError) -> dict[str, Problem]:
    """Return what pydantic found, by field. Its messages are used, its inputs are not: they may be secrets."""
    found: dict[str, Problem] = {}
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        if each["type"] == "default_factory_not_called":  # it only follows from what is told already
            continue
        field = str(each["loc"][0])
        sentence = each["msg"].removeprefix("Value error, ").replace("Input should be", "should be")
        found.setdefault(field, Problem(setting_name(field), f"{sentence.rstrip('.')}."))
    return found
