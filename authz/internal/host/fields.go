package host

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// This file defines how the fields of a struct type get their names in policies.
//
// Go's own rule says which field x.Name means when structs are embedded: the one at the least
// depth, if there is only one. Two more names come on top of it: the tag, which names a field
// for policies, and the snake_case spelling. If the rules leave two candidates for a name,
// the table keeps an error in place of the field. A registered class is then rejected; for
// other types the error is returned when a policy uses the name. The same holds for a name
// whose meaning an embedded struct would change: a field that hides a promoted field of
// another type.

// A fieldTag is a parsed `polar:"..."` tag.
type fieldTag struct {
	name   string // explicit name; may be empty
	id     bool   // part of the key
	show   bool   // printed by print()
	hidden bool   // polar:"-"
}

// parseTag parses the text of a polar tag.
func parseTag(text string) (fieldTag, error) {
	if text == "-" {
		return fieldTag{hidden: true}, nil
	}
	name, options, _ := strings.Cut(text, ",")
	tag := fieldTag{name: name}
	if name != "" && !isSymbol(name) {
		return tag, fmt.Errorf("%q is not a name", name)
	}
	for option := range strings.SplitSeq(options, ",") {
		switch option {
		case "id":
			tag.id = true
		case "show":
			tag.show = true
		case "":
		default:
			return tag, fmt.Errorf("unknown option %q (the options are id and show; the name - hides the field)", option)
		}
	}
	return tag, nil
}

// TaggedKey returns the exported fields of the struct type t, promoted ones included, that are
// tagged as parts of its key.
func TaggedKey(t reflect.Type) []reflect.StructField {
	var key []reflect.StructField
	for _, f := range reflect.VisibleFields(t) {
		if tag, err := parseTag(f.Tag.Get("polar")); err == nil && tag.id && f.IsExported() {
			key = append(key, f)
		}
	}
	return key
}

// A field is a field of a struct, promoted fields included.
type field struct {
	name   string // Go name
	path   string // including the embedded structs that lead to it, for messages: Model.ID
	typ    reflect.Type
	index  []int
	tag    fieldTag
	hidden bool // by its own tag, or by that of an embedded struct that leads to it
}

// depth is the number of embedded structs that lead to the field.
func (f *field) depth() int { return len(f.index) - 1 }

// describe names the field and its type for messages.
func (f *field) describe() string { return fmt.Sprintf("%s (%s)", f.path, f.typ) }

// collectFields returns the exported fields of struct type t, promoted ones included, by
// increasing depth, and whether t itself is tagged as printable. Bad tags are reported to bad
// and hide their field.
func collectFields(t reflect.Type, bad func(path string, err error)) (fields []field, stringer bool) {
	type level struct {
		typ  reflect.Type
		path string
		at   []int
		hide bool
	}
	seen := map[reflect.Type]bool{}
	for current := []level{{typ: t}}; len(current) > 0; {
		var next []level
		for _, s := range current {
			for i := range s.typ.NumField() {
				sf := s.typ.Field(i)
				path := s.path + sf.Name
				text, tagged := sf.Tag.Lookup("polar")
				tag, err := parseTag(text)
				if err != nil {
					bad(path, err)
					tag.hidden = true
				}
				if sf.Name == "_" {
					stringer = stringer || tag.show && s.path == ""
					continue
				}
				hidden := s.hide || tag.hidden
				index := append(slices.Clip(s.at), i)
				if sf.IsExported() {
					fields = append(fields, field{sf.Name, path, sf.Type, index, tag, hidden})
				} else if tagged && !tag.hidden {
					bad(path, fmt.Errorf("policies cannot see an unexported field (export it, or remove the tag)"))
				}
				if e := embeddedStruct(sf); e != nil && !seen[e] {
					next = append(next, level{e, path + ".", index, hidden})
				}
			}
		}
		for _, s := range current {
			seen[s.typ] = true
		}
		// A type that occurs again deeper adds nothing that its first occurrence does not
		// hide.
		current = slices.DeleteFunc(next, func(s level) bool { return seen[s.typ] })
	}
	return fields, stringer
}

// embeddedStruct returns the struct type that sf embeds, directly or by pointer, or nil.
func embeddedStruct(sf reflect.StructField) reflect.Type {
	t := sf.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if !sf.Anonymous || t.Kind() != reflect.Struct {
		return nil
	}
	return t
}

// fieldNames maps each spelling to a field.
type fieldNames struct {
	find      map[string]*field
	conflicts map[string]string // spelling: why it is ambiguous
	spelling  map[*field]string // the preferred spelling of each field that has one
}

// nameFields applies the rules to the fields of a type.
func nameFields(fields []field) fieldNames {
	n := fieldNames{map[string]*field{}, map[string]string{}, map[*field]string{}}
	byGoName := map[string][]*field{}
	var order []string
	for i := range fields {
		f := &fields[i]
		if f.hidden {
			continue
		}
		if byGoName[f.name] == nil {
			order = append(order, f.name)
		}
		byGoName[f.name] = append(byGoName[f.name], f)
		n.addTag(f)
	}
	bySnake := map[string][]*field{}
	for _, name := range order {
		f, why := dominant(byGoName[name])
		if why != "" {
			n.conflict(name, why)
			n.conflict(SnakeCase(name), why)
			continue
		}
		if f == nil {
			continue
		}
		if _, taken := n.find[name]; !taken {
			n.find[name] = f
		}
		snake := SnakeCase(name)
		bySnake[snake] = append(bySnake[snake], f)
	}
	for snake, candidates := range bySnake {
		n.addSnake(snake, candidates)
	}
	for i := range fields {
		f := &fields[i]
		for _, s := range []string{f.tag.name, SnakeCase(f.name), f.name} {
			if s != "" && n.find[s] == f && n.conflicts[s] == "" {
				n.spelling[f] = s
				break
			}
		}
	}
	return n
}

// conflict records that spelling s has two candidates. A tag of that name decides between
// them.
func (n *fieldNames) conflict(s, why string) {
	if f := n.find[s]; f == nil || f.tag.name != s {
		n.conflicts[s] = why
	}
}

// addTag records the name that the tag of f gives.
func (n *fieldNames) addTag(f *field) {
	name := f.tag.name
	if name == "" {
		return
	}
	first := n.find[name]
	switch {
	case first == nil:
		n.find[name] = f
	case first.name != f.name || first.depth() == f.depth():
		n.conflicts[name] = fmt.Sprintf("%s and %s are both tagged %q", first.describe(), f.describe(), name)
	}
}

// dominant returns the field that a Go name means among those that have it, which are sorted
// by depth. If that is ambiguous, it returns the reason. It returns neither when all fields
// at the least depth have other names by their tags.
func dominant(same []*field) (*field, string) {
	least := same[0].depth()
	var top, deeper []*field
	for _, f := range same {
		if f.depth() == least {
			top = append(top, f)
		} else {
			deeper = append(deeper, f)
		}
	}
	if len(top) > 1 {
		top = slices.DeleteFunc(top, func(f *field) bool { return f.tag.name != "" })
	}
	switch len(top) {
	case 0:
		return nil, ""
	case 1:
	default:
		return nil, fmt.Sprintf("%s and %s are at the same depth", top[0].describe(), top[1].describe())
	}
	f := top[0]
	for _, g := range deeper {
		if f.typ != g.typ && f.tag.name == "" && g.tag.name == "" {
			return nil, fmt.Sprintf("%s hides %s, which has another type", f.describe(), g.describe())
		}
	}
	return f, ""
}

// addSnake records which of the fields with one snake_case spelling the spelling finds.
// Fields without a tagged name take precedence over fields with one.
func (n *fieldNames) addSnake(snake string, candidates []*field) {
	if f := n.find[snake]; f != nil {
		return // a tag, or a Go name that is its own spelling
	}
	if plain := slices.DeleteFunc(slices.Clone(candidates), func(f *field) bool { return f.tag.name != "" }); len(plain) > 0 {
		candidates = plain
	} else if len(candidates) > 1 {
		return // each is found by its tag
	}
	if len(candidates) > 1 {
		n.conflict(snake, fmt.Sprintf("%s and %s both have this spelling", candidates[0].describe(), candidates[1].describe()))
		return
	}
	n.find[snake] = candidates[0]
}
