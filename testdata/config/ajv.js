// Judges documents by schemas: reads [{schema, name, value}] from a file, prints one "true" or "false" a line.
const fs = require('fs');
const path = require('path');
const [folder, schemas, cases] = process.argv.slice(2);
const Ajv = require(path.join(folder, 'node_modules', 'ajv'));
const validators = {};
for (const {schema, pointer, value} of JSON.parse(fs.readFileSync(cases, 'utf8'))) {
  const key = schema + (pointer || '');
  if (!validators[key]) {
    const document = JSON.parse(fs.readFileSync(path.join(schemas, schema + '.json'), 'utf8'));
    const ajv = new Ajv({strict: false, allErrors: true});
    ajv.addSchema(document, 'document');
    validators[key] = ajv.compile({$ref: 'document' + (pointer ? '#' + encodeURI(pointer) : '')});
  }
  console.log(validators[key](value));
}
