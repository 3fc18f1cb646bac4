"""readings_generated.py SEED GROUPS FOLDER: a project whose groups each hold files that depend, by readings, on files in
front of them. Prints nothing; writes FOLDER/plumb.yaml, the files that are there at first below FOLDER/root, and
FOLDER/expected.json: of each file its first content and its last, as one gets by taking one resource after another with
the readings of that moment.
"""
import json, os, random, sys

seed, groups, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
rng = random.Random(seed)
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
        if others and rng.random() < 0.7:
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
        if len(others) > 1 and rng.random() < 0.6:
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
