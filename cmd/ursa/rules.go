package main

// This file defines ursa rules.

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/ursa-authz/ursa/authz/polar/analysis"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

type rulesCommand struct {
	Schema string   `type:"path" placeholder:"FILE" help:"The schema of the program, for supertypes. By default it is the nearest file ursa.schema.json."`
	Roles  string   `enum:",table,mermaid,dot" default:"" placeholder:"FORMAT" help:"Print what blocks declare, as table, mermaid or dot."`
	Can    string   `placeholder:"ACTION CLASS" help:"Print the ways in which the policy can allow the action on instances of the class."`
	Paths  []string `arg:"" optional:"" help:"Files or a folder; the current folder if there are none."`
}

// Run prints the rules of a policy.
func (c *rulesCommand) Run(env *environment) error {
	p, err := env.one(c.Paths)
	if err != nil {
		return err
	}
	loaded, s, err := p.load(env, c.Schema)
	if err != nil {
		return err
	}
	for _, f := range loaded.Files {
		if _, ds := syntax.Parse(f.Name, f.Source); syntax.Errors(ds) != nil {
			return fmt.Errorf("%w (run ursa check)", syntax.Errors(ds))
		}
	}
	switch {
	case c.Can != "":
		action, class, ok := strings.Cut(c.Can, " ")
		if !ok {
			return errors.New("-can needs an action and a class, as in -can read Expense")
		}
		ways := loaded.Can(action, class, s)
		if len(ways) == 0 {
			fmt.Fprintf(env.stdout, "no rule can allow %q on %s\n", action, class)
			return errFound
		}
		for _, w := range ways {
			again := ""
			if w.Again {
				again = " (what it asks is listed above)"
			}
			fmt.Fprintf(env.stdout, "%s%s%s  # %s\n", strings.Repeat("  ", w.Depth), w.Text, again, w.Pos)
		}
	case c.Roles == "table":
		return rolesTable(env.stdout, loaded.Blocks())
	case c.Roles == "mermaid":
		mermaid(env.stdout, loaded.Blocks())
	case c.Roles == "dot":
		dot(env.stdout, loaded.Blocks())
	default:
		for _, r := range loaded.Rules() {
			fmt.Fprintf(env.stdout, "%s/%d\n", r.Name, r.Arity)
			for _, rule := range r.Rules {
				fmt.Fprintf(env.stdout, "  %s: %s\n", rule.Pos, rule.Text)
			}
			for _, call := range r.Callers {
				fmt.Fprintf(env.stdout, "  called by %s at %s\n", call.From, call.Pos)
			}
		}
	}
	return nil
}

// rolesTable prints which role of a class has which permission there, and what comes over
// relations.
func rolesTable(out io.Writer, blocks []*analysis.Block) error {
	first := true
	for _, b := range blocks {
		if len(b.Roles)+len(b.Permissions)+len(b.Relations) == 0 {
			continue // only says that the class is one of actors, or resources
		}
		if !first {
			fmt.Fprintln(out)
		}
		first = false
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, strings.Join(append([]string{b.Class}, b.Roles...), "\t"))
		for _, permission := range b.Permissions {
			cells := []string{permission}
			holders := b.Holders(permission)
			for _, role := range b.Roles {
				cell := "-"
				if slices.Contains(holders, role) {
					cell = "yes"
				}
				cells = append(cells, cell)
			}
			fmt.Fprintln(w, strings.Join(cells, "\t"))
		}
		if err := w.Flush(); err != nil {
			return err
		}
		for _, r := range b.Relations {
			fmt.Fprintf(out, "relation %s: %s\n", r.Name, strings.Join(r.Classes, ", "))
		}
		for _, im := range b.Implied {
			if im.Relation != "" {
				fmt.Fprintln(out, im.Text())
			}
		}
	}
	return nil
}

// An edge is an implication between the names of blocks.
type edge struct{ from, to, label string }

// edges returns the implications; over a relation, one from each class it leads to.
func edges(blocks []*analysis.Block) []edge {
	var all []edge
	for _, b := range blocks {
		for _, im := range b.Implied {
			to := b.Class + "." + im.Head
			if im.Relation == "" {
				all = append(all, edge{b.Class + "." + im.Implier, to, ""})
				continue
			}
			for _, r := range b.Relations {
				if r.Name != im.Relation {
					continue
				}
				for _, class := range r.Classes {
					all = append(all, edge{class + "." + im.Implier, to, im.Relation})
				}
			}
		}
	}
	return all
}

// mermaid prints the implications as a flow chart.
func mermaid(w io.Writer, blocks []*analysis.Block) {
	fmt.Fprintln(w, "flowchart LR")
	ids := map[string]string{}
	id := func(name string) string {
		if ids[name] == "" {
			ids[name] = fmt.Sprintf("n%d", len(ids))
			fmt.Fprintf(w, "    %s[%q]\n", ids[name], strings.ReplaceAll(name, `"`, "#quot;"))
		}
		return ids[name]
	}
	for _, b := range blocks {
		for _, name := range slices.Concat(b.Roles, b.Permissions) {
			id(b.Class + "." + name)
		}
	}
	for _, e := range edges(blocks) {
		from, to := id(e.from), id(e.to)
		arrow := "-->"
		if e.label != "" {
			arrow = fmt.Sprintf("-->|%q|", e.label)
		}
		fmt.Fprintf(w, "    %s %s %s\n", from, arrow, to)
	}
}

// dot prints the implications for Graphviz.
func dot(w io.Writer, blocks []*analysis.Block) {
	fmt.Fprintln(w, "digraph roles {\n    rankdir=LR;")
	for _, b := range blocks {
		for _, name := range b.Roles {
			fmt.Fprintf(w, "    %s [shape=box];\n", strconv.Quote(b.Class+"."+name))
		}
		for _, name := range b.Permissions {
			fmt.Fprintf(w, "    %s;\n", strconv.Quote(b.Class+"."+name))
		}
	}
	for _, e := range edges(blocks) {
		label := ""
		if e.label != "" {
			label = " [label=" + strconv.Quote(e.label) + "]"
		}
		fmt.Fprintf(w, "    %s -> %s%s;\n", strconv.Quote(e.from), strconv.Quote(e.to), label)
	}
	fmt.Fprintln(w, "}")
}
