// This file defines diagnostics, which converts what "ursa check -format json" prints.

const path = require('node:path')

// diagnostics returns the findings by the path of their file, with positions counted from 0.
// A finding about the policy as a whole has line 0 and the folder as its file.
function diagnostics(report, folder) {
  const byFile = new Map()
  for (const f of report.findings) {
    const file = path.resolve(folder, f.file)
    const line = Math.max(f.line - 1, 0), col = Math.max(f.col - 1, 0)
    const ends = f.endLine > 0 && (f.endLine > f.line || f.endCol > f.col)
    const d = {
      startLine: line, startCol: col,
      endLine: ends ? f.endLine - 1 : line, endCol: ends ? f.endCol - 1 : col + 1,
      severity: f.severity, code: f.code, message: f.hint ? `${f.message} (${f.hint})` : f.message,
    }
    if (!byFile.has(file)) byFile.set(file, [])
    byFile.get(file).push(d)
  }
  return byFile
}

module.exports = { diagnostics }
