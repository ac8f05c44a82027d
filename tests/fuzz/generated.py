"""Requests that schemathesis makes of the document, and all its checks of the answers: what fits it, and what does not.

It asks through a session of `requests` that ends in the application itself. So its own probes do too: whether a route
takes a request without credentials, whether what was deleted is gone.
"""

import asyncio
import copy
import io
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import batched, cycle
from typing import Any, Final, override
from urllib.parse import unquote, urlsplit

import requests
import schemathesis
import urllib3
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Flaky, Unsatisfiable
from requests.adapters import BaseAdapter
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.generation.stateful import run_state_machine_as_test
from schemathesis.generation.stateful.state_machine import StepOutput
from schemathesis.transport.requests import REQUESTS_TRANSPORT, RequestsTransport

from tests.fuzz.asked import Asked
from tests.fuzz.barrage import Found
from tests.fuzz.heard import Heard
from tests.fuzz.house import ADMINISTRATOR, CALLERS, House
from tests.unit.http.asgi import Answer
from tests.unit.http.interface import DOCUMENT

BASE: Final = "http://auth.example"

_BULK: Final = "POST /admin/users/bulk"
# Everything in a form is a text: looking for one that does not fit takes seconds, and `cover` has them.
_FORM: Final = "POST /auth/token"
# A schema cannot say which tokens exist, which passwords are guessed first, nor what an address is: what fits it may be
# refused for what it means. That it is not refused for its form is a check of ours.
_FOR_ITS_MEANING: Final = [200, 201, 202, 204, 400, 401, 403, 404, 409, 412, 422, 503]
_CONFIG: Final[dict[str, Any]] = {
    "checks": {"positive_data_acceptance": {"expected-statuses": _FOR_ITS_MEANING}},
    "operations": [
        # What is deleted there are the sessions; their list stays.
        {"include-name": "GET /admin/users/{user_id}/sessions", "checks": {"use_after_free": {"enabled": False}}},
        # Each item is answered for itself, with what is wrong with it.
        {
            "include-name": _BULK,
            "checks": {"negative_data_rejection": {"expected-statuses": [200, 400, 401, 403, 413, 415, 422, 503]}},
        },
    ],
}
_WITHOUT: Final[list[HealthCheck]] = list(HealthCheck)  # type: ignore[call-overload,unused-ignore]  # an enumeration
# Nothing is kept and nothing made smaller: a number is to be the same run again.
_SETTINGS: Final = settings(
    deadline=None, database=None, phases=[Phase.generate], suppress_health_check=_WITHOUT, print_blob=False
)
_WALKS_AT_A_TIME: Final = 10
_OF_FORM: Final = frozenset({"missing", "unknown_member", "wrong_type"})


class _Door(BaseAdapter):
    """Hands requests to a house, and answers back."""

    def __init__(self, ask: Callable[[Asked], Answer]) -> None:
        super().__init__()
        self._ask = ask

    @override
    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        answer = self._ask(_asked(request))
        response = requests.Response()
        response.status_code, response.request, response.url = answer.status, request, str(request.url)
        headers = urllib3.HTTPHeaderDict(answer.headers)
        response.headers.update(headers)
        response.raw = urllib3.HTTPResponse(
            body=io.BytesIO(answer.body), headers=headers, status=answer.status, version=11, preload_content=False
        )
        response.reason = HTTPStatus(answer.status).phrase
        return response

    @override
    def close(self) -> None:
        pass


class _Transport(RequestsTransport):
    """Sends everything through one session, the probes of the checks too, which bring none."""

    def __init__(self, session: requests.Session) -> None:
        super().__init__()
        self._copy_serializers_from(REQUESTS_TRANSPORT)
        self._session = session

    @override
    def send(self, case: schemathesis.Case[Any], *, session: requests.Session | None = None, **kwargs: Any) -> Response:
        return super().send(case, session=self._session, **kwargs)


def _asked(request: requests.PreparedRequest) -> Asked:
    url, body = urlsplit(str(request.url)), request.body or b""
    headers = ((_bytes(name).lower(), _bytes(value)) for name, value in request.headers.items())
    return Asked(
        method=str(request.method),
        path=unquote(url.path),
        query=url.query.encode(),
        headers=tuple(header for header in headers if header[0] not in {b"host", b"content-length"}),
        body=body if isinstance(body, bytes) else str(body).encode(),
    )


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")


def document() -> dict[str, Any]:
    """Return the document without the one parameter by which an answer is waited for."""
    described: dict[str, Any] = copy.deepcopy(DOCUMENT)
    revocations = described["paths"]["/auth/revocations"]["get"]
    revocations["parameters"] = [each for each in revocations["parameters"] if each["name"] != "wait"]
    return described


@dataclass(slots=True)
class Generating:
    """Asks a house what is generated. `runner` runs what the house is made of, and nothing else meanwhile."""

    runner: asyncio.Runner
    house: House
    heard: Heard
    found: Found = field(default_factory=Found)
    described: dict[str, Any] = field(default_factory=document)
    schema: Any = field(init=False)
    _seen: Counter[str] = field(default_factory=Counter[str])

    def __post_init__(self) -> None:
        session = requests.Session()
        session.mount(BASE, _Door(self._ask))
        session.trust_env = False
        transport = _Transport(session)
        self.schema = schemathesis.openapi.from_dict(self.described, config=schemathesis.Config.from_dict(_CONFIG))
        # A schema finds its transport by its application, and knows three kinds of them.
        self.schema.__class__ = type("Schema", (type(self.schema),), {"transport": property(lambda _: transport)})

    def cover(self, only: str | None = None) -> None:
        """Ask every operation, or one, the cases by which each rule of the document is kept and broken once."""
        callers = cycle((ADMINISTRATOR, *CALLERS))
        for operation in self._operations():
            if only is not None and operation.label != only:
                continue
            cases = self.schema.iter_coverage_cases(
                operation,
                generation_modes=list(GenerationMode),
                generation_config=self.schema.config.generation_for(operation=operation),
            )
            for case in cases:
                self._check(case, next(callers))

    def explore(self, examples: int, *, first: int) -> None:
        """Ask every operation `examples` random cases that fit the document, and as many that do not."""
        for operation in self._operations():
            for mode in GenerationMode:
                if mode.is_negative and operation.label == _FORM:
                    continue
                explore_one = self._checking(operation.as_strategy(generation_mode=mode), examples, first)
                try:
                    explore_one()
                except Unsatisfiable:
                    continue  # Nothing can be wrong with what takes nothing.

    def _checking(self, strategy: Any, examples: int, first: int) -> Callable[[], None]:  # noqa: ANN401 - of cases
        callers = cycle((ADMINISTRATOR, *CALLERS))

        @seed(first)
        @settings(_SETTINGS, max_examples=examples)
        @given(case=strategy)
        def explore_one(case: schemathesis.Case[Any]) -> None:
            self._check(case, next(callers))

        return explore_one

    def walk(self, scenarios: int, *, first: int) -> None:
        """Ask one thing after the other: what an answer names is asked for, changed, taken away, asked for again."""
        self.schema.apply_stateful_inference(None)
        machine = self.schema.as_state_machine()
        generating = self

        class Walk(machine):  # type: ignore[misc,valid-type] # made of the document
            def step(self, input: Any) -> Any:  # noqa: A002, ANN401 - as it is called there
                # A key would be answered as it was first, and name what has been taken away since.
                input.case.headers.pop("Idempotency-Key", None)
                response = generating.send(input.case, ADMINISTRATOR)
                self.recorder.record_response(case_id=input.case.id, response=response)
                generating.judge(input.case, response, ADMINISTRATOR, recorder=self.recorder)
                return StepOutput(response, input.case)

        for number, some in enumerate(batched(range(scenarios), _WALKS_AT_A_TIME), first):
            # The service remembers what it was asked: the same beginning may end otherwise, which is no flaw in it.
            with suppress(Flaky):
                run_state_machine_as_test(
                    seed(number)(Walk), settings=settings(_SETTINGS, max_examples=len(some), stateful_step_count=12)
                )

    def _operations(self) -> Sequence[Any]:
        return [result.ok() for result in self.schema.get_all_operations()]

    def _check(self, case: schemathesis.Case[Any], caller: str) -> None:
        self.judge(case, self.send(case, caller), caller)

    def send(self, case: schemathesis.Case[Any], caller: str) -> Response:
        """Send the case as that caller."""
        return case.call(base_url=BASE, headers=self._headers(caller))

    def judge(self, case: schemathesis.Case[Any], response: Response, caller: str, *, recorder: Any = None) -> None:  # noqa: ANN401 - it is not exported
        """Let every check look at the answer, and keep what they find."""
        try:
            case.validate_response(
                response, headers=self._headers(caller), transport_kwargs={"base_url": BASE}, recorder=recorder
            )
        except FailureGroup as group:
            for failure in group.exceptions:
                self._tell(f"{case.operation.label}: {failure}", response)
        if case.meta is not None and case.meta.generation.mode.is_positive and response.status_code == 422:
            errors = response.json().get("errors", [])
            if form := [each for each in errors if each["code"] in _OF_FORM]:
                self._tell(f"{case.operation.label}: what fits the document is refused for its form: {form}", response)
        if case.operation.label == _BULK and response.status_code == 200 and not _each_is_answered(response):
            self._tell(f"{_BULK}: items were neither done nor refused", response)
        if response.status_code == 401:
            self.runner.run(self.house.renew(caller))

    def _headers(self, caller: str) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.house.authorizations[caller]}

    def _ask(self, asked: Asked) -> Answer:
        answer, faults = self.runner.run(self.house.ask(asked, heard=self.heard))
        self.found.tally[str(answer.status)] += 1
        self.found.failures.extend(f"{fault}\n{asked}\n  -> {answer.status} {answer.body[:300]!r}" for fault in faults)
        return answer

    def _tell(self, fault: str, response: Any) -> None:  # noqa: ANN401 - of whichever library
        self._seen[fault] += 1
        if self._seen[fault] == 1:
            body = response.request.body
            self.found.failures.append(f"{fault}\n{response.request.method} {response.request.url} {body!r:.400}")


def _each_is_answered(response: Any) -> bool:  # noqa: ANN401 - of whichever library
    answer = response.json()
    failed = sum(item["status"] >= 400 for item in answer["items"])
    return bool(failed == answer["failed"] and len(answer["items"]) - failed == answer["done"])
