#!/usr/bin/env python3
"""coverage.py CENSUS SCHEMAS [CHECK]: how much of what a census of public roles found plumb has words for, as Markdown.

CENSUS is the census' text, SCHEMAS the folder of the kinds' schemas. words.txt beside this program says, for each kind and
parameter of the census, our word for it; a word that no schema has is an error. With CHECK, the page of that name must be
what would be printed.
"""
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


class Words:
    """words.txt: `kind NAME: OURS` for a row of the ranking, `row NAME: KIND` and `  PARAMETER = WORD` for its parameters;
    `alone NAME: ROW` for what the census calls a row of the ranking where it counts roles that lack it alone.

    OURS and WORD are a kind or attribute, `way EXAMPLE` for what is said in another way, or `- REASON` for what is not."""

    def __init__(self, path):
        self.kinds, self.rows, self.alone = {}, {}, {}
        row = None
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            line = line.split(" # ")[0].rstrip()
            if not line or line.startswith("#"):
                continue
            if line.startswith("kind "):
                name, ours = line[5:].rsplit(": ", 1)
                self.kinds[name] = ours
            elif line.startswith("alone "):
                name, ranked = line[6:].split(": ", 1)
                self.alone[name] = ranked
            elif line.startswith("row "):
                name, ours = line[4:].rsplit(": ", 1)
                row = self.rows[name] = (ours, {})
            elif line.startswith("  ") and row is not None:
                parameter, word = line.strip().split(" = ", 1)
                row[1][parameter] = word
            else:
                sys.exit(f"words.txt:{number}: not a kind, a row or a parameter: {line}")


def rows_of(census, heading):
    """The cells of the first table below a heading."""
    lines = census[census.index(heading):].splitlines()
    begin = next(i for i, line in enumerate(lines) if line.startswith("|---"))
    for line in lines[begin + 1:]:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


def parameters_of(cell):
    """`dest 100, src 100, remote_src(copy) 23` as pairs of name and share."""
    for part in re.split(r", (?![^(]*\))", cell):
        match = re.fullmatch(r"(.+) (\d+)", part)
        if match:
            yield match[1], int(match[2]) / 100


class Coverage:
    def __init__(self, words, schemas):
        self.words, self.schemas, self.faults = words, schemas, []

    def judge(self, word, where, kind=None):
        """'covered', 'other way' or 'not'. A word of another kind is written KIND.WORD."""
        if word is None or word.startswith("-"):
            return "not"
        if word.startswith("way "):
            if not os.path.exists(os.path.join(HERE, "examples", word[4:] + ".yaml")):
                self.faults.append(f"{where}: no example {word[4:]}.yaml")
            return "other way"
        for one in word.split(", "):
            owner, attribute = one.split(".") if "." in one else (kind or one, one)
            known = self.schemas.get(owner)
            if known is None or (kind is not None or "." in one) and attribute not in known:
                self.faults.append(f"{where}: no schema has {one}")
        return "covered"


def shown(word):
    if word is None:
        return ""
    if word.startswith("way "):
        return f"[{word[4:]}](../coverage/examples/{word[4:]}.yaml)"
    if word.startswith("-"):
        return word[1:].strip()
    return ", ".join(f"`{one}`" for one in word.split(", "))


def complete_roles(census, coverage):
    """(at least so many roles, of so many): those all of whose kinds are there.

    The census counts roles that need nothing but a first list of kinds, and for each other kind the roles that lack it
    alone. Of roles that lack two kinds it says nothing, so that they count as incomplete."""
    number = lambda pattern: int(re.search(pattern, census)[1].replace(",", ""))
    total = number(r"share of ([0-9,]+) roles")
    complete = number(r"same, with replace inside line: [^\n]*; roles ([0-9]+) ")
    lacking = re.search(r"missing kind and how often it is the only one: ([^\n]*)", census)[1]
    alone = {name: int(count) for name, count in re.findall(r"(\w+) [0-9]+ \(only one: ([0-9]+)\)", lacking)}
    words = coverage.words
    for name, ranked in words.alone.items():
        if name not in alone or ranked not in words.kinds:
            coverage.faults.append(f"{name}: the census knows no such kind, or has no {ranked}")
        elif coverage.judge(words.kinds[ranked], ranked) != "not":
            complete += alone[name]
    # What is on the first list has to be there.
    for cells in rows_of(census, "## 2. Resource kinds"):
        if cells[1] not in words.alone.values() and coverage.judge(words.kinds.get(cells[1]), cells[1]) == "not":
            coverage.faults.append(f"{cells[1]} is not there, and counts in the roles that are complete")
    return complete, total


def page(census, coverage):
    out = []
    tasks = {"covered": 0, "other way": 0, "not": 0}
    kinds = []
    for cells in rows_of(census, "## 2. Resource kinds"):
        name, count = cells[1], int(cells[2])
        word = coverage.words.kinds.get(name)
        verdict = coverage.judge(word, name)
        tasks[verdict] += count
        kinds.append(f"| {name} | {count} | {verdict} | {shown(word)} |")
    uses = {"covered": 0.0, "other way": 0.0, "not": 0.0}
    parameters = []
    for cells in rows_of(census, "## 3. Parameters per kind"):
        name, count = cells[0], int(cells[1])
        if name not in coverage.words.rows:
            continue
        kind, words = coverage.words.rows[name]
        seen = set()
        for parameter, share in parameters_of(cells[6]):
            seen.add(parameter)
            word = words.get(parameter)
            verdict = coverage.judge(word, f"{name}, {parameter}", kind)
            uses[verdict] += count * share
            parameters.append(f"| {name} | {parameter} | {round(count * share)} | {verdict} | {shown(word)} |")
        for unknown in sorted(set(words) - seen):
            coverage.faults.append(f"{name}: the census has no parameter {unknown}")
    known_kinds = {cells[1] for cells in rows_of(census, "## 2. Resource kinds")}
    for unknown in sorted(set(coverage.words.kinds) - known_kinds):
        coverage.faults.append(f"the census has no kind {unknown}")
    total, all_uses = sum(tasks.values()), sum(uses.values())
    out.append("# What plumb has words for\n")
    out.append("What 3,197 public roles declare, and our word for it: made by `docs/coverage/coverage.py` from a census of them\n"
               "and from `docs/coverage/words.txt`. *Other way* links to an example that a test runs.\n")
    out.append(f"- Resource tasks by kind: {percent(tasks['covered'] + tasks['other way'], total)} of {total} "
               f"(covered {percent(tasks['covered'], total)}, other way {percent(tasks['other way'], total)}).")
    out.append(f"- Uses of parameters of the kinds that are there: {percent(uses['covered'] + uses['other way'], all_uses)} "
               f"(covered {percent(uses['covered'], all_uses)}, other way {percent(uses['other way'], all_uses)}).")
    complete, roles = complete_roles(census, coverage)
    out.append(f"- Roles all of whose kinds are there: at least {percent(complete, roles)} of {roles}. One in nine uses something outside the\n"
               "  configuration of hosts.\n")
    out.append("## Kinds\n\n| in the census | tasks | | our word |\n|---|---|---|---|")
    out += kinds
    out.append("\n## Parameters of the kinds that are there\n\n| row | parameter | uses | | our word |\n|---|---|---|---|---|")
    out += parameters
    return "\n".join(out) + "\n"


def percent(part, whole):
    return f"{100 * part / whole:.1f} %"


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    schemas = {}
    for name in sorted(os.listdir(sys.argv[2])):
        with open(os.path.join(sys.argv[2], name), encoding="utf-8") as file:
            schemas[name.removesuffix(".json")] = json.load(file).get("properties", {})
    with open(sys.argv[1], encoding="utf-8") as file:
        census = file.read()
    coverage = Coverage(Words(os.path.join(HERE, "words.txt")), schemas)
    text = page(census, coverage)
    if coverage.faults:
        sys.exit("\n".join(coverage.faults))
    if len(sys.argv) == 3:
        sys.stdout.write(text)
        return
    with open(sys.argv[3], encoding="utf-8") as file:
        if file.read() != text:
            sys.exit(f"{sys.argv[3]} is not what docs/coverage/coverage.py makes of the census")


main()
