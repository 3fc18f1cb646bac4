"""readings_generated.py SEED GROUPS FOLDER [turns]: a project whose groups each hold files that depend, by readings, on
files in front of them; with `turns` by conditions alone. Prints nothing; writes FOLDER/plumb.yaml, the files that are there at first below FOLDER/root, and
FOLDER/expected.json: of each file its first content and its last, as one gets by taking one resource after another with
the readings of that moment.
"""
import json, os, random, sys

seed, groups, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
turns = 'turns' in sys.argv[4:]
rng = random.Random(seed)


def comparison(other, state):
    """A condition over what another file holds, and whether it holds now."""
    name, path = other
    told = state.get(path, '-')
    reading = f'readings.{name}'
    kind = rng.randrange(8)
    letter, more = rng.choice('abc-'), sorted(rng.sample('abc-', 2))
    if kind == 0:
        return f"{reading} == '{letter}'", told == letter
    if kind == 1:
        return f"{reading} != '{letter}'", told != letter
    if kind == 2:
        return f'{reading}_there.exists', path in state
    if kind == 3:
        return f"{reading} in ['{more[0]}', '{more[1]}']", told in more
    if kind == 4:
        return f"{reading} < '{letter}'", told < letter
    if kind == 5:
        return f"{reading}.matches('^[{more[1]}x]$')", told in (more[1], 'x')
    if kind == 6:
        return f"{reading}_there.exists && {reading}_there.type == 'file'", path in state
    return f"{reading}.startsWith('{letter}') || false", told.startswith(letter)


def condition(others, state):
    text, holds = comparison(others[0], state)
    if len(others) > 1 and rng.random() < 0.4:
        more, also = comparison(others[1], state)
        if rng.random() < 0.5:
            text, holds = f'({text}) && ({more})', holds and also
        else:
            text, holds = f'{text} || {more}', holds or also
    if rng.random() < 0.3:
        text, holds = f'!({text})', not holds
    return text, holds


lines = ['plumb: v1', 'project: generated', 'readings:']
resources, expected, readings = [], {}, []
for group in range(groups):
    state, names = {}, []
    for n in range(rng.randint(3, 6)):
        path = f'/srv/g{group}/f{n}'
        if rng.random() < 0.4:
            state[path] = rng.choice('abc')
        first = state.get(path)
        others = rng.sample(names, min(len(names), rng.randint(0, 2)))
        when, value, holds = None, rng.choice('abc'), True
        shown = value
        if turns:
            if others and rng.random() < 0.8:
                when, holds = condition(others, state)
        elif others and rng.random() < 0.7:
            other = others[0]
            if rng.random() < 0.5:
                wanted = rng.choice('abc-')
                when = f"readings.{other[0]} {'==' if rng.random() < 0.6 else '!='} '{wanted}'"
                is_it = state.get(other[1], '-') == wanted
                holds = is_it if '==' in when else not is_it
            else:
                exists = rng.random() < 0.5
                when = ('' if exists else '!') + f'readings.{other[0]}_there.exists'
                holds = (other[1] in state) == exists
        if not turns and len(others) > 1 and rng.random() < 0.6:
            shown = '${readings.' + others[1][0] + '}'
            value = state.get(others[1][1], '-')
        resource = [f'  - file: {path}', f'    content: "{shown}"']
        if rng.random() < 0.15:
            resource = [f'  - file: {path}', '    state: absent']
            value = None
        if when:
            resource.append(f'    when: "{when}"')
        resources += resource
        if holds:
            if value is None:
                state.pop(path, None)
            else:
                state[path] = value
        expected[path] = [first, state.get(path)]
        name = f'g{group}_f{n}'
        readings += [f'  {name}: {{file: {path}, type: string, absent: "-"}}', f'  {name}_there: {{path: {path}}}']
        names.append((name, path))
        at = os.path.join(folder, 'root') + path
        os.makedirs(os.path.dirname(at), exist_ok=True)
        if first is not None:
            with open(at, 'w') as out:
                out.write(first)
with open(os.path.join(folder, 'plumb.yaml'), 'w') as out:
    out.write('\n'.join(lines + readings + ['resources:'] + resources) + '\n')
with open(os.path.join(folder, 'expected.json'), 'w') as out:
    json.dump(expected, out)
