// This file tests that the VS Code extension starts the language server, with stand-ins for
// VS Code and its client library.

import assert from 'node:assert/strict'
import Module, { createRequire } from 'node:module'
import test from 'node:test'

const require = createRequire(import.meta.url)

// load returns the extension with its stand-ins, and what happens to clients.
function load(settings, trusted) {
  const events = [], listeners = {}
  class LanguageClient {
    constructor(id, name, server, options) {
      events.push(['new', server.run.command, server.run.args, options.documentSelector[0].language])
      assert.equal(options.synchronize.fileEvents.glob, '**/{*.polar,ursa.schema.json}')
    }
    async start() {
      events.push(['start'])
      if (settings.path === 'missing') throw new Error('ENOENT')
    }
    async stop() { events.push(['stop']) }
  }
  const vscode = {
    workspace: {
      get isTrusted() { return trusted },
      getConfiguration: () => ({ get: name => settings[name] }),
      createFileSystemWatcher: glob => ({ glob, dispose: () => events.push(['unwatch']) }),
      onDidGrantWorkspaceTrust: f => { listeners.trust = () => { trusted = true; return f() } },
      onDidChangeConfiguration: f => { listeners.change = f },
    },
    window: { showWarningMessage: text => events.push(['warning', text]) },
  }
  const old = Module._load
  Module._load = (request, ...rest) => request === 'vscode' ? vscode : request === 'vscode-languageclient/node' ? { LanguageClient } : old(request, ...rest)
  try {
    delete require.cache[require.resolve('../vscode/extension.js')]
    return { extension: require('../vscode/extension.js'), events, listeners }
  } finally {
    Module._load = old
  }
}

test('it starts ursa lsp, and ends it', async () => {
  const { extension, events } = load({ path: 'ursa', enable: true }, true)
  await extension.activate({ subscriptions: [] })
  await extension.deactivate()
  assert.deepEqual(events, [['new', 'ursa', ['lsp'], 'polar'], ['start'], ['unwatch'], ['stop']])
})

test('it starts nothing in a workspace that is not trusted, until it is', async () => {
  const { extension, events, listeners } = load({ path: 'ursa', enable: true }, false)
  await extension.activate({ subscriptions: [] })
  assert.deepEqual(events, [])
  await listeners.trust()
  assert.equal(events.length, 2)
})

test('settings', async () => {
  const settings = { path: '/opt/ursa', enable: false }
  const { extension, events, listeners } = load(settings, true)
  await extension.activate({ subscriptions: [] })
  assert.deepEqual(events, [])
  settings.enable = true
  await listeners.change({ affectsConfiguration: () => true })
  assert.equal(events[0][1], '/opt/ursa')
})

test('a program that is not there', async () => {
  const { extension, events } = load({ path: 'missing', enable: true }, true)
  await extension.activate({ subscriptions: [] })
  assert.match(events.at(-1)[1], /"missing lsp" could not be started/)
  await extension.deactivate()
})
