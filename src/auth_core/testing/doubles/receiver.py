"""A receiver of webhooks for tests: what is posted stays here."""

from collections import deque
from typing import Final

from auth_core.webhooks.model import Answered, Response, SignedRequest


class Receiver:
    """Keeps every request, and answers what it was told to; when that is used up it answers 204."""

    def __init__(self, *answers: Response | Exception) -> None:
        self.requests: Final[list[SignedRequest]] = []
        self._answers = deque(answers)

    def will(self, *answers: Response | Exception) -> None:
        """Answer this to the requests to come, one after the other."""
        self._answers.extend(answers)

    async def post(self, request: SignedRequest) -> Response:
        """Take the request, and answer what was said."""
        self.requests.append(request)
        answer = self._answers.popleft() if self._answers else Answered(status=204)
        if isinstance(answer, Exception):
            raise answer
        return answer
