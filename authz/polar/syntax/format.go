package syntax

// This file defines the formatter, which prints a file in canonical form.
//
// A rule is printed on one line if it fits into 100 columns and the author wrote it
// on one line. Otherwise each goal of the body is printed on its own line, indented by
// four blanks. Brackets are broken only if their content does not fit. Single empty lines
// between statements are kept. Comments keep their place, at the end of a line or on
// lines of their own, where the grammar allows it. A comment where no line can end, as
// after an operator, moves to the next place where one can.

// lineWidth is the number of columns that the formatter fills.
const lineWidth = 100

// Format returns the source in canonical form, and the diagnostics of Parse. Formatting is
// idempotent and keeps all comments, and the result parses to the same tree. If the source has
// errors, Format returns it unchanged.
func Format(src string) (string, []Diagnostic) {
	file, ds := Parse("", src)
	if Errors(ds) != nil {
		return src, ds
	}
	return FormatFile(file), ds
}

// FormatFile returns the statements and comments of a parsed file in canonical form.
func FormatFile(f *File) string {
	p := &printer{comments: f.Comments, multi: true}
	l := p.lines(0)
	l.first = true
	for _, s := range f.Stmts {
		l.add(s.Range(), func() *doc { return p.stmt(s) })
	}
	l.comments(p.takeFirst(len(p.comments)))
	if len(l.parts) == 0 {
		return ""
	}
	return render(concat(l.parts[1:]...), lineWidth) + "\n"
}
