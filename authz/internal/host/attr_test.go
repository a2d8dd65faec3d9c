package host

import (
	"slices"
	"testing"
)

// Model is embedded, as gorm.Model is.
type Model struct {
	ID        uint
	CreatedAt int64
	//lint:ignore U1000 an unexported field is what the tests look for
	secret int
}

// Audit is embedded by pointer.
type Audit struct {
	By   *string
	Note string
}

// HasNote and HasNoteToo promote the same field from two embedded structs.
type HasNote struct{ Note string }
type HasNoteToo struct{ Note string }

// TagNote and TagNoteToo give theirs names by tag.
type TagNote struct {
	Note string `polar:"a_note"`
}
type TagNoteToo struct {
	Note string `polar:"b_note"`
}

// HiddenBehind embeds a hidden struct.
type HiddenBehind struct {
	*Behind `polar:"-"`
}
type Behind struct{ Deep int }

type base struct{ Shared string }

func TestAttrNames(t *testing.T) {
	type tagged struct {
		Title  string `polar:"name"`
		Name   string
		UserID int    `polar:",id"`
		Secret string `polar:"-"`
		Color  string `polar:"colour,show" json:"c"`
	}
	type promoted struct {
		Model
		*Audit
		base
		CreatedAt int64 // hides that of Model, with the same type
	}
	type renamed struct {
		Model
		ID string `polar:"uid"`
	}
	type innerHidden struct {
		HasNote `polar:"-"`
		HasNoteToo
	}
	type outerHidden struct {
		Model
		ID string `polar:"-"`
	}
	type resolved struct {
		UserID int `polar:"user"`
		UserId int
	}
	type bothTagged struct {
		UserID int `polar:"a"`
		UserId int `polar:"b"`
	}
	type tagsAtOneDepth struct {
		TagNote
		TagNoteToo
		*HiddenBehind
	}
	type tagDecides struct {
		AB int `polar:"ab"`
		Ab int
	}
	type address struct{ City string }
	type aliases struct {
		Owner   string
		Name    string
		Hidden  string `polar:"-"`
		Address address
		PAddr   *address
		Model   `polar:"-"`
	}

	r := registry(t,
		classFor[tagged](named("Tagged")), classFor[promoted](named("Promoted")), classFor[renamed](named("Renamed")),
		classFor[innerHidden](named("InnerHidden")), classFor[outerHidden](named("OuterHidden")),
		classFor[resolved](named("Resolved")), classFor[bothTagged](named("BothTagged")), classFor[tagDecides](named("TagDecides")),
		classFor[tagsAtOneDepth](named("Depth"), aliased("deep", "Deep")),
		classFor[aliases](named("Aliases"), aliased("owner_name", "Owner"), aliased("name", "Owner"), aliased("hidden", "Hidden"),
			aliased("id", "ID"), aliased("city", "Address.City"), aliased("p_city", "PAddr.City")),
	)
	// The field that each name finds, as the path of Go names; "" is none.
	tests := []struct{ class, name, want string }{
		{"Tagged", "name", "Title"}, // the tag before the spelling
		{"Tagged", "Name", "Name"},  // the exact Go name
		{"Tagged", "title", "Title"},
		{"Tagged", "Title", "Title"},
		{"Tagged", "user_id", "UserID"},
		{"Tagged", "UserID", "UserID"},
		{"Tagged", "userID", ""},
		{"Tagged", "userid", ""},
		{"Tagged", "USER_ID", ""},
		{"Tagged", "secret", ""},
		{"Tagged", "Secret", ""},
		{"Tagged", "colour", "Color"},
		{"Tagged", "color", "Color"},
		{"Tagged", "c", ""},
		{"Tagged", "", ""},
		{"Promoted", "id", "ID"},
		{"Promoted", "model", "Model"},
		{"Promoted", "created_at", "CreatedAt"},
		{"Promoted", "by", "By"},
		{"Promoted", "note", "Note"},
		{"Promoted", "audit", "Audit"},
		{"Promoted", "shared", "Shared"},
		{"Promoted", "base", ""},
		{"Renamed", "uid", "ID"},
		{"Renamed", "id", "ID"},
		{"InnerHidden", "note", "Note"},
		{"InnerHidden", "has_note", ""},
		{"InnerHidden", "has_note_too", "HasNoteToo"},
		{"OuterHidden", "id", "ID"},
		{"Resolved", "user", "UserID"},
		{"Resolved", "user_id", "UserId"},
		{"Resolved", "UserID", "UserID"},
		{"BothTagged", "user_id", ""},
		{"BothTagged", "b", "UserId"},
		{"TagDecides", "ab", "AB"},
		{"TagDecides", "Ab", "Ab"},
		{"Depth", "a_note", "Note"},
		{"Depth", "b_note", "Note"},
		{"Depth", "note", ""},
		{"Depth", "Note", ""},
		{"Depth", "deep", ""},
		{"Depth", "hidden_behind", "HiddenBehind"},
		{"Aliases", "owner", "Owner"},
		{"Aliases", "owner_name", "Owner"},
		{"Aliases", "name", "Name"}, // an alias comes last
		{"Aliases", "hidden", ""},   // and exposes nothing that is hidden
		{"Aliases", "id", ""},
		{"Aliases", "model", ""},
		{"Aliases", "city", "Address.City"},
		{"Aliases", "p_city", "PAddr.City"},
	}
	for _, tt := range tests {
		a := r.Class(tt.class).Plan.Attr(tt.name)
		got := ""
		if a != nil {
			got = a.Name
			if err := a.Ambiguous(); err != nil {
				got = err.Error()
			}
		}
		if got != tt.want {
			t.Errorf("%s.%s is %q, want %q", tt.class, tt.name, got, tt.want)
		}
	}

	names := map[string][]string{
		"Tagged":      {"Name", "colour", "name", "user_id"},
		"Promoted":    {"audit", "by", "created_at", "id", "model", "note", "shared"},
		"Renamed":     {"created_at", "model", "uid"},
		"InnerHidden": {"has_note_too", "note"},
		"Resolved":    {"user", "user_id"},
		"Aliases":     {"address", "city", "name", "owner", "p_addr", "p_city"},
	}
	for class, want := range names {
		if got := r.Class(class).Plan.AttrNames(); !slices.Equal(got, want) {
			t.Errorf("names of %s: %q, want %q", class, got, want)
		}
	}

	note := "n"
	p := value(t, r, &promoted{Model: Model{ID: 5, CreatedAt: 1}, CreatedAt: 2, base: base{"b"}})
	for name, want := range map[string]string{"id": "5", "created_at": "2", "by": "nil", "note": "nil", "audit": "nil", "shared": `"b"`} {
		if got := Print(attr(t, p, name)); got != want {
			t.Errorf("promoted %s is %s, want %s", name, got, want)
		}
	}
	p = value(t, r, promoted{Audit: &Audit{By: &note, Note: "x"}})
	for name, want := range map[string]string{"by": `"n"`, "note": `"x"`, "audit": "host.Audit"} {
		if got := Print(attr(t, p, name)); got != want {
			t.Errorf("promoted %s is %s, want %s", name, got, want)
		}
	}
	for name, nilable := range map[string]bool{"by": true, "note": true, "audit": true, "id": false, "shared": false} {
		if a := p.Plan.Attr(name); a.Nilable != nilable {
			t.Errorf("Nilable of %s is %v", name, a.Nilable)
		}
	}
	o := value(t, r, &outerHidden{Model: Model{ID: 9}, ID: "secret"})
	if got := Print(attr(t, o, "id")); got != "9" {
		t.Errorf("id behind a hidden field is %s", got)
	}
	al := value(t, r, &aliases{Address: address{"Rome"}})
	if got := Print(attr(t, al, "city")) + Print(attr(t, al, "p_city")); got != `"Rome"nil` {
		t.Errorf("cities are %s", got)
	}
	if a := r.Class("Tagged").Plan.Attr("color"); !a.Show || a.Spelling != "colour" || r.Class("Tagged").Plan.Attr("name").Show {
		t.Error("wrong show tags")
	}
	if k := r.Class("Tagged").Plan.Key(); len(k) != 1 || k[0] != r.Class("Tagged").Plan.Attr("user_id") {
		t.Error("wrong key by tag")
	}
}

// TestAttrFaults checks that registering such a class fails, and that for an unregistered
// type the same names fail when they are used.
func TestAttrFaults(t *testing.T) {
	type twoSpellings struct{ UserID, UserId int }
	type shadow struct {
		Model
		ID string
	}
	type sameDepth struct {
		HasNote
		HasNoteToo
	}
	type twoTags struct {
		A int `polar:"x"`
		B int `polar:"x"`
	}
	type deepSpelling struct {
		Model
		Id int
	}
	type badName struct {
		A int `polar:"a-b"`
	}
	type badOption struct {
		A int `polar:",key"`
	}
	type badDash struct {
		A int `polar:"-,id"`
	}
	type unexported struct {
		//lint:ignore U1000 registration looks at it
		a int `polar:"a"`
	}
	type holder struct {
		S twoSpellings
		H shadow
		D sameDepth
		T twoTags
		N badName
	}
	tests := []struct {
		class Class
		parts []string
	}{
		{classFor[twoSpellings](named("C")), []string{"class C", "user_id", "UserID (int)", "UserId (int)"}},
		{classFor[shadow](named("C")), []string{"ID (string)", "Model.ID (uint)", "another type"}},
		{classFor[sameDepth](named("C")), []string{"note", "HasNote.Note", "HasNoteToo.Note"}},
		{classFor[twoTags](named("C")), []string{"A (int)", "B (int)", `"x"`}},
		{classFor[deepSpelling](named("C")), []string{"id", "Id (int)", "Model.ID (uint)"}},
		{classFor[badName](named("C")), []string{"field A", `"a-b"`}},
		{classFor[badOption](named("C")), []string{"field A", `"key"`}},
		{classFor[badDash](named("C")), []string{"field A", `"-"`}},
		{classFor[unexported](named("C")), []string{"field a", "unexported"}},
		{classFor[Model](aliased("x", "Nope")), []string{"alias x", "Nope"}},
		{classFor[Model](aliased("x", "secret")), []string{"alias x", "secret"}},
		{classFor[Model](aliased("x", "ID.Y")), []string{"alias x", "ID.Y"}},
		{classFor[Model](aliased("a b", "ID")), []string{`"a b"`}},
		{classFor[Status](aliased("x", "ID")), []string{"alias x"}},
	}
	for _, tt := range tests {
		_, err := NewRegistry([]Class{tt.class})
		wantError(t, err, CodeClass, tt.parts...)
	}

	r := registry(t, classFor[holder](named("Holder")))
	h := value(t, r, &holder{})
	for _, tt := range []struct{ field, name string }{
		{"s", "user_id"}, {"h", "id"}, {"h", "ID"}, {"d", "note"}, {"d", "Note"}, {"t", "x"},
	} {
		a := attr(t, h, tt.field).Plan.Attr(tt.name)
		if a == nil {
			t.Errorf("%s.%s does not exist", tt.field, tt.name)
			continue
		}
		wantError(t, a.Ambiguous(), CodeAmbiguous, "is ambiguous")
		_, err := a.Load(attr(t, h, tt.field).Ptr)
		wantError(t, err, CodeAmbiguous, "is ambiguous")
	}
	if got := attr(t, attr(t, h, "s"), "UserId"); got.Kind() != Int {
		t.Error("the exact name of an ambiguous spelling is not found")
	}
	if a := attr(t, h, "n").Plan.Attr("a"); a != nil {
		t.Error("a field with a bad tag exists")
	}
}

// TestAttrLast reads the last field of objects at the end of their memory, where checkptr
// would see an address beyond it.
func TestAttrLast(t *testing.T) {
	type tail struct {
		N int64
		E struct{}
	}
	r := registry(t, classFor[tail](named("Tail")))
	list := value(t, r, make([]tail, 3))
	for i := range list.Len() {
		e, err := list.At(i)
		if err != nil {
			t.Fatal(err)
		}
		if attr(t, e, "n").Kind() != Int || attr(t, e, "e").Kind() != Instance {
			t.Errorf("element %d is wrong", i)
		}
	}
}
