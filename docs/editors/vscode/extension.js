// Starts `plumb lsp` for the projects of a window and leaves the rest to the protocol.
const vscode = require('vscode');
const {LanguageClient} = require('vscode-languageclient/node');

let client;

function start() {
  const settings = vscode.workspace.getConfiguration('plumb');
  const server = {command: settings.get('path'), args: ['lsp']};
  client = new LanguageClient('plumb', 'Plumbline', {run: server, debug: server}, {
    // Which of them belong to a project plumb finds out; templates have any name.
    documentSelector: [{scheme: 'file', language: 'yaml'}, {scheme: 'file', pattern: '**/templates/**'}],
    initializationOptions: {snapshot: settings.get('snapshot')},
  });
  return client.start();
}

async function restart() {
  await client?.stop().catch(() => {});
  await start();
}

async function activate(context) {
  context.subscriptions.push(
      vscode.commands.registerCommand('plumb.restart', restart),
      vscode.workspace.onDidChangeConfiguration(event => event.affectsConfiguration('plumb') && restart()));
  await start();
}

module.exports = {activate, deactivate: () => client?.stop()};
