"""Runs a command on a pseudo-terminal of 80x24, or of other columns, and plays a person's part.

stdin: {"command": [...], "env": {...}, "steps": [[expect, send], ...], "columns": 80}
Each step waits until the text (screen codes taken out) is seen, then sends keys.
stdout: {"output", "code", "canonical", "echo", "missing"}
"""

import fcntl
import json
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

# Only a text that never comes meets it: a busy machine takes long to start a process.
SECONDS_MAX = 300
CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


def controlling_terminal():
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def read_some(master, timeout_s):
    ready, _, _ = select.select([master], [], [], timeout_s)
    if not ready:
        return None
    try:
        return os.read(master, 65536)
    except OSError:
        return b""


def main():
    order = json.load(sys.stdin)
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, order.get("columns", 80), 0, 0))
    child = subprocess.Popen(
        order["command"],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, **order["env"]},
        start_new_session=True,
        preexec_fn=controlling_terminal,
    )
    output = b""
    seen = 0
    missing = None
    end = time.monotonic() + SECONDS_MAX

    def text():
        return CODES.sub("", output.decode("utf8", "replace"))

    for expect, send in order["steps"]:
        while expect not in text()[seen:]:
            if time.monotonic() > end or child.poll() is not None:
                missing = expect
                break
            output += read_some(master, 0.1) or b""
        if missing is not None:
            break
        seen = text().index(expect, seen) + len(expect)
        # Keys are typed one after another, as a person does; a signal is sent by its name.
        if send.startswith("SIG"):
            os.kill(child.pid, getattr(signal, send))
            continue
        for key in re.findall(r"\x1b\[[A-D]|.", send, re.S):
            os.write(master, key.encode())
            time.sleep(0.05)
    while child.poll() is None and time.monotonic() < end:
        output += read_some(master, 0.1) or b""
    if child.poll() is None:
        child.kill()
        missing = missing or "the end of the process"
    while True:
        more = read_some(master, 0.1)
        if not more:
            break
        output += more
    flags = termios.tcgetattr(slave)[3]
    json.dump(
        {
            "output": output.decode("utf8", "replace"),
            "code": child.wait(),
            "canonical": bool(flags & termios.ICANON),
            "echo": bool(flags & termios.ECHO),
            "missing": missing,
        },
        sys.stdout,
    )


main()
