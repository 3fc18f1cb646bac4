// What an editor shows: drives the real yaml-language-server over standard input and output.
//
//   node yaml_language_server.js FOLDER FILE...             one line a finding: FILE:LINE:COLUMN MESSAGE
//   node yaml_language_server.js FOLDER FILE:LINE:COLUMN    what is offered there: LABEL | INSERTED TEXT
//
// FOLDER holds node_modules. Lines and columns count from 1.
const {spawn} = require('child_process');
const fs = require('fs');
const path = require('path');
const {pathToFileURL} = require('url');

const [modules, ...wanted] = process.argv.slice(2);
const program = path.join(modules, 'node_modules', 'yaml-language-server', 'bin', 'yaml-language-server');
const server = spawn(process.execPath, [program, '--stdio'], {stdio: ['pipe', 'pipe', 'inherit']});
const limit = setTimeout(() => give_up('the server gave no answer'), 60000);

function give_up(why) {
  console.error(why);
  server.kill();
  process.exit(1);
}

const answers = new Map();
const findings = new Map();
let last = 0;

function send(message) {
  const text = JSON.stringify({jsonrpc: '2.0', ...message});
  server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}
function request(method, params) {
  send({id: ++last, method, params});
  return new Promise(resolve => answers.set(last, resolve));
}
function findings_of(uri) {
  return new Promise(resolve => findings.set(uri, resolve));
}

const settings = {yaml: {schemaStore: {enable: false}, validate: true, completion: true, hover: true}};

function take(message) {
  if (message.method === 'textDocument/publishDiagnostics') {
    findings.get(message.params.uri)?.(message.params.diagnostics);
  } else if (message.method === 'workspace/configuration') {
    send({id: message.id, result: message.params.items.map(item => settings[item.section] ?? null)});
  } else if (message.method && message.id !== undefined) {
    send({id: message.id, result: null});
  } else if (message.id !== undefined) {
    if (message.error) give_up(message.error.message);
    answers.get(message.id)?.(message.result);
  }
}

let buffer = Buffer.alloc(0);
server.stdout.on('data', chunk => {
  buffer = Buffer.concat([buffer, chunk]);
  for (;;) {
    const end = buffer.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/Content-Length: (\d+)/i.exec(buffer.toString('latin1', 0, end))[1]);
    if (buffer.length < end + 4 + length) return;
    const message = JSON.parse(buffer.toString('utf8', end + 4, end + 4 + length));
    buffer = buffer.subarray(end + 4 + length);
    take(message);
  }
});

async function main() {
  await request('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(process.cwd()).href,
    capabilities: {
      workspace: {configuration: true, didChangeConfiguration: {dynamicRegistration: true}},
      textDocument: {completion: {completionItem: {snippetSupport: true}}},
    },
  });
  send({method: 'initialized', params: {}});
  send({method: 'workspace/didChangeConfiguration', params: {settings}});
  for (const one of wanted) {
    const [, file, line, column] = /^(.*?)(?::(\d+):(\d+))?$/.exec(one);
    const uri = pathToFileURL(file).href;
    const document = {uri, languageId: 'yaml', version: 1, text: fs.readFileSync(file, 'utf8')};
    const found = findings_of(uri);
    send({method: 'textDocument/didOpen', params: {textDocument: document}});
    if (line === undefined) {
      for (const {range, message} of await found)
        console.log(`${file}:${range.start.line + 1}:${range.start.character + 1} ${message.replace(/\s*\n\s*/g, ' ')}`);
    } else {
      const position = {line: line - 1, character: column - 1};
      const offered = await request('textDocument/completion', {textDocument: {uri}, position});
      for (const item of offered?.items ?? offered ?? [])
        console.log(`${item.label} | ${(item.textEdit?.newText ?? item.insertText ?? '').replace(/\n/g, '\\n')}`);
    }
    send({method: 'textDocument/didClose', params: {textDocument: {uri}}});
  }
  clearTimeout(limit);
  await request('shutdown', null);
  send({method: 'exit'});
}

main().catch(error => give_up(error.stack));
