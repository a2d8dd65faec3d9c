// This file defines the extension: it runs "ursa fmt" to format a policy, and "ursa check" to
// check the policy that a file belongs to, which is its folder.

const { spawn } = require('node:child_process')
const os = require('node:os')
const path = require('node:path')
const vscode = require('vscode')
const { diagnostics } = require('./findings.js')

const maxOutput = 16 << 20

// run runs ursa and resolves to its exit code and output. The working directory is not that
// of the workspace, so that nothing in the workspace is run.
function run(args, input) {
  return new Promise((resolve, reject) => {
    const program = vscode.workspace.getConfiguration('ursa').get('path') || 'ursa'
    const child = spawn(program, args, { cwd: os.homedir(), timeout: 20000 })
    let stdout = '', stderr = ''
    child.stdout.setEncoding('utf8').on('data', text => { if (stdout.length < maxOutput) stdout += text })
    child.stderr.setEncoding('utf8').on('data', text => { if (stderr.length < maxOutput) stderr += text })
    child.on('error', reject)
    child.on('close', code => resolve({ code, stdout, stderr }))
    child.stdin.on('error', () => {})
    child.stdin.end(input ?? '')
  })
}

function isPolicy(document) {
  return document.languageId === 'polar' && document.uri.scheme === 'file' && vscode.workspace.isTrusted
}

function activate(context) {
  const collection = vscode.languages.createDiagnosticCollection('ursa')
  let warned = false
  const fault = err => {
    if (!warned) vscode.window.showWarningMessage(`ursa could not be run: ${err.message} (set ursa.path, or install it as docs/tools.md says)`)
    warned = true
  }

  async function check(document) {
    if (!isPolicy(document) || !vscode.workspace.getConfiguration('ursa').get('check')) return
    const folder = path.dirname(document.uri.fsPath)
    try {
      const { code, stdout, stderr } = await run(['check', '-format', 'json', folder])
      if (code === 2) throw new Error(stderr.trim())
      for (const [uri] of collection) {
        if (path.dirname(uri.fsPath) === folder) collection.delete(uri)
      }
      for (const [file, list] of diagnostics(JSON.parse(stdout), folder)) {
        collection.set(vscode.Uri.file(file), list.map(d => {
          const severity = d.severity === 'warning' ? vscode.DiagnosticSeverity.Warning : vscode.DiagnosticSeverity.Error
          const range = new vscode.Range(d.startLine, d.startCol, d.endLine, d.endCol)
          const diagnostic = new vscode.Diagnostic(range, d.message, severity)
          diagnostic.source = 'ursa'
          diagnostic.code = d.code
          return diagnostic
        }))
      }
    } catch (err) {
      fault(err)
    }
  }

  context.subscriptions.push(
    collection,
    vscode.workspace.onDidOpenTextDocument(check),
    vscode.workspace.onDidSaveTextDocument(check),
    vscode.languages.registerDocumentFormattingEditProvider('polar', {
      async provideDocumentFormattingEdits(document) {
        if (!isPolicy(document)) return []
        try {
          const { code, stdout } = await run(['fmt'], document.getText())
          if (code !== 0 || stdout === document.getText()) return [] // errors in a policy are those of check
          const end = document.lineAt(document.lineCount - 1).range.end
          return [vscode.TextEdit.replace(new vscode.Range(new vscode.Position(0, 0), end), stdout)]
        } catch (err) {
          fault(err)
          return []
        }
      },
    }),
  )
  vscode.workspace.textDocuments.forEach(check)
}

module.exports = { activate }
