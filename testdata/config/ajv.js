// Judges documents by schemas: reads [{schema, name, value}] from a file, prints one "true" or "false" a line.
const fs = require('fs');
const path = require('path');
const [folder, schemas, cases] = process.argv.slice(2);
const Ajv = require(path.join(folder, 'node_modules', 'ajv'));
const judges = {};
const validators = {};
for (const {schema, pointer, value} of JSON.parse(fs.readFileSync(cases, 'utf8'))) {
  const key = schema + (pointer || '');
  if (!judges[schema]) {
    judges[schema] = new Ajv({strict: false, allErrors: true});
    judges[schema].addKeyword({
      keyword: 'x-exclusive',
      type: 'object',
      validate: (lists, data) => lists.every((keys) => keys.filter((key) => key in data).length <= 1),
    });
    judges[schema].addSchema(JSON.parse(fs.readFileSync(path.join(schemas, schema + '.json'), 'utf8')), 'document');
  }
  if (!validators[key]) validators[key] = judges[schema].compile({$ref: 'document' + (pointer ? '#' + encodeURI(pointer) : '')});
  console.log(validators[key](value));
}
