"""Speaks to the GitLab for tests with python-gitlab, whose requests and readings nobody here wrote.

Arguments: the address, then `fill` or `read`. One JSON document on stdout.
"""

import json
import sys

import gitlab

address, order = sys.argv[1:3]
client = gitlab.Gitlab(address, private_token="glpat-testtesttesttest")
project = client.projects.get("acme/app", lazy=True)
group = client.groups.get("acme/backend", lazy=True)
NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
PRODUCTION = {"environment_scope": "production"}


def fill():
    """Makes the variables, and finds every refusal that a client may count on."""
    for owner in (project, group):
        for name in NAMES:
            owner.variables.create({"key": name, "value": "placeholder"})
    for name in NAMES:
        made = {"key": name, "value": "placeholder", "masked_and_hidden": True}
        project.variables.create({**made, "environment_scope": "production"})
    refused = {}
    tries = {
        "twice": lambda: project.variables.create({"key": NAMES[0], "value": "again"}),
        "ambiguous": lambda: project.variables.get(NAMES[0]),
        "missing": lambda: project.variables.get("NOWHERE"),
        "unmaskable": lambda: project.variables.update(
            NAMES[0], {"value": "a b c d e f", "masked": True}, filter={"environment_scope": "*"}
        ),
        "unmasked": lambda: project.variables.update(
            NAMES[0], {"masked": False}, filter=PRODUCTION
        ),
    }
    for what, work in tries.items():
        try:
            work()
            refused[what] = None
        except gitlab.exceptions.GitlabError as error:
            refused[what] = error.response_code
    return refused


def read():
    """What a client finds after a delivery."""
    scope = {"filter": {"environment_scope": "*"}}
    values = [project.variables.get(name, **scope).value for name in NAMES]
    hidden = [project.variables.get(name, filter=PRODUCTION) for name in NAMES]
    return {
        "project": values,
        "group": [group.variables.get(name).value for name in NAMES],
        "hidden": [[each.value, each.description] for each in hidden],
        "all": len(project.variables.list(get_all=True)),
    }


print(json.dumps({"fill": fill, "read": read}[order]()))
