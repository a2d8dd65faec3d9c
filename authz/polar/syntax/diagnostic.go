package syntax

// This file defines Diagnostic, an error or warning about a policy, and ErrorList,
// the error that combines the diagnostics that are errors.

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Code names a kind of diagnostic or error. Codes are stable: programs may compare them.
type Code string

// A Severity distinguishes errors, which stop the load, from warnings.
type Severity uint8

// The severities.
const (
	Error   Severity = iota // the policy cannot be loaded
	Warning                 // the policy loads, but probably does not mean what its author intended
)

// String returns "error" or "warning".
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// A Diagnostic is one error or warning about a policy source.
type Diagnostic struct {
	Severity Severity
	Code     Code     // the kind, as listed in docs/diagnostics.md
	Pos      Position // where; the zero Position if it is about the policy as a whole
	End      Position // one past the end of the text it is about; zero if unknown
	Msg      string   // one line, without position
	Hint     string   // what to write instead ("did you mean ...?"); may be empty
	Fix      *Fix     // the hint as a replacement; nil if it cannot be one
	Line     string   // the source line at Pos, for the caret; may be empty
}

// String returns "file:line:col: message (hint)" on one line, with "warning: " before
// the message of a warning.
func (d Diagnostic) String() string {
	var b strings.Builder
	if d.Pos != (Position{}) {
		b.WriteString(d.Pos.String())
		b.WriteString(": ")
	}
	if d.Severity == Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(d.Msg)
	if d.Hint != "" {
		b.WriteString(" (")
		b.WriteString(d.Hint)
		b.WriteString(")")
	}
	return b.String()
}

// Error returns String, so that a Diagnostic can be an error.
func (d Diagnostic) Error() string { return d.String() }

// Long returns the long form: String, the source line as [Visible] prints it, and a
// line of carets under the text. Without a source line, it returns String.
func (d Diagnostic) Long() string {
	if d.Line == "" || !d.Pos.IsValid() {
		return d.String()
	}
	number := fmt.Sprintf("%4d", d.Pos.Line)
	end := d.Pos.Col + 1
	if d.End.Line == d.Pos.Line && d.End.Col > d.Pos.Col {
		end = d.End.Col
	}
	var line, carets strings.Builder // an escape in the line needs as many carets, or blanks, as it has characters
	col := int32(1)
	for _, r := range d.Line {
		shown := visibleRune(r)
		line.WriteString(shown)
		width := utf8.RuneCountInString(shown)
		switch {
		case col >= end:
		case col >= d.Pos.Col:
			carets.WriteString(strings.Repeat("^", width))
		case r == '\t':
			carets.WriteByte('\t') // a tab before the caret keeps it under its text
		default:
			carets.WriteString(strings.Repeat(" ", width))
		}
		col++
	}
	for ; col < end; col++ { // beyond the end of the line
		if col >= d.Pos.Col {
			carets.WriteByte('^')
		}
	}
	return fmt.Sprintf("%s\n%s | %s\n%s | %s", d.String(), number, line.String(), strings.Repeat(" ", len(number)), carets.String())
}

// An ErrorList is the error of a load that failed: all errors found, sorted by position.
// It is never empty.
type ErrorList []Diagnostic

// Error returns the first error and the number of other errors.
func (l ErrorList) Error() string {
	switch len(l) {
	case 0:
		return "no errors"
	case 1:
		return l[0].Error()
	case 2:
		return l[0].Error() + " (and 1 more error)"
	}
	return fmt.Sprintf("%s (and %d more errors)", l[0].Error(), len(l)-1)
}

// Long returns the long forms of all errors, one after another.
func (l ErrorList) Long() string {
	parts := make([]string, len(l))
	for i, d := range l {
		parts[i] = d.Long()
	}
	return strings.Join(parts, "\n")
}

// Unwrap returns the errors of the list.
func (l ErrorList) Unwrap() []error {
	errs := make([]error, len(l))
	for i, d := range l {
		errs[i] = d
	}
	return errs
}

// Errors returns the errors among ds as an ErrorList sorted by position, or nil if
// there are none.
func Errors(ds []Diagnostic) error {
	var list ErrorList
	for _, d := range ds {
		if d.Severity == Error {
			list = append(list, d)
		}
	}
	if len(list) == 0 {
		return nil
	}
	slices.SortStableFunc(list, func(a, b Diagnostic) int {
		switch {
		case a.Pos.Before(b.Pos):
			return -1
		case b.Pos.Before(a.Pos):
			return 1
		}
		return 0
	})
	return list
}
