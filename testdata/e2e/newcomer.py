"""A newcomer's path by the pages alone: newcomer.py DOCS PACKAGE SSH_CONFIG HOST SECOND_ADDRESS

Each step takes its commands and files from a page of the guide, word for word, and runs them on an empty host as an account that
may use sudo. What a page leaves to its reader, such as the address of the second host, stands here. At the end: what each step took.
"""
import re
import subprocess
import sys
import time

docs, package, config, host, second = sys.argv[1:]
took = []  # (step, commands, seconds)


def ssh(command, text=None):
    return subprocess.run(["ssh", "-F", config, "-l", "deploy", host, "bash -c " + quoted(command)], input=text, text=True,
                          stdin=None if text is not None else subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def quoted(word):
    return "'" + word.replace("'", "'\\''") + "'"


def run(command, exits=0):
    told = ssh(f"cd {run.folder} && {command}")
    run.count += 1
    print(f"$ {command}\n{told.stdout}", flush=True)
    assert told.returncode == exits, f"{command}: exit code {told.returncode} instead of {exits}"
    return told.stdout


run.folder, run.count = ".", 0


def write(name, text, more=False):
    told = ssh(f"cd {run.folder} && mkdir -p $(dirname {name}) && cat {'>>' if more else '>'}{name}", text)
    assert told.returncode == 0, told.stdout


def blocks(page, begin="", end=None):
    """The blocks of a page as (kind, text), from one heading on to another."""
    text = open(f"{docs}/guide/{page}").read()
    text = text[text.index(f"\n{begin}\n"):] if begin else text
    text = text[:text.index(f"\n{end}\n")] if end else text
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S)


def commands(text):
    return [line[2:].split("  #")[0].rstrip() for line in text.splitlines() if line.startswith("$ ")]


def follow(parts):
    """Files are written and commands run in the order of the page."""
    for kind, text in parts:
        if kind == "yaml":
            name = "hosts.yaml" if re.search("^hosts:", text, re.M) else "plumb.yaml"
            write(name, text.replace("192.0.2.10", second), more=not text.startswith("plumb: v1"))
            continue
        for command in commands(text):
            if command.startswith("cd "):
                run.folder += "/" + command[3:]
            else:
                run(command + (" --yes" if command == "plumb apply plan.json" else ""), exits=2 if command == "plumb diff" else 0)


def install_the_package():
    line = re.search(r"^sudo (apt install \./plumbline_VERSION_amd64\.deb)", open(f"{docs}/guide/install.md").read(), re.M).group(1)
    run("sudo " + line.replace("install", "install -y").replace("plumbline_VERSION_amd64.deb", package))
    run("plumb version")


def make_a_project():
    follow(blocks("getting-started.md", "## A project", "## Drift"))


def find_drift():
    follow(blocks("getting-started.md", "## Drift", "## A second host, over SSH"))


def add_a_host():
    follow(blocks("getting-started.md", "## A second host, over SSH"))


def take_a_run_back():
    run(commands(blocks("undo.md")[0][1])[0] + " --yes")
    run("plumb apply --yes")


def run_a_pipeline():
    run("sudo apt-get install -y git >/dev/null")
    run("git init -q && git add -A && git -c user.name=n -c user.email=n@example.com commit -qm start")
    run("ssh-keygen -q -t ed25519 -N '' -f ~/signing-key")
    run("echo \"ci@example.com $(cat ~/signing-key.pub)\" >~/signers")
    run("plumb ci init generic")
    for kind, text in blocks("pipelines.md", "### Other services"):
        for line in text.splitlines():
            run(line.replace("/run/secrets/signing-key", "~/signing-key").replace("/etc/plumb/signers", "~/signers"))


def keep_a_secret():
    text = blocks("secrets.md")[0][1]
    inputs, resources = text.split("\nresources:\n")
    write("plumb.yaml", resources + inputs, more=True)
    write("inputs.yaml", "db_password: a-long-one\n")
    run("plumb plan -o plan.json && ! grep a-long-one plan.json")
    run("plumb apply --yes && sudo grep -q a-long-one /etc/app/database.conf && plumb plan --detailed-exitcode")


def write_a_module():
    run.folder = "clocks"
    ssh("mkdir -p clocks")
    parts = blocks("writing-a-module.md")
    yaml = [text for kind, text in parts if kind == "yaml"]
    write("modules/clock/module.yaml", "\n".join(yaml[:4]))
    write("modules/clock/templates/clock.sh", [text for kind, text in parts if text.startswith("#!/bin/sh")][0])
    write("modules/clock/tests/clock.yaml", yaml[4])
    write("plumb.yaml", "plumb: v1\nproject: clocks\n" + yaml[5])
    write("hosts.yaml", "plumb: v1\nhosts:\n  localhost: {connection: local, become: sudo}\n")
    follow([part for part in parts if part[0] == "console"])


def write_a_provider():
    run.folder = "."
    run("sudo apt-get install -y python3 >/dev/null")
    follow(blocks("writing-a-provider.md", "## Begin", "## What it accepts"))


STEPS = {
    "package": install_the_package,
    "first project": make_a_project,
    "drift": find_drift,
    "second host": add_a_host,
    "undo": take_a_run_back,
    "CI": run_a_pipeline,
    "secrets": keep_a_secret,
    "module": write_a_module,
    "provider": write_a_provider,
}
for name, work in STEPS.items():
    run.count, start = 0, time.monotonic()
    print(f"--- {name}", flush=True)
    work()
    took.append((name, run.count, time.monotonic() - start))
print("| step | commands | seconds |\n|---|---:|---:|")
for name, count, seconds in took:
    print(f"| {name} | {count} | {seconds:.0f} |")
