"""The head of an answer leaves with its body, in one piece."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final, override

type Data = bytes | bytearray | memoryview[Any]

GO_ON: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
"""What the server writes before an answer, to a client that waits with its body (RFC 9110 §10.1.1)."""


class Gathering(asyncio.Transport):
    """A transport over another one, to which it hands on everything at once, but for the head of an answer.

    That waits for what is written next, which in most answers is the body and follows in the same breath. So the kernel
    is asked once and not twice, and the client is woken once.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self._awaits_head = False
        self._head: Data | None = None

    def await_head(self) -> None:
        """Take what is written next, but for a word that one may go on, for the head of an answer."""
        self._awaits_head = True

    def hand_on(self) -> None:
        """Wait for no body: the answer has none."""
        self._awaits_head = False
        if self._head is not None:
            head, self._head = self._head, None
            self._transport.write(head)

    @override
    def write(self, data: Data) -> None:
        if self._head is not None:
            head, self._head = self._head, None
            self._transport.writelines((head, data) if data else (head,))
        elif self._awaits_head and data != GO_ON:
            self._awaits_head, self._head = False, data
        else:
            self._transport.write(data)

    @override
    def writelines(self, list_of_data: Iterable[Data]) -> None:
        for data in list_of_data:
            self.write(data)

    @override
    def get_write_buffer_size(self) -> int:
        return len(self._head or b"") + self._transport.get_write_buffer_size()

    # ---- Ends

    @override
    def close(self) -> None:
        if not self._transport.is_closing():
            self.hand_on()
        self._transport.close()

    @override
    def abort(self) -> None:
        self._head = None
        self._transport.abort()

    @override
    def is_closing(self) -> bool:
        return self._transport.is_closing()

    # ---- All else is the other one's

    @override
    def get_extra_info(self, name: str, default: object = None) -> Any:
        return self._transport.get_extra_info(name, default)

    @override
    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._transport.set_write_buffer_limits(high, low)

    @override
    def get_write_buffer_limits(self) -> tuple[int, int]:
        return self._transport.get_write_buffer_limits()

    @override
    def is_reading(self) -> bool:
        return self._transport.is_reading()

    @override
    def pause_reading(self) -> None:
        self._transport.pause_reading()

    @override
    def resume_reading(self) -> None:
        self._transport.resume_reading()

    @override
    def can_write_eof(self) -> bool:
        return False

    @override
    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._transport.set_protocol(protocol)

    @override
    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._transport.get_protocol()
