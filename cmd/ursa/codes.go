package main

// This file defines ursa check -codes, which prints the documentation of a code.

import (
	"fmt"
	"io"
	"strings"

	"github.com/ursa-authz/ursa/docs"
)

// page is docs/diagnostics.md.
var page = docs.Diagnostics

// printCode prints what the page says about a code: its rows in tables, and the sections
// that name it or that a row links to.
func printCode(w io.Writer, code string) error {
	if code == "all" {
		_, err := io.WriteString(w, page)
		return err
	}
	found, row := false, ""
	name := "`" + code + "`"
	for i, section := range strings.Split(page, "\n## ") {
		title, text, _ := strings.Cut(section, "\n")
		var prose []string
		for line := range strings.Lines(text) {
			cells := strings.Split(line, " | ")
			switch {
			case strings.HasPrefix(line, "| "+name+" | ") && len(cells) >= 3:
				found, row = true, row+line
				todo := strings.TrimSuffix(strings.TrimSpace(strings.Join(cells[2:], " | ")), " |")
				fmt.Fprintf(w, "%s (%s)\n\n%s\n", code, title, strings.TrimSpace(cells[1]))
				if todo != "-" {
					fmt.Fprintf(w, "What to do: %s\n", todo)
				}
			case !strings.HasPrefix(line, "|"):
				prose = append(prose, line)
			}
		}
		link := "(#" + strings.ReplaceAll(strings.ToLower(title), " ", "-") + ")"
		body := strings.Join(prose, "")
		if i > 0 && found && (strings.Contains(body, name) || strings.Contains(row, link)) {
			fmt.Fprintf(w, "\n%s\n%s\n\n", title, strings.TrimRight(body, "\n"))
		}
	}
	if !found {
		return fmt.Errorf("there is no code %q (ursa check -codes all lists them)", code)
	}
	return nil
}
