// This file tests how the VS Code extension reads the output of ursa check.

import assert from 'node:assert/strict'
import path from 'node:path'
import test from 'node:test'
import findings from '../vscode/findings.js'

test('findings', () => {
  const folder = path.resolve('/p')
  const got = findings.diagnostics({
    findings: [
      { file: 'a.polar', line: 3, col: 5, endLine: 3, endCol: 9, severity: 'error', code: 'x', message: 'm', hint: 'h' },
      { file: path.join(folder, 'a.polar'), line: 1, col: 1, severity: 'warning', code: 'y', message: 'n' },
      { file: folder, line: 0, col: 0, severity: 'warning', code: 'z', message: 'o' },
    ],
  }, folder)
  assert.deepEqual([...got], [
    [path.join(folder, 'a.polar'), [
      { startLine: 2, startCol: 4, endLine: 2, endCol: 8, severity: 'error', code: 'x', message: 'm (h)' },
      { startLine: 0, startCol: 0, endLine: 0, endCol: 1, severity: 'warning', code: 'y', message: 'n' },
    ]],
    [folder, [{ startLine: 0, startCol: 0, endLine: 0, endCol: 1, severity: 'warning', code: 'z', message: 'o' }]],
  ])
})
