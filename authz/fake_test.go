package authz_test

// This file defines the engine of these tests. Its policies are tables of facts, one per
// line, so that the Authorizer can be tested independently of Polar:
//
//	allow alice read Expense     a rule and patterns for its arguments
//	allow * read *               "*" matches anything, and leaves a variable open
//	allow alice !error *         a decision that reaches "!error" ends in an error
//	allow alice !panic *         a decision that reaches "!panic" panics
//
// A pattern "key:text" tests a request: path, header:Name=value and so on.

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/ursa-authz/ursa/authz"
	"github.com/ursa-authz/ursa/authz/polar"
)

// facts is the engine. A method of a test may set what happens instead.
type facts struct {
	onCompile func(authz.Input) (authz.Policy, []authz.Diagnostic, error)
}

var errSyntax = errors.New("a fact has a rule and arguments")

func (e facts) Compile(_ context.Context, in authz.Input) (authz.Policy, []authz.Diagnostic, error) {
	if e.onCompile != nil {
		return e.onCompile(in)
	}
	p := &table{}
	var diags []authz.Diagnostic
	for _, s := range in.Sources {
		for i, line := range strings.Split(s.Text, "\n") {
			fields := strings.Fields(line)
			if len(fields) == 0 {
				continue
			}
			pos := authz.Position{File: s.Name, Line: int32(i + 1), Col: 1}
			if fields[0] == "warn" {
				diags = append(diags, authz.Diagnostic{Severity: 1, Pos: pos, Msg: "warned"})
				continue
			}
			if len(fields) < 3 {
				return nil, diags, fmt.Errorf("%v: %w", pos, errSyntax)
			}
			p.facts = append(p.facts, fact{fields[0], fields[1:], &authz.RuleInfo{Name: fields[0], Head: line, Pos: pos}})
		}
	}
	return p, diags, nil
}

type fact struct {
	rule string
	args []string
	info *authz.RuleInfo
}

type table struct{ facts []fact }

func (p *table) Decide(ctx context.Context, rule string, actor any, action string, resource any) (authz.Outcome, error) {
	info, err := p.solve(rule, []any{actor, action, resource}, nil)
	return authz.Outcome{Allowed: info != nil, Rule: info}, err
}

func (p *table) Query(_ context.Context, rule string, args ...any) iter.Seq2[authz.Bindings, error] {
	return func(yield func(authz.Bindings, error) bool) {
		_, err := p.solve(rule, args, func(b authz.Bindings) bool { return yield(b, nil) })
		if err != nil {
			yield(nil, err)
		}
	}
}

// solve calls each with the facts that match, until it returns false.
func (p *table) solve(rule string, args []any, each func(authz.Bindings) bool) (*authz.RuleInfo, error) {
	defined := false
	for _, f := range p.facts {
		if f.rule != rule || len(f.args) != len(args) {
			continue
		}
		defined = true
		b := authz.Bindings{}
		matches := true
		for i, pattern := range f.args {
			ok, err := match(b, pattern, args[i])
			if err != nil {
				return nil, err
			}
			if !ok {
				matches = false
				break
			}
		}
		if !matches {
			continue
		}
		if each == nil {
			return f.info, nil
		}
		if !each(b) {
			return nil, nil
		}
	}
	if !defined {
		return nil, fmt.Errorf("%w: %s/%d", authz.ErrUndefinedRule, rule, len(args))
	}
	return nil, nil
}

var errPolicy = &polar.Error{Code: "host", Msg: "the policy failed"}

func match(b authz.Bindings, pattern string, arg any) (bool, error) {
	switch pattern {
	case "!error":
		return false, errPolicy
	case "!panic":
		panic("a secret")
	}
	if v, ok := arg.(authz.Var); ok {
		b[string(v)] = pattern
		if pattern == "*" {
			b[string(v)] = v
		}
		return true, nil
	}
	if pattern == "*" {
		return true, nil
	}
	if key, text, ok := strings.Cut(pattern, ":"); ok && key != "class" {
		r, ok := arg.(*authz.Request)
		if !ok {
			return false, nil
		}
		return matchRequest(r, key, text)
	}
	return pattern == nameOf(arg), nil
}

func matchRequest(r *authz.Request, key, text string) (bool, error) {
	name, want, _ := strings.Cut(text, "=")
	var got *string
	var err error
	switch key {
	case "path":
		return strings.HasPrefix(r.Path, text), nil
	case "header":
		got, err = r.Header(name)
	case "query":
		got, err = r.Query(name)
	case "path_value":
		got, err = r.PathValue(name)
	case "pattern":
		want = strings.ReplaceAll(text, "_", " ")
		got, err = r.Pattern()
	}
	if err != nil {
		return false, fmt.Errorf("in a method: %w", err)
	}
	return got != nil && *got == want, nil
}

func nameOf(x any) string {
	switch x := x.(type) {
	case authz.Class:
		return "class:" + nameOf(reflect.Zero(x.Type).Interface())
	case expense, *expense:
		return "Expense"
	case user:
		return x.Name
	case *user:
		return x.Name
	}
	v := reflect.ValueOf(x)
	if v.Kind() == reflect.String {
		return v.String()
	}
	return reflect.Indirect(v).Type().Name()
}

// The application of these tests.

type user struct {
	ID     int `polar:",id"`
	Name   string
	Secret string
}

type expense struct {
	ID     int
	Secret string
}

// Audit returns an error that contains a value.
func (e expense) Audit() (bool, error) { return true, errors.New("cannot audit " + e.Secret) }

// Abort panics as a handler does that drops its connection.
func (u *user) Abort() bool { panic(http.ErrAbortHandler) }

const secret = "hunter2"

var (
	alice = &user{ID: 1, Name: "alice", Secret: secret}
	bob   = &user{ID: 2, Name: "bob", Secret: secret}
	guest = user{ID: 3, Name: "guest"}
	lunch = &expense{ID: 7, Secret: secret}
)

// newAuthorizer returns an Authorizer with the table policy.
func newAuthorizer(t testing.TB, policy string, change ...func(*authz.Config)) *authz.Authorizer {
	t.Helper()
	cfg := authz.Config{
		Policies: authz.String("test.polar", policy),
		Classes:  []authz.Class{authz.ClassOf[user](), {Name: "Expense", Type: reflect.TypeFor[expense](), Key: []string{"ID"}}},
		Engine:   facts{},
		Actor:    actorFromHeader,
	}
	for _, c := range change {
		c(&cfg)
	}
	az, err := authz.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return az
}

// actorFromHeader is a Config.Actor: the header "user" names the actor.
func actorFromHeader(r *http.Request) (any, error) {
	switch name := r.Header.Get("user"); name {
	case "":
		return guest, nil
	case "alice":
		return alice, nil
	case "bob":
		return bob, nil
	case "nil":
		return (*user)(nil), nil
	case "down":
		return nil, errors.New("the database at 10.0.0.1 is down")
	case "panic":
		panic(secret)
	case "twice":
		return nil, fmt.Errorf("%w: two users", authz.ErrBadRequest)
	case "banned":
		return nil, authz.ErrForbidden
	}
	return nil, fmt.Errorf("no user of that name: %w", authz.ErrUnauthenticated)
}
