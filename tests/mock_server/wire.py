"""HTTP by hand, for tests in which the bytes matter."""

import socket


def exchange(address: tuple[str, int], request: bytes) -> bytes:
    """Everything that the mock sends until it closes the connection."""
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(request)
        return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    """What comes until the other side closes the connection."""
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    return received


def status(answer: bytes) -> int:
    """The status of an answer."""
    return int(answer.split(b" ", 2)[1])


def head(answer: bytes) -> dict[str, str]:
    """The headers of an answer, names in lower case."""
    lines = answer.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.lower(): value.strip() for name, _, value in pairs}


def content(answer: bytes) -> bytes:
    """What follows the headers of an answer."""
    return answer.partition(b"\r\n\r\n")[2]
