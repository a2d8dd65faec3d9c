package syntax

// This file defines Fix, the replacement that a diagnostic suggests.

import (
	"strings"
	"unicode/utf8"
)

// A Fix is a replacement that a diagnostic suggests, for tools that can apply it. A diagnostic
// has one only if the intended text is hardly in doubt, and if a wrong guess either fails the
// next load or allows less than intended. A hint that needs a decision is prose only.
type Fix struct {
	Span        // the text to replace; if it is empty, Text is inserted there
	Text string // what to write instead
}

// Apply returns the source with the replacement made. If the span is not in the source, Apply
// returns the source unchanged.
func (f Fix) Apply(source string) string {
	start, ok := offset(source, f.Start)
	end, ok2 := offset(source, f.End)
	if !ok || !ok2 || end < start {
		return source
	}
	return source[:start] + f.Text + source[end:]
}

// offset returns the byte offset of a position in a source, if it has such a position.
func offset(source string, p Position) (int, bool) {
	off := 0
	for line := int32(1); line < p.Line; line++ {
		n := strings.IndexByte(source[off:], '\n')
		if n < 0 {
			return 0, false
		}
		off += n + 1
	}
	for col := int32(1); col < p.Col; col++ {
		r, n := utf8.DecodeRuneInString(source[off:])
		if n == 0 || r == '\n' {
			return 0, false
		}
		off += n
	}
	return off, p.IsValid() && p.Col > 0
}
