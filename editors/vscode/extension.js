// This file defines the extension: it starts the language server "ursa lsp" in trusted
// workspaces, and starts it again when its settings change.

const os = require('node:os')
const vscode = require('vscode')
const { LanguageClient } = require('vscode-languageclient/node')

let client, watcher

async function start() {
  const settings = vscode.workspace.getConfiguration('ursa')
  if (!vscode.workspace.isTrusted || !settings.get('enable')) return
  // The working directory is not that of the workspace, so that nothing in the workspace is run.
  const server = { command: settings.get('path') || 'ursa', args: ['lsp'], options: { cwd: os.homedir() } }
  // The server reads these files itself, and has to know when they change outside of the editor.
  watcher ??= vscode.workspace.createFileSystemWatcher('**/{*.polar,ursa.schema.json}')
  client = new LanguageClient('ursa', 'Ursa', { run: server, debug: server }, {
    documentSelector: [{ scheme: 'file', language: 'polar' }],
    synchronize: { fileEvents: watcher },
  })
  try {
    await client.start()
  } catch (err) {
    client = undefined
    vscode.window.showWarningMessage(`"${server.command} lsp" could not be started: ${err.message} (set ursa.path, or install ursa as docs/tools.md says)`)
  }
}

async function stop() {
  const running = client
  client = undefined
  if (running) await running.stop()
}

function activate(context) {
  context.subscriptions.push(
    vscode.workspace.onDidGrantWorkspaceTrust(start),
    vscode.workspace.onDidChangeConfiguration(async event => {
      if (event.affectsConfiguration('ursa')) {
        await stop()
        await start()
      }
    }),
  )
  return start()
}

async function deactivate() {
  watcher?.dispose()
  watcher = undefined
  await stop()
}

module.exports = { activate, deactivate }
