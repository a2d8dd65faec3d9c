package syntax

// This file defines Lines, which returns source lines for diagnostics.

import "strings"

// Lines returns the lines of a source by number. It indexes the source once, so that a pass with
// many diagnostics does not read it again for each. It is safe for concurrent use.
type Lines struct {
	src    string
	starts []int32 // byte offset of each line
}

// NewLines returns the lines of a source of at most 2 GiB.
func NewLines(src string) *Lines {
	l := &Lines{src: src, starts: make([]int32, 1, 1+strings.Count(src, "\n"))}
	for i := 0; ; {
		n := strings.IndexByte(src[i:], '\n')
		if n < 0 {
			return l
		}
		i += n + 1
		l.starts = append(l.starts, int32(i))
	}
}

// Text returns the text of a line by its 1-based number, without the line's end. It
// returns "" if there is no such line, or if the line is too long to be useful to a
// reader (more than 1,000 bytes).
func (l *Lines) Text(number int32) string {
	const most = 1000
	if number < 1 || int(number) > len(l.starts) {
		return ""
	}
	text := l.src[l.starts[number-1]:]
	if len(text) > most+2 {
		text = text[:most+2]
	}
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		text = text[:i]
	}
	text = strings.TrimSuffix(text, "\r")
	if len(text) > most {
		return ""
	}
	return text
}
