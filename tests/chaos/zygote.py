"""A process that has imported a whole desk once, and forks one in milliseconds. Run as a program by `spawning`.

Every connection to its socket asks for one life: a line of JSON comes in, the process id goes out, then, when that
process has ended, its exit status. The zygote itself ends with its standard input.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
import threading
import traceback
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from runtime.cli.main import COMMANDS, build
from tests.chaos.lives import LIVES
from tests.chaos.recordings import excerpt


def main(path: str) -> None:
    warm_up()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    assert threading.active_count() == 1, "a process with threads cannot be forked"
    gc.collect()
    gc.freeze()
    print("ready", flush=True)
    while listener in select.select([listener, sys.stdin], [], [])[0]:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            attend(connection)
        connection.close()


def warm_up() -> None:
    """Import every command and live one desk to its end, so that nobody after this does anything for the first time."""
    for noun in COMMANDS:
        build([noun])
    with TemporaryDirectory() as folder, redirect_stdout(StringIO()):
        replayed = excerpt(Path(folder) / "pieces.csv")
        os.environ.update(replayed)
        LIVES["desk"](state=f"{folder}/state")
    for name in replayed:
        del os.environ[name]


def attend(connection: socket.socket) -> None:
    """Begin the life that is asked for, and stay until it has ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    asked = json.loads(connection.makefile("rb").readline())
    pid = os.fork()
    if pid == 0:
        connection.close()
        live(asked)
    connection.sendall(f"{pid}\n".encode())
    _, status = os.waitpid(pid, 0)
    connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def live(asked: dict[str, Any]) -> None:
    """Live as an interpreter of its own would, with its own output, and end as it would."""
    for descriptor, name, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, asked["out"], os.O_WRONLY | os.O_CREAT | os.O_APPEND),
        (2, asked["err"], os.O_WRONLY | os.O_CREAT | os.O_APPEND),
    ):
        os.dup2(os.open(name, flags, 0o600), descriptor)
    os.environ.update(asked["environment"])
    status = 1
    try:
        LIVES[asked["life"]](**asked["with"])
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main(sys.argv[1])
