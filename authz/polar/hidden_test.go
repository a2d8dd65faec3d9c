package polar_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// visible reports an error whose text has characters that a terminal or a log does not display.
func visible(t *testing.T, what string, err error) {
	t.Helper()
	text := err.Error()
	var long interface{ Long() string }
	if errors.As(err, &long) {
		text += strings.ReplaceAll(long.Long(), "\n", " ")
	}
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("%s: %+q", what, text)
	}
}

// TestHiddenTextEntrances checks that the same rules apply to names and texts wherever they come from, and that messages
// about them are visible.
func TestHiddenTextEntrances(t *testing.T) {
	ctx := context.Background()
	type thing struct{ ID int }
	load := func(name, text string, in polar.Input) error {
		in.Sources = []polar.Source{{Name: name, Text: text}}
		_, _, err := polar.Load(ctx, in)
		return err
	}
	for _, name := range []string{"Th\u0456ng", "Thing\u200b", "Thing\u3164", "Th\nERROR ing", "Th\x1b[2Jing", "\u202eThing", "T∶hing", "\uff34hing"} {
		err := load("p", "allow(_, _, _);", polar.Input{Classes: []polar.Class{{Name: name, Type: reflect.TypeFor[thing]()}}})
		if err == nil {
			t.Errorf("the class %+q was registered", name)
			continue
		}
		visible(t, "class", err)
		err = load("p", "allow(_, _, _);", polar.Input{Constants: map[string]any{name: 1}})
		if err == nil || !strings.Contains(err.Error(), "constant") {
			t.Errorf("the constant %+q was registered: %v", name, err)
			continue
		}
		visible(t, "constant", err)
	}
	if err := load("p", "allow(_, _, х: Организация) if х.ID = главный;", polar.Input{
		Classes: []polar.Class{{Name: "Организация", Type: reflect.TypeFor[thing]()}}, Constants: map[string]any{"главный": 1},
	}); err != nil {
		t.Errorf("Cyrillic names: %v", err)
	}

	// The author of the policy may not choose the names of files.
	const name = "a.polar\n2026-01-01 INFO policy loaded \x1b[2K\u202e"
	for _, text := range []string{"allow(", "allow(_, _, _) if nope(1);", "?= 1 = 2; allow(_, _, _);", "allow(_, _, _); # \x1b", "\xff"} {
		err := load(name, text, polar.Input{})
		if err == nil {
			t.Errorf("%q was loaded", text)
			continue
		}
		visible(t, text, err)
	}
	_, _, err := polar.Load(ctx, polar.Input{Sources: []polar.Source{{Name: name, Text: "allow(1, 2, 3);"}, {Name: name, Text: "allow(1, 2, 3);"}}})
	if err == nil {
		t.Error("a source was loaded twice")
	} else {
		visible(t, "twice", err)
	}

	// Queries, and the names of rules in them.
	p, _, err := polar.Load(ctx, polar.Input{Sources: []polar.Source{{Name: name, Text: "allow(x, _, _) if x + 1 = 2;"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"\u0430llow(1, 2, 3)", "al\u200blow(1, 2, 3)", "allow(1, 2, 3) # \r", "allow(1, \"\u202e\", 3)", "1 = 1 \u2028 and 1 = 2", "\ufeff1 = 1"} {
		for _, err := range p.QueryString(ctx, q) {
			var list syntax.ErrorList
			if !errors.As(err, &list) {
				t.Errorf("%+q: %v", q, err)
				break
			}
			visible(t, q, err)
		}
	}
	for _, rule := range []string{"\u0430llow", "al\u200blow", "allow\nINFO", "x\x1b", "allow\ufe0f"} {
		_, err := p.Ask(ctx, rule, 1, 2, 3)
		if !errors.Is(err, polar.ErrUndefinedRule) {
			t.Errorf("%+q: %v", rule, err)
			continue
		}
		visible(t, "rule", err)
		if rule == "\u0430llow" && !strings.Contains(err.Error(), `\u0430`) {
			t.Errorf("the error does not show how the name differs: %v", err)
		}
	}
	if _, err := p.Decide(ctx, "allow", "a", "b", 3); err == nil {
		t.Error("a fault was decided")
	} else {
		visible(t, "position of a fault", err)
	}
}
