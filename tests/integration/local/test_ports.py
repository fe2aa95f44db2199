"""Which ports are handed out on a machine where some are taken."""

import socket

from entrypoints.local.ports import Ports, free_port, is_free


def test_a_usual_port_that_is_free_is_kept() -> None:
    usual = free_port()
    assert Ports().usual_or_free(usual) == usual


def test_a_port_that_is_taken_is_replaced() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        taken = server.getsockname()[1]
        port = Ports().usual_or_free(taken)
        assert port != taken
        assert is_free(port)


def test_no_port_is_handed_out_twice() -> None:
    ports, usual = Ports(), free_port()
    assert len({ports.usual_or_free(usual) for _ in range(20)}) == 20


def test_no_connection_gets_a_port_that_was_found_for_a_server() -> None:
    first_for_connections = 32_768  # as Linux comes
    assert all(1_024 <= free_port() < first_for_connections for _ in range(50))
