#!/usr/bin/env python3
"""Keeps an access key in a file of two lines, NAME=VALUE, for `--deliver 'command=…/put-key.py …/{user}.env'`.

Copy it to where only root or you can write, and change `read` and `write`. One document comes in on stdin,
one goes out on stdout: docs/destinations/command.md.
"""

import json
import os
import sys
from pathlib import Path

ID, SECRET = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"


def read(path):
    """The pair in the file, by name."""
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def write(path, pair):
    """Whole or not at all, and the former pair stays beside it."""
    new = path.with_name(path.name + ".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("".join(f"{name}={value}\n" for name, value in pair.items()))
        file.flush()
        os.fsync(file.fileno())
    previous(path).write_text(path.read_text())
    previous(path).chmod(0o600)
    os.replace(new, path)


def previous(path):
    return path.with_name(path.name + ".previous")


def answer_to(order, path):
    verb = order["verb"]
    held = read(path).get(ID)
    if verb == "prepare":
        # Whoever reads the file reads it at its start.
        return {"access_key_id": held, "settle": "next-start"}
    if verb == "deliver":
        if held != order["access_key_id"]:
            write(path, {ID: order["access_key_id"], SECRET: order["secret_access_key"]})
        return {}
    if verb == "holds":
        return {"holds": held == order["access_key_id"]}
    if verb == "put-back":
        if held == order["to_access_key_id"]:
            return {"put_back": True}
        former = read(previous(path)) if previous(path).exists() else {}
        if held != order["from_access_key_id"] or former.get(ID) != order["to_access_key_id"]:
            return {"put_back": False}
        if not order["dry_run"]:
            write(path, former)
        return {"put_back": True}
    raise ValueError("this program does not know what it was asked")


def main():
    order = json.load(sys.stdin)
    path = Path(sys.argv[1])
    if "form" in order:
        return {"ok": False, "code": "not-deliverable", "message": "this program writes a pair as AWS made it"}
    if not path.is_file():
        return {"ok": False, "code": "not-deliverable", "message": "there is no such file"}
    return {"ok": True, **answer_to(order, path)}


if __name__ == "__main__":
    print(json.dumps({"protocol": 1, **main()}))
