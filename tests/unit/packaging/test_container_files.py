"""What the container files promise, as far as reading them can tell."""

import json
import re
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from auth_http.settings import Settings, Stage
from auth_http.settings.reading import NAMES

ROOT = Path(__file__).parents[3]
SECRET_WORDS = re.compile(r"SECRET|PASSWORD|TOKEN|_KEY|DATABASE_URL")

type Instructions = list[tuple[str, str]]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def dockerfile() -> Instructions:
    """Every instruction with its arguments, its lines joined."""
    lines = [line for line in read("Dockerfile").splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [
        (word.upper(), " ".join(rest.split())) for word, _, rest in (line.partition(" ") for line in joined if line)
    ]


@pytest.fixture(scope="module")
def final_stage(dockerfile: Instructions) -> Instructions:
    last_from = max(index for index, (word, _) in enumerate(dockerfile) if word == "FROM")
    return dockerfile[last_from:]


@pytest.fixture(scope="module")
def compose() -> str:
    return "\n".join(line for line in read("compose.yaml").splitlines() if not line.lstrip().startswith("#"))


@pytest.fixture(scope="module")
def services(compose: str) -> dict[str, str]:
    """The lines of every service, with those of the blocks it takes over."""
    blocks = {name: section(compose, rf"x-{name}: &{name}") for name in ("hardened", "auth")}
    found = re.findall(r"^  (\w+):\n((?:    .*\n|\n)+)", section(compose, "services:"), flags=re.MULTILINE)
    return {name: taking_over(lines, blocks) for name, lines in found}


def section(text: str, title: str) -> str:
    found = re.search(rf"^{re.escape(title)}\n((?:  .*\n|\n)+)", text + "\n", flags=re.MULTILINE)
    assert found is not None, f"{title} is not there"
    return found[1]


def taking_over(lines: str, blocks: dict[str, str]) -> str:
    for name in ("auth", "hardened"):
        lines = lines.replace(f"<<: *{name}", blocks[name])
    return lines


def only(instructions: Instructions, word: str) -> str:
    (arguments,) = [arguments for each, arguments in instructions if each == word]
    return arguments


def test_the_image_has_the_python_this_is_developed_with(dockerfile: Instructions) -> None:
    version = read(".python-version").split()[0]

    assert ("ARG", f"PYTHON_IMAGE=python:{version}-slim-trixie") in dockerfile
    assert all(rest.startswith("${PYTHON_IMAGE}") for word, rest in dockerfile if word == "FROM")


def test_nothing_comes_from_outside_but_the_base_and_what_the_lock_has_hashes_for(dockerfile: Instructions) -> None:
    commands = [part for word, rest in dockerfile if word == "RUN" for part in rest.split("&&")]
    installing = [each for each in commands if re.search(r"pip (install|sync)|uv build", each)]

    assert not [rest for word, rest in dockerfile if word == "ADD"]
    assert not [each for each in commands if re.search(r"\b(curl|wget|apt|apt-get|git)\b", each)]
    assert installing
    assert all("--require-hashes" in each or "--no-deps dist/" in each for each in installing)


def test_bytecode_is_made_in_the_build_and_stays_valid_whatever_times_the_files_get(dockerfile: Instructions) -> None:
    installing = [part for word, rest in dockerfile if word == "RUN" for part in rest.split("&&") if "uv pip" in part]
    compiling = [rest for word, rest in dockerfile if word == "RUN" and "compileall" in rest]

    assert all("--compile-bytecode" in each for each in installing)
    assert all("--invalidation-mode unchecked-hash" in each for each in compiling)
    assert any("PYC_INVALIDATION_MODE=UNCHECKED_HASH" in rest for word, rest in dockerfile if word == "ENV")


def test_the_image_runs_as_a_number_that_is_not_root(final_stage: Instructions) -> None:
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", only(final_stage, "USER"))


def test_every_process_is_started_without_a_shell_that_would_keep_its_signals(final_stage: Instructions) -> None:
    started = [only(final_stage, word) for word in ("ENTRYPOINT", "CMD")]
    checked = only(final_stage, "HEALTHCHECK").partition("CMD ")[2]

    assert all(isinstance(json.loads(words), list) for words in (*started, checked))


def test_the_image_serves_exposes_and_checks_the_same_port(final_stage: Instructions) -> None:
    port = only(final_stage, "EXPOSE")

    assert json.loads(only(final_stage, "CMD"))[-2:] == ["--port", port]
    assert json.loads(only(final_stage, "HEALTHCHECK").partition("CMD ")[2])[-1] == port


def test_the_image_makes_nothing_up_and_holds_no_other_setting(final_stage: Instructions) -> None:
    environment = dict(pair.split("=", 1) for pair in only(final_stage, "ENV").split())

    assert {name: value for name, value in environment.items() if name.startswith("AUTH_")} == {
        "AUTH_ENV": "production"
    }


def test_no_secret_is_given_to_the_build(dockerfile: Instructions) -> None:
    given = [rest for word, rest in dockerfile if word in ("ARG", "ENV")]

    assert not [rest for rest in given if SECRET_WORDS.search(rest)]


def test_the_image_says_which_version_it_is(final_stage: Instructions) -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]

    assert f'org.opencontainers.image.version="{version}"' in only(final_stage, "LABEL")


def test_only_what_is_named_enters_the_build(dockerfile: Instructions) -> None:
    first, *rest = [line for line in read(".dockerignore").splitlines() if line and not line.startswith("#")]
    let_in = {line.removeprefix("!") for line in rest if line.startswith("!")}
    copied = {
        name for word, names in dockerfile if word == "COPY" and "--from" not in names for name in names.split()[:-1]
    }

    assert first == "*"
    assert let_in == copied


def test_every_service_of_the_composition_is_hardened(services: dict[str, str]) -> None:
    promises = ("read_only: true", "cap_drop: [ALL]", '"no-new-privileges:true"', "pids_limit:", "mem_limit:")

    assert services.keys() == {"auth", "migrate", "database", "mail", "secrets"}
    assert not [(name, promise) for name, lines in services.items() for promise in promises if promise not in lines]


def test_only_the_service_that_makes_the_secrets_is_root_or_has_capabilities(services: dict[str, str]) -> None:
    root = {name for name, lines in services.items() if 'user: "0:0"' in lines}
    capable = {name for name, lines in services.items() if "cap_add:" in lines}
    own_image = {name for name, lines in services.items() if "build: ." in lines}
    numbered = {name for name, lines in services.items() if re.search(r'user: "[1-9]\d*:[1-9]\d*"', lines)}

    assert root == capable == {"secrets"}
    assert own_image | numbered == services.keys() - root
    assert "profiles: [setup]" in services["secrets"]
    assert "network_mode: none" in services["secrets"]


def test_every_image_of_the_composition_has_a_version(compose: str) -> None:
    images = set(re.findall(r"image: (\S+)", compose))

    assert images - {"auth-service:local"}
    assert all(re.search(r":v?\d", image) for image in images - {"auth-service:local"})


def test_every_published_port_is_of_this_machine_alone(compose: str) -> None:
    published = re.findall(r"ports: (.*)", compose)

    assert published
    assert all(re.fullmatch(r'\["127\.0\.0\.1:\d+:\d+"\]', each) for each in published)


def test_the_database_is_in_a_network_without_a_way_out(compose: str, services: dict[str, str]) -> None:
    assert "networks: [database]" in services["database"]
    assert re.search(r"^  database:\n    internal: true$", section(compose, "networks:"), flags=re.MULTILINE)


def test_secrets_are_given_as_files_that_git_does_not_see(compose: str) -> None:
    variables = re.findall(r"^ +([A-Z][A-Z_]+):", compose, flags=re.MULTILINE)
    files = re.findall(r"\w+: \{file: (\S+)\}", section(compose, "secrets:"))

    assert all(name.endswith("_FILE") for name in variables if SECRET_WORDS.search(name))
    assert files
    assert all(file.startswith("./.data/") for file in files)
    assert ".data/" in read(".gitignore").splitlines()


def test_every_setting_in_a_container_file_is_known_to_the_service(compose: str) -> None:
    used = set(re.findall(r"\bAUTH_[A-Z_]+", read("Dockerfile") + compose))

    assert used <= set(NAMES)


def test_a_stopping_container_is_given_the_time_the_service_may_take(services: dict[str, str]) -> None:
    settings = Settings(env=Stage.PRODUCTION)
    grace = re.search(r"stop_grace_period: (\d+)s", services["auth"])

    assert grace is not None
    assert timedelta(seconds=int(grace[1])) > timedelta(seconds=settings.drain_seconds + settings.shutdown_seconds)
