"""Starts moto server, and beside it a port that seeds what its API cannot: the past.

Prints one JSON line with both addresses, then serves until standard input is closed, so that it
never outlives the process that started it.

    POST /accounts  {}                     -> {"id", "administrator": {"name", "id", "secret"}}
    POST /users     {"account", "name", "administrator"?, "keys"?: [
                      {"createDate", "status"?, "lastUsed"?}]}
                                           -> {"keys": [{"id", "secret"}]}
    POST /organizations  {"account", "members", "suspended"?, "unit"?, "tags"?}
                                           -> {"members": [id]}

Dates are ISO 8601 in UTC. Each account has one user, `administrator`, who may do everything.
"""

import itertools
import json
import logging
import sys
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from moto.iam.models import AccessKeyLastUsed, iam_backends
from moto.organizations.models import organizations_backends
from moto.server import ThreadedMotoServer

ALLOW_ALL = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
)

account_numbers = itertools.count(200000000001)


def naive_utc(text):
    """moto keeps times in UTC without a zone."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=None)


def add_key(backend, user_name, seed):
    key = backend.create_access_key(user_name)
    if "createDate" in seed:
        key.create_date = naive_utc(seed["createDate"])
    if "lastUsed" in seed:
        key.last_used = AccessKeyLastUsed(
            timestamp=naive_utc(seed["lastUsed"]), service="sts", region="us-east-1"
        )
    key.status = seed.get("status", "Active")
    return {"id": key.access_key_id, "secret": key.secret_access_key}


def add_user(account, seed):
    backend = iam_backends[account]["aws"]
    name = seed["name"]
    backend.create_user("us-east-1", name)
    if seed.get("administrator"):
        backend.put_user_policy(name, "all", ALLOW_ALL)
    return {"keys": [add_key(backend, name, key) for key in seed.get("keys", [])]}


def add_account(_):
    account = str(next(account_numbers))
    seed = {"name": "administrator", "administrator": True, "keys": [{}]}
    (key,) = add_user(account, seed)["keys"]
    return {"id": account, "administrator": {"name": seed["name"], **key}}


def add_organization(seed):
    backend = organizations_backends[seed["account"]]["aws"]
    backend.create_organization("us-east-1")
    members = []
    for number in range(seed["members"]):
        email = f"member-{number}@example.com"
        account = backend.create_account(AccountName=f"member-{number}", Email=email)
        member = account["CreateAccountStatus"]["AccountId"]
        # moto makes the role, but lets it do nothing.
        roles = iam_backends[member]["aws"]
        roles.put_role_policy("OrganizationAccountAccessRole", "all", ALLOW_ALL)
        members.append(member)
    if members and "unit" in seed:
        root = parent = backend.list_roots()["Roots"][0]["Id"]
        for name in seed["unit"].split("/"):
            unit = backend.create_organizational_unit(ParentId=parent, Name=name)
            parent = unit["OrganizationalUnit"]["Id"]
        backend.move_account(
            AccountId=members[0], SourceParentId=root, DestinationParentId=parent
        )
    if members and "tags" in seed:
        tags = [{"Key": key, "Value": value} for key, value in seed["tags"].items()]
        backend.tag_resource(ResourceId=members[0], Tags=tags)
    for member in members[seed["members"] - seed.get("suspended", 0) :]:
        backend.close_account(AccountId=member)
    return {"members": members}


ROUTES = {
    "/organizations": add_organization,
    "/accounts": add_account,
    "/users": lambda seed: add_user(seed["account"], seed),
}


class Control(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        try:
            answer = ROUTES[self.path](json.loads(self.rfile.read(length)))
            self.reply(200, answer)
        except Exception as error:
            self.reply(400, {"error": repr(error)})

    def reply(self, status, answer):
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Quiet: the tests tell what they asked for."""


def main():
    # One line per request says nothing that a failed test does not.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    control = ThreadingHTTPServer(("127.0.0.1", 0), Control)
    Thread(target=control.serve_forever, daemon=True).start()
    host, port = moto.get_host_and_port()
    addresses = {
        "url": f"http://{host}:{port}",
        "controlUrl": f"http://127.0.0.1:{control.server_address[1]}",
    }
    print(json.dumps(addresses), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
