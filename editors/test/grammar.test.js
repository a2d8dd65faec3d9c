// This file tests the TextMate grammar over every .polar file of the project, and holds the
// tokens of some of them against snapshots. UPDATE=1 npm test writes the snapshots.

import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import test from 'node:test'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const textmate = require('vscode-textmate')
const oniguruma = require('vscode-oniguruma')

const here = path.dirname(fileURLToPath(import.meta.url))
const root = path.join(here, '../..')
const grammarFile = path.join(here, '../textmate/polar.tmLanguage.json')

const wasm = fs.readFileSync(path.join(path.dirname(require.resolve('vscode-oniguruma')), 'onig.wasm'))
await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength))
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: patterns => new oniguruma.OnigScanner(patterns),
    createOnigString: s => new oniguruma.OnigString(s),
  }),
  loadGrammar: async scope => scope === 'source.polar' ? textmate.parseRawGrammar(fs.readFileSync(grammarFile, 'utf8'), grammarFile) : null,
})
const grammar = await registry.loadGrammar('source.polar')

// tokens returns the tokens of each line: [text, scopes without source.polar].
function tokens(source) {
  let state = textmate.INITIAL
  return source.split(/\r?\n/).map(line => {
    const r = grammar.tokenizeLine(line, state)
    state = r.ruleStack
    return r.tokens.map(t => [line.slice(t.startIndex, t.endIndex), t.scopes.slice(1)]).filter(([text]) => text.trim() !== '')
  })
}

function polarFiles(dir) {
  return fs.readdirSync(dir, { withFileTypes: true }).flatMap(e => {
    if (e.name.startsWith('.') || e.name === 'node_modules') return []
    const name = path.join(dir, e.name)
    if (e.isDirectory()) return polarFiles(name)
    return e.name.endsWith('.polar') ? [name] : []
  }).sort()
}

const files = polarFiles(root)

// Files whose texts are wrong on purpose, or are parts of scripts.
const wrong = name => /testdata\/(errors|conformance)\/|resolve\/testdata\/|chunked\/testdata\//.test(name)

test('there are files', () => assert.ok(files.length > 50, `only ${files.length} files`))

const reserved = {
  if: 'keyword.control', and: 'keyword.operator', or: 'keyword.operator', not: 'keyword.operator', in: 'keyword.operator',
  matches: 'keyword.operator', new: 'keyword.operator', mod: 'keyword.operator', rem: 'keyword.operator',
  forall: 'keyword.other', cut: 'keyword.other', print: 'keyword.other', debug: 'keyword.other', type: '',
  true: 'constant.language', false: 'constant.language', inf: 'constant.language', nan: 'constant.language',
}

for (const name of files) {
  test(path.relative(root, name), () => {
    const source = fs.readFileSync(name, 'utf8')
    const lines = tokens(source)
    source.split(/\r?\n/).forEach((line, i) => {
      // The grammar is held against a scanner that knows strings, comments and words only.
      const at = `${name}:${i + 1}: ${line}`
      if (/^-{3,}$/.test(line)) return // between the parts of a script
      for (const [text, scopes] of lines[i]) {
        assert.ok(scopes.length > 0, `${at}: ${JSON.stringify(text)} has no scope`)
        if (!wrong(name)) assert.ok(!scopes.some(s => s.startsWith('invalid')), `${at}: ${JSON.stringify(text)} is ${scopes}`)
      }
      if (wrong(name)) return
      const scopeAt = column => {
        let state = 0
        for (const t of grammarTokens(lines, i, line)) if (column >= t.start && column < t.end) state = t
        return state ? state.scopes : []
      }
      const scanner = /#.*|"(?:\\.|[^"\\])*"|(\.\s*)?[A-Za-z_][A-Za-z0-9_]*(\s*:(?![:=]))?/g
      for (const m of line.matchAll(scanner)) {
        const scopes = scopeAt(m.index)
        const has = prefix => scopes.some(s => s.startsWith(prefix))
        if (m[0][0] === '#') {
          assert.ok(has('comment.line'), `${at}: the comment is ${scopes}`)
        } else if (m[0][0] === '"') {
          assert.ok(has('string.quoted'), `${at}: the string is ${scopes}`)
        } else {
          assert.ok(!has('comment') && !has('string'), `${at}: ${m[0]} is ${scopes}`)
          const want = m[1] || m[2] ? undefined : reserved[m[0]]
          if (want) assert.ok(has(want), `${at}: ${m[0]} is ${scopes}, want ${want}`)
        }
      }
    })
  })
}

// grammarTokens returns the tokens of line i with their columns.
function grammarTokens(lines, i, line) {
  let from = 0
  return lines[i].map(([text, scopes]) => {
    const start = line.indexOf(text, from)
    from = start + text.length
    return { start, end: from, scopes }
  })
}

// What single tokens are.
for (const [source, text, scope] of [
  ['allow(u: User, "read", _: Expense) if u.id = 1;', 'allow', 'entity.name.function.rule.polar'],
  ['allow(u: User, "read", _: Expense) if u.id = 1;', 'User', 'entity.name.type.class.polar'],
  ['allow(u: User, "read", _: Expense) if u.id = 1;', 'u', 'variable.other.polar'],
  ['allow(u: User, "read", _: Expense) if u.id = 1;', 'id', 'variable.other.member.polar'],
  ['allow(u: User, "read", _: Expense) if u.id = 1;', '_', 'variable.language.anonymous.polar'],
  ['f(x) if g(x);', 'g', 'entity.name.function.call.polar'],
  ['f(x) if x.starts_with("a");', 'starts_with', 'entity.name.function.member.polar'],
  ['f(x) if x matches Org and x.if = MAX_AMOUNT;', 'Org', 'entity.name.type.class.polar'],
  ['f(x) if x matches Org and x.if = MAX_AMOUNT;', 'matches', 'keyword.operator.word.polar'],
  ['f(x) if x matches Org and x.type = MAX_AMOUNT;', 'type', 'variable.other.member.polar'],
  ['f(x) if x matches Org and x.if = MAX_AMOUNT;', 'MAX_AMOUNT', 'variable.other.constant.polar'],
  ['f(x) if x = {new: 1};', 'new', 'variable.other.key.polar'],
  ['type f(x: User);', 'type', 'storage.type.rule.polar'],
  ['resource Org { roles = ["a"]; "a" if "b" on "c"; }', 'resource', 'storage.type.block.polar'],
  ['resource Org { roles = ["a"]; "a" if "b" on "c"; }', 'Org', 'entity.name.type.class.polar'],
  ['resource Org { roles = ["a"]; "a" if "b" on "c"; }', 'roles', 'keyword.other.declaration.polar'],
  ['resource Org { roles = ["a"]; "a" if "b" on "c"; }', 'on', 'keyword.other.on.polar'],
  ['f(on) if on = 1;', 'on', 'variable.other.polar'],
  ['# ursa:ignore no-allow-rule: none', 'ursa:ignore', 'keyword.other.directive.polar'],
  ['правило(х) if х = nil;', 'правило', 'entity.name.function.rule.polar'],
  ['f("a\\u{200D}b\\n");', '\\u{200D}', 'constant.character.escape.polar'],
  ['f(1.5e-3);', '1.5e-3', 'constant.numeric.polar'],
  ['x isa Integer', 'isa', 'invalid.illegal.reserved.polar'],
  ['f(x) if x & 1;', '&', 'invalid.illegal.character.polar'],
]) {
  test(`${text} in ${source}`, () => {
    const found = tokens(source).flat().filter(([t]) => t === text)
    assert.ok(found.length > 0, JSON.stringify(tokens(source)))
    for (const [, scopes] of found) assert.equal(scopes.at(-1), scope)
  })
}

// A string without an end ends with its line.
test('an open string', () => {
  const [, second] = tokens('f("a);\nf(1);')
  assert.equal(second[0][1][0], 'entity.name.function.rule.polar')
})

for (const name of ['policies/managed/roles.polar', 'authz/polar/syntax/testdata/format/expressions.polar', 'authz/polar/syntax/testdata/format/blocks.polar']) {
  test(`snapshot of ${name}`, () => {
    const got = tokens(fs.readFileSync(path.join(root, name), 'utf8'))
      .flatMap((line, i) => line.map(([text, scopes]) => `${i + 1}\t${text.trim()}\t${scopes.join(' ')}`)).join('\n') + '\n'
    const file = path.join(here, 'snapshots', name.replaceAll('/', '_') + '.txt')
    if (process.env.UPDATE) {
      fs.mkdirSync(path.dirname(file), { recursive: true })
      fs.writeFileSync(file, got)
    }
    assert.equal(got, fs.readFileSync(file, 'utf8'))
  })
}
