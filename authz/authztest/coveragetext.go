package authztest

// This file defines the text forms of a Coverage: a table, and the source with counts
// beside it.

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// A report collects text for the log of a test.
type report = strings.Builder

// never marks a rule or an alternative that has not held.
const never = "<-- never held"

// WriteTable writes a line for each rule and each alternative: its position, how often it
// held, how often it was tried, and its text.
func (c *Coverage) WriteTable(w io.Writer) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "position\theld\ttried\trule or alternative")
	for s, branches := range c.inOrder() {
		for _, b := range branches {
			text, mark := b.text, ""
			if b.alternative {
				text = "  or " + text
			}
			if b.held == 0 {
				mark = "  " + never
			}
			fmt.Fprintf(tw, "%s:%d:%d\t%d\t%d\t%s%s\n", s.Name, b.line, b.col, b.held, b.tried, text, mark)
		}
	}
	held, all := c.tally()
	fmt.Fprintf(tw, "total\t%d\t%d\t%.1f %%\n", held, all, percent(held, all))
	return tw.Flush()
}

// WriteSource writes the sources of the policies. Each line on which a rule or an
// alternative begins shows how often that held. If several begin on one line, it shows the
// lowest number.
func (c *Coverage) WriteSource(w io.Writer) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for s, branches := range c.inOrder() {
		least := make(map[int32]*branchCount)
		for _, b := range branches {
			if l := least[b.line]; l == nil || b.held < l.held {
				least[b.line] = b
			}
		}
		if _, err := fmt.Fprintf(w, "\n%s\n", s.Name); err != nil {
			return err
		}
		number := int32(0)
		for line := range strings.Lines(s.Text) {
			number++
			count, mark := "", ""
			if b := least[number]; b != nil {
				count = fmt.Sprint(b.held)
				if b.held == 0 {
					mark = "   " + never
				}
			}
			text := fmt.Sprintf("%7s | %s%s", count, strings.TrimRight(line, "\r\n"), mark)
			if _, err := fmt.Fprintln(w, strings.TrimRight(text, " ")); err != nil {
				return err
			}
		}
	}
	return nil
}
