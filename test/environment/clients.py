"""The AWS CLI and boto3 as they are installed for this Python, each case in a process of its own.

One JSON line a case on stdin, one JSON line an outcome on stdout. Every connection to elsewhere goes to
127.0.0.1, at the port that stands for the one asked for.
"""

import io
import json
import os
import socket
import sys

system_lookup = socket.getaddrinfo
ports = {}


def lookup_here(host, port, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    if name in ('localhost', '::1') or name.startswith('127.'):
        return system_lookup(host, port, *args, **kwargs)
    return system_lookup('127.0.0.1', ports.get(str(port), port), *args, **kwargs)


socket.getaddrinfo = lookup_here


def prepared(tool):
    """Loads the tool once, for all cases."""
    if tool == 'boto3':
        import boto3

        return boto3
    import awscli.clidriver

    return awscli.clidriver


def version(tool):
    if tool == 'boto3':
        import boto3

        return boto3.__version__
    import awscli

    return awscli.__version__


def ask_by_boto3(boto3, case):
    session = boto3.Session(profile_name=case.get('profile'), region_name=case.get('region'))
    session.client('sts').get_caller_identity()
    session.client('iam').list_access_keys(UserName='ann')


def ask_by_cli(clidriver, case):
    flags = ['--output', 'json']
    for name in ('profile', 'region'):
        if case.get(name) is not None:
            flags += ['--' + name, case[name]]
    calls = (['sts', 'get-caller-identity'], ['iam', 'list-access-keys', '--user-name', 'ann'])
    for call in calls:
        sys.argv = ['aws', *flags, *call]
        shown = io.TextIOWrapper(io.BytesIO(), write_through=True)
        sys.stdout = sys.stderr = shown
        try:
            code = clidriver.main()
        except SystemExit as end:
            code = end.code
        if code != 0:
            text = shown.buffer.getvalue().decode().strip()
            raise RuntimeError(text.splitlines()[-1] if text else f'exit code {code}')


def outcome(tool, module, case):
    ports.update(case['ports'])
    # The AWS CLI sets where its own data is when it is loaded.
    data = {name: os.environ[name] for name in ('AWS_DATA_PATH',) if name in os.environ}
    os.environ.clear()
    os.environ.update({'AWS_MAX_ATTEMPTS': '1', **data, **case['env']})
    # Where the tokens of `aws sso login` are is found when the tool is loaded, by another HOME.
    tokens = os.path.expanduser('~/.aws/sso/cache')
    for name in list(sys.modules):
        if name.endswith('botocore.credentials'):
            sys.modules[name].SSOProvider._SSO_TOKEN_CACHE_DIR = tokens
    if case.get('trusted') is not None:
        # The trust store of the system, as far as these tools have one.
        for name in list(sys.modules):
            if name.endswith('botocore.httpsession'):
                sys.modules[name].where = lambda: case['trusted']
    try:
        (ask_by_boto3 if tool == 'boto3' else ask_by_cli)(module, case)
    except Exception as error:
        return {'error': f'{type(error).__name__}: {error}'}
    return {}


def main():
    tool = sys.argv[1]
    module = prepared(tool)
    out = os.fdopen(os.dup(1), 'w')
    print(json.dumps({'version': version(tool)}), file=out, flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            print(json.dumps(outcome(tool, module, json.loads(line))), file=out, flush=True)
            os._exit(0)
        os.waitpid(child, 0)


main()
