"""Run a script in a fork of the server, or by its interpreter where there is no server: `client.py INTERPRETER SCRIPT`.

It starts in a hundredth of a second: it imports nothing of the package, and runs with the interpreter's `-I -S`.
"""

import json
import os
import signal
import socket
import sys

ADDRESS = "DISCGRADE_FORKSERVER"
"""The variable that holds the server's address, a name in Linux' abstract namespace."""
SCRIPTS = "DISCGRADE_FORKED"
"""The variable that holds the names of the scripts that may be forked, each after a space."""
LENGTH = 8
"""Bytes that say how long a request is."""


def main(interpreter: str, arguments: list[str]) -> None:
    """Run the script; does not return."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if may_fork(interpreter, arguments, dict(os.environ)):
        status = ask(os.environ[ADDRESS], arguments[0])
        if status is not None:
            sys.exit(status)
    os.execvp(interpreter, [interpreter, *arguments])


def may_fork(interpreter: str, arguments: list[str], environment: dict[str, str]) -> bool:
    """Tell whether a command is a script, of this interpreter and one thread, that there is a server for.

    Threads of linear algebra are fixed when it is imported, so a job of several has to import it itself.
    """
    if ADDRESS not in environment or environment.get("OMP_NUM_THREADS") != "1" or interpreter != sys.executable:
        return False
    named = os.path.basename(arguments[0]).partition(".")[2] if len(arguments) == 1 else ""  # noqa: PTH119 - quick
    return named in environment.get(SCRIPTS, "").split()


def ask(address: str, script: str) -> int | None:
    """Let the server run a script with this process's folder, environment and streams.

    Returns:
        The exit status; None if there is no server.
    """
    request = json.dumps({"script": script, "folder": os.getcwd(), "environment": dict(os.environ)}).encode()  # noqa: PTH109
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(f"\0{address}")
        except OSError:
            return None
        socket.send_fds(connection, [len(request).to_bytes(LENGTH, "big")], [0, 1, 2])
        connection.sendall(request)
        answer = connection.recv(1)
    if not answer:
        print("The process that forks short jobs has ended, and this job with it: run it again", file=sys.stderr)
        return 1
    return answer[0]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
