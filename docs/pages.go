// Package docs has the pages of the documentation that programs print.
//
// Not stable before v1.
package docs

// This file defines Diagnostics.

import _ "embed" // the page

// Diagnostics is the page about the codes of diagnostics, in Markdown.
//
//go:embed diagnostics.md
var Diagnostics string
