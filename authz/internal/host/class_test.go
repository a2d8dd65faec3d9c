package host

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

type Actor interface{ ActorID() int }

type Named1 interface{ Actor }

type Signer interface {
	ActorID() int
	Sign()
}

type Signer2 interface {
	Sign()
}

type Person struct{ ID int }

func (p Person) ActorID() int { return p.ID }

type Clerk struct {
	Person
	Desk string
}

func (c *Clerk) Sign() {}

type Chief struct {
	*Clerk
	Car string
}

type Stranger struct{ ID int }

func classNames(r *Registry, ids []int) string {
	var s []string
	for _, id := range ids {
		s = append(s, r.ClassByID(id).Name)
	}
	return strings.Join(s, " ")
}

func infoNames(cs []*ClassInfo) string {
	var s []string
	for _, c := range cs {
		s = append(s, c.Name)
	}
	return strings.Join(s, " ")
}

func TestLineage(t *testing.T) {
	r := registry(t,
		classFor[Signer2](), classFor[Actor](), classFor[Named1](), classFor[Signer](),
		classFor[*Person](), classFor[Clerk](extends[Person]()), classFor[Chief](extends[*Clerk](), extends[Person]()),
		classFor[Person](named("Human")), classFor[Stranger](), classFor[Status](), classFor[UUID](), classFor[[]string](named("Words")),
		classFor[generic[int]](named("G")),
	)
	tests := []struct {
		x    any
		want string
	}{
		{Person{}, "Person Human Actor Named1"},
		{&Clerk{}, "Clerk Person Human Signer Signer2 Actor Named1"},
		{Clerk{}, "Clerk Person Human Signer Signer2 Actor Named1"},
		{&Chief{}, "Chief Clerk Person Human Signer Signer2 Actor Named1"},
		{Stranger{}, "Stranger"},
		{Status("s"), "Status String"},
		{UUID{}, "UUID"},
		{[]string{}, "Words List"},
		{generic[int]{}, "G"},
		{generic[string]{}, ""},
		{Labels{}, "List"},
		{struct{ Person }{}, ""}, // embedding alone does not make a class
		{3, "Integer"},
		{3.5, "Float"},
		{"s", "String"},
		{true, "Boolean"},
		{map[string]int{}, "Dictionary"},
	}
	for _, tt := range tests {
		p := value(t, r, tt.x).Plan
		if got := classNames(r, p.Lineage()); got != tt.want {
			t.Errorf("lineage of %T: %q, want %q", tt.x, got, tt.want)
		}
		for id := range r.NumClasses() {
			if p.IsA(id) != slices.Contains(p.Lineage(), id) {
				t.Errorf("%T: IsA(%s) = %v", tt.x, r.ClassByID(id).Name, p.IsA(id))
			}
		}
		if c := p.Class; c != nil {
			if got := infoNames(append([]*ClassInfo{c}, c.Supers...)); got != tt.want {
				t.Errorf("%s and its supertypes: %q, want %q", c.Name, got, tt.want)
			}
		}
	}

	for class, want := range map[string]string{
		"Actor": "Person Clerk Chief Human", "Named1": "Person Clerk Chief Human", "Signer": "Clerk Chief", "Signer2": "Clerk Chief", "Person": "",
	} {
		if got := infoNames(r.Class(class).Members); got != want {
			t.Errorf("members of %s: %q, want %q", class, got, want)
		}
	}
	for class, want := range map[string]string{"Signer": "Signer2 Actor Named1", "Actor": "Named1", "Named1": "Actor", "Signer2": ""} {
		if got := infoNames(r.Class(class).Supers); got != want {
			t.Errorf("supertypes of %s: %q, want %q", class, got, want)
		}
	}
	for _, tt := range []struct {
		sub, super string
		want       bool
	}{
		{"Clerk", "Person", true}, {"Person", "Clerk", false}, {"Clerk", "Clerk", true}, {"Signer", "Actor", true}, {"Actor", "Signer", false},
		{"Chief", "Human", true}, {"Human", "Person", true}, {"Person", "Human", true}, {"Status", "String", true}, {"String", "Status", false}, {"Chief", "Signer2", true},
	} {
		if got := r.Class(tt.sub).IsA(r.Class(tt.super)); got != tt.want {
			t.Errorf("%s is a %s: %v", tt.sub, tt.super, got)
		}
	}
}

func TestRegistry(t *testing.T) {
	r := registry(t, classFor[Clerk](), classFor[Actor](), classFor[Status]())
	if want := []string{"Actor", "Boolean", "Clerk", "Dictionary", "Float", "Integer", "List", "Status", "String"}; !slices.Equal(r.ClassNames(), want) {
		t.Errorf("class names %q", r.ClassNames())
	}
	for id := range r.NumClasses() {
		c := r.ClassByID(id)
		if c.ID != id || r.Class(c.Name) != c {
			t.Errorf("class %d is %s", id, c.Name)
		}
		if c.Interface != (c.Plan == nil) || (id < numBuiltins) != (c.Builtin != Nil) {
			t.Errorf("class %s: interface %v, plan %v, kind %s", c.Name, c.Interface, c.Plan, c.Builtin)
		}
	}
	for i := range r.NumPlans() {
		if p := r.PlanByID(i); p.ID != i {
			t.Errorf("plan %d has id %d", i, p.ID)
		}
	}
	for _, x := range []any{Clerk{}, &Clerk{}, Person{}, Status(""), 1, int64(1), "s", true, 2.5, []string{}} {
		p := value(t, r, x).Plan
		if p.ID < 0 || r.PlanByID(p.ID) != p {
			t.Errorf("the plan of %T has id %d", x, p.ID)
		}
	}
	if p := value(t, r, Stranger{}).Plan; p.ID != -1 || r.PlanOf(reflect.TypeFor[*Stranger]()) != p {
		t.Errorf("the plan of an unknown type has id %d", p.ID)
	}
	if r.Class("Clerk").Plan.Class != r.Class("Clerk") || r.ClassOf(reflect.TypeFor[**Clerk]()) != r.Class("Clerk") {
		t.Error("class and plan do not know each other")
	}
	if r.Class("Nope") != nil || r.ClassOf(reflect.TypeFor[int]()) != nil || r.ClassOf(nil) != nil {
		t.Error("a class from nowhere")
	}
	if p := r.PlanOf(reflect.TypeFor[Actor]()); p != nil {
		t.Error("an interface has a plan")
	}
	if p := r.PlanOf(reflect.TypeFor[sql.NullString]()); p != EngineString {
		t.Error("the plan of a sql.NullString is not that of a string")
	}
}

func TestClassFaults(t *testing.T) {
	type empty interface{}
	type floats struct{ F float64 }
	type anys struct{ A any }
	type ided struct {
		ID   int `polar:",id"`
		Code string
	}
	type cycleA struct{ *Person }
	type badStruct struct{ At struct{ T time.Time } }
	type pointers struct{ P **int }
	tests := []struct {
		name    string
		classes []Class
		parts   []string
	}{
		{"no type", []Class{{Name: "X"}}, []string{`"X"`, "no Go type"}},
		{"twice", []Class{classFor[Person](), classFor[*Person]()}, []string{"Person", "registered twice"}},
		{"one name", []Class{classFor[Person](), classFor[Stranger](named("Person"))}, []string{"host.Person", "host.Stranger"}},
		{"built-in name", []Class{classFor[Person](named("String"))}, []string{"String", "built-in class"}},
		{"built-in name 2", []Class{classFor[Person](named("Dictionary"))}, []string{"built-in class"}},
		{"keyword", []Class{classFor[Person](named("matches"))}, []string{"cannot be written"}},
		{"nil", []Class{classFor[Person](named("nil"))}, []string{"cannot be written"}},
		{"bad name", []Class{classFor[Person](named("A B"))}, []string{"cannot be written"}},
		{"Actor struct", []Class{classFor[Person](named("Actor"))}, []string{"union"}},
		{"Resource struct", []Class{classFor[Status](named("Resource"))}, []string{"union"}},
		{"empty interface", []Class{classFor[empty](named("Any"))}, []string{"without methods"}},
		{"any", []Class{classFor[any](named("Any"))}, []string{"without methods"}},
		{"generic", []Class{classFor[generic[int]]()}, []string{"set Class.Name"}},
		{"unnamed", []Class{classFor[struct{ X int }]()}, []string{"has no name"}},
		{"predeclared", []Class{classFor[int](named("Num"))}, []string{"predeclared"}},
		{"predeclared string", []Class{classFor[string](named("Text"))}, []string{"predeclared"}},
		{"channel", []Class{classFor[chan int](named("Ch"))}, []string{"a channel"}},
		{"function", []Class{classFor[func()](named("F"))}, []string{"a function"}},
		{"int keys", []Class{classFor[map[int]int](named("M"))}, []string{"keys are not strings"}},
		{"null", []Class{classFor[sql.NullString]()}, []string{"the value inside"}},
		{"ring", []Class{classFor[Ring]()}, []string{"pointer to itself"}},
		{"key missing", []Class{classFor[Person](keyed("Nope"))}, []string{"Person", "Nope"}},
		{"key unexported", []Class{classFor[Model](keyed("secret"))}, []string{"secret"}},
		{"key float", []Class{classFor[floats](named("X"), keyed("F"))}, []string{"F (float64)", "part of a key"}},
		{"key interface", []Class{classFor[anys](named("X"), keyed("A"))}, []string{"part of a key"}},
		{"key of time in struct", []Class{classFor[badStruct](named("X"), keyed("At"))}, []string{"part of a key"}},
		{"key of pointers", []Class{classFor[pointers](named("X"), keyed("P"))}, []string{"part of a key"}},
		{"key slice", []Class{classFor[Loose](keyed("L"))}, []string{"part of a key"}},
		{"key of scalar", []Class{classFor[Status](keyed("ID"))}, []string{"Status", "ID"}},
		{"two keys", []Class{classFor[ided](named("X"), keyed("Code"))}, []string{"ID", "Code", "Class.Key", "tags"}},
		{"extends stranger", []Class{classFor[Clerk](extends[Person]())}, []string{"Clerk", "host.Person", "not registered"}},
		{"extends unrelated", []Class{classFor[Person](), classFor[Stranger](extends[Person]())}, []string{"Stranger", "does not embed"}},
		{"extends itself", []Class{classFor[Person](extends[Person]())}, []string{"itself"}},
		{"extends interface", []Class{classFor[Actor](), classFor[Person](extends[Actor]())}, []string{"interface Actor"}},
		{"extends nil", []Class{{Type: reflect.TypeFor[Person](), Extends: []reflect.Type{nil}}}, []string{"nil type"}},
		{"interface with key", []Class{classFor[Actor](keyed("ID"))}, []string{"interface"}},
		{"interface with constructor", []Class{classFor[Actor](madeBy(func() Person { return Person{} }))}, []string{"interface"}},
		{"alias with key", []Class{classFor[Person](), classFor[Person](named("P"), keyed("ID"))}, []string{"P", "Person", "on the first"}},
		{"constructor no func", []Class{classFor[Person](madeBy(1))}, []string{"Person", "not a function"}},
		{"constructor nil", []Class{classFor[Person](madeBy((func() Person)(nil)))}, []string{"nil function"}},
		{"constructor result", []Class{classFor[Person](madeBy(func() Stranger { return Stranger{} }))}, []string{"must return host.Person"}},
		{"constructor no result", []Class{classFor[Person](madeBy(func() {}))}, []string{"must return host.Person"}},
		{"constructor bool", []Class{classFor[Person](madeBy(func() (Person, bool) { return Person{}, true }))}, []string{"must return host.Person"}},
		{"constructor pointers", []Class{classFor[Person](madeBy(func() **Person { return nil }))}, []string{"must return host.Person"}},
		{"methods", []Class{classFor[twoMethods]()}, []string{"user_id", "UserID", "UserId"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := NewRegistry(tt.classes)
			if r != nil {
				t.Error("a registry came with the error")
			}
			wantError(t, err, CodeClass, tt.parts...)
		})
	}

	// All errors of one kind are reported together.
	_, err := NewRegistry([]Class{classFor[Person](keyed("Nope")), classFor[Stranger](keyed("Nada"), aliased("a", "Nix"))})
	wantError(t, err, CodeClass, "Nope", "Nada")
	_, err = NewRegistry([]Class{classFor[Person](named("String")), {Name: "X"}})
	wantError(t, err, CodeClass, "String", `"X"`)
	registry(t, classFor[cycleA](named("A")))
}

// LoopA and LoopB embed each other.
type LoopA struct{ *LoopB }
type LoopB struct{ *LoopA }

func TestExtendsCycle(t *testing.T) {
	_, err := NewRegistry([]Class{classFor[LoopA](extends[LoopB]()), classFor[LoopB](extends[LoopA]())})
	wantError(t, err, CodeClass, "LoopA", "LoopB")
	registry(t, classFor[LoopA](extends[LoopB]()), classFor[LoopB]())
	type above struct{ LoopA }
	_, err = NewRegistry([]Class{classFor[above](named("Above"), extends[LoopA]()), classFor[LoopA](extends[LoopB]()), classFor[LoopB](extends[LoopA]())})
	wantError(t, err, CodeClass, "LoopA", "LoopB")
	_, err = NewRegistry([]Class{classFor[LoopA](extends[Person]()), classFor[Person]()})
	wantError(t, err, CodeClass, "LoopA", "does not embed")
}

// TestLostInterface registers a class that embeds two types with the same method and so has
// neither. Its supertype still belongs to the interface, and so does the class.
func TestLostInterface(t *testing.T) {
	type twice struct {
		Person
		*Robot
	}
	r := registry(t, classFor[Actor](), classFor[Person](), classFor[twice](named("Twice"), extends[Person](), keyed("Serial")))
	if got := classNames(r, value(t, r, &twice{}).Plan.Lineage()); got != "Twice Person Actor" {
		t.Errorf("lineage %q", got)
	}
	if got := infoNames(r.Class("Actor").Members); got != "Person Twice" {
		t.Errorf("members %q", got)
	}
}

// Robot is an actor that shares no field with Person.
type Robot struct{ Serial int }

func (Robot) ActorID() int { return 0 }

// TestKeyNames checks which fields make up the key when structs are embedded.
func TestKeyNames(t *testing.T) {
	type keyBase struct {
		ID   int `polar:",id"`
		Part int `polar:",id"`
	}
	type outer struct {
		keyBase
		ID int `polar:",id"`
	}
	type hidden struct {
		keyBase `polar:"-"`
		Name    string
	}
	r := registry(t, classFor[outer](named("Outer")), classFor[hidden](named("Hidden"), keyed("Part", "ID")), classFor[Status]())
	names := func(class string) (s []string) {
		for _, a := range r.Class(class).Plan.Key() {
			s = append(s, a.Name)
		}
		return s
	}
	if got := names("Outer"); !slices.Equal(got, []string{"ID", "Part"}) {
		t.Errorf("key of Outer: %q", got)
	}
	if got := names("Hidden"); len(got) != 2 || r.Class("Hidden").Plan.Attr("id") != nil {
		t.Errorf("key of Hidden: %q", got)
	}
	if got := names("Status"); got != nil {
		t.Errorf("key of Status: %q", got)
	}
	a, b := value(t, r, &hidden{keyBase{1, 2}, "a"}), value(t, r, &hidden{keyBase{1, 2}, "b"})
	if eq, err := Equal(a, b); !eq || err != nil {
		t.Error("a hidden key does not tell objects apart")
	}
}

// classOf is like authz.ClassOf, for the tests of this package.
type classOf struct {
	name string
	typ  reflect.Type
}

func (c classOf) PolarClass() (string, reflect.Type) { return c.name, c.typ }

func TestClassValues(t *testing.T) {
	r := registry(t, classFor[Person](), classFor[Person](named("Human")), classFor[Actor](), classFor[Status]())
	person := reflect.TypeFor[Person]()
	for _, tt := range []struct {
		x    any
		want string
	}{
		{classOf{"Person", person}, "Person"},
		{classOf{"", person}, "Person"},
		{classOf{"Human", person}, "Human"},
		{classOf{"Status", person}, "Person"}, // the type decides
		{&classOf{"", reflect.TypeFor[*Person]()}, "Person"},
		{classOf{"", reflect.TypeFor[Actor]()}, "Actor"},
		{classOf{"String", reflect.TypeFor[string]()}, "String"},
		{ClassRef{r.Class("Human")}, "Human"},
		{[]any{classOf{"", person}}[0], "Person"},
	} {
		v := value(t, r, tt.x)
		if v.Kind() != ClassKind || v.ClassInfo() != r.Class(tt.want) {
			t.Errorf("%v is %s", tt.x, Print(v))
		}
		if v.Plan.Attr("id") != nil || v.Plan.Method("actor_id") != nil || v.Plan.IsA(r.Class(tt.want).ID) {
			t.Errorf("class %s is like an instance", tt.want)
		}
		x, err := r.ToGo(v)
		if ref, ok := x.(ClassRef); err != nil || !ok || ref.String() != tt.want {
			t.Errorf("class %s in Go is %T, %v", tt.want, x, err)
		}
	}
	if v := value(t, r, (*classOf)(nil)); v.Kind() != Nil {
		t.Error("a nil class value is not nil")
	}
	for _, x := range []any{classOf{"Person", nil}, classOf{"Person", reflect.TypeFor[Stranger]()}, classOf{"", reflect.TypeFor[string]()}} {
		_, err := r.ValueOf(x)
		wantError(t, err, CodeUnknownClass)
	}
	eq, err := Equal(MakeClass(r.Class("Person")), MakeClass(r.Class("Human")))
	if !eq || err != nil {
		t.Error("two names of one class are two classes")
	}
	if eq, _ := Equal(MakeClass(r.Class("Person")), MakeClass(r.Class("Actor"))); eq {
		t.Error("two classes are equal")
	}
}

func TestConstructors(t *testing.T) {
	ctxKey := new(int)
	r := registry(t,
		classFor[Person](madeBy(func(id int) Person { return Person{id} })),
		classFor[Clerk](madeBy(func(ctx context.Context, desks ...string) (*Clerk, error) {
			if ctx.Value(ctxKey) == nil {
				return nil, fmt.Errorf("secret")
			}
			return &Clerk{Desk: strings.Join(desks, "+")}, nil
		})),
		classFor[Stranger](madeBy(func() *Stranger { return nil })),
		classFor[Status](madeBy(func(s string) (Status, error) { return Status(s + "!"), nil })),
		classFor[Model](madeBy(func() Model { panic("secret") })),
		classFor[Chief](),
	)
	ctx := context.WithValue(context.Background(), ctxKey, 1)
	tests := []struct {
		ctx    context.Context
		class  string
		args   []Value
		kwargs []Named
		want   string // of the value, or the code of the error
	}{
		{ctx, "Person", []Value{MakeInt(4)}, nil, "Person"},
		{ctx, "Person", nil, nil, CodeArity},
		{ctx, "Person", []Value{MakeString("x")}, nil, CodeArgument},
		{ctx, "Person", nil, []Named{{"id", MakeInt(1)}}, CodeKeyword},
		{ctx, "Clerk", nil, nil, "Clerk"},
		{ctx, "Clerk", []Value{MakeString("a"), MakeString("b")}, nil, "Clerk"},
		{ctx, "Clerk", []Value{MakeInt(1)}, nil, CodeArgument},
		{nil, "Clerk", nil, nil, CodeHost},
		{ctx, "Stranger", nil, nil, CodeResult},
		{ctx, "Status", []Value{MakeString("x")}, nil, `"x!"`},
		{ctx, "Model", nil, nil, CodePanic},
		{ctx, "Chief", nil, nil, CodeNoConstructor},
		{ctx, "String", nil, nil, CodeNoConstructor},
	}
	for _, tt := range tests {
		v, err := r.New(tt.ctx, r.Class(tt.class), tt.args, tt.kwargs)
		got := codeOf(err)
		if err == nil {
			got = Print(v)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("new %s shows a value: %v", tt.class, err)
		}
		if got != tt.want {
			t.Errorf("new %s: %s (%v), want %s", tt.class, got, err, tt.want)
		}
	}
	v, _ := r.New(ctx, r.Class("Clerk"), []Value{MakeString("a"), MakeString("b")}, nil)
	if got := attr(t, v, "desk").Str(); got != "a+b" {
		t.Errorf("desk is %s", got)
	}
	if !r.Class("Person").HasConstructor || r.Class("Chief").HasConstructor || len(r.Class("Clerk").Constructor().In) != 1 {
		t.Error("wrong constructors")
	}
}
