package authz

// This file defines how a policy is loaded and replaced: completely or not at all.

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"

	"github.com/ursa-authz/ursa/authz/polar"
)

// reloading is the beginning of the errors of reloads.
const reloading = "authz: reload"

// A slot is a place for a policy, which is loaded from sources and replaced.
type slot struct {
	engine   Engine
	input    Input // without sources
	policies Policies
	keeps    bool // versions keep their sources

	current   atomic.Pointer[version]
	reloading chan struct{} // holds a token while the lock is held
	busy      chan struct{} // closed when the last function that aside started has returned; under the lock
	acted     look          // the sources of the last attempt to replace the policy; under the lock
	failing   bool          // whether that attempt failed; under the lock
}

func (s *slot) init(engine Engine, input Input, policies Policies) {
	s.engine, s.input, s.policies = engine, input, policies
	s.reloading = make(chan struct{}, 1)
}

// Reload loads the policy from its sources again, and replaces the current policy if they
// have changed. If Reload returns an error, which says position and cause, the previous
// policy stays fully in force. Reload returns soon after ctx ends, even if the policy is
// large or its sources block. Reload also loads [Config].Candidate again; its errors go to
// the observer and to [Authorizer.CandidateStats] only.
func (a *Authorizer) Reload(ctx context.Context) error {
	if err := a.lock(ctx); err != nil {
		return errorf(reloading+": %w", err)
	}
	sources, err := a.load(ctx)
	err = a.replace(ctx, &a.slot, sources, err)
	a.unlock()
	if a.candidate != nil {
		_ = a.reloadCandidate(ctx)
	}
	return err
}

// lock and unlock ensure that only one goroutine at a time loads and replaces the policy.
// Otherwise a goroutine that read older sources could store its policy last.
func (s *slot) lock(ctx context.Context) error {
	select {
	case s.reloading <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *slot) unlock() { <-s.reloading }

// load returns the sources, sorted by name. The caller holds the lock.
func (s *slot) load(ctx context.Context) ([]Source, error) {
	var loaded []Source
	err := s.aside(ctx, func() (err error) {
		loaded, err = s.policies.Load(ctx)
		return err
	})
	if err != nil {
		return nil, errorf("loading policies: %w", err)
	}
	if len(loaded) == 0 {
		return nil, errorf("loading policies: no sources were found")
	}
	size := 0
	for _, source := range loaded {
		size += len(source.Text)
	}
	if size > maxPolicyBytes {
		return nil, errorf("loading policies: %w", errTooLarge)
	}
	if len(loaded) > maxPolicyFiles {
		return nil, errorf("loading policies: there are more than %d sources", maxPolicyFiles)
	}
	sources := slices.Clone(loaded)
	slices.SortFunc(sources, func(x, y Source) int { return cmp.Compare(x.Name, y.Name) })
	for i := range len(sources) - 1 {
		if sources[i].Name == sources[i+1].Name {
			return nil, errorf("loading policies: two sources are named %q", sources[i].Name)
		}
	}
	return sources, nil
}

// compile makes a version from sources. With an error, the version has only diagnostics.
// The caller holds the lock.
func (s *slot) compile(ctx context.Context, sources []Source) (*version, error) {
	d := digestOf(sources)
	in := s.input
	in.Sources = sources
	var policy Policy
	var diags []Diagnostic
	var deny denials
	err := s.aside(ctx, func() (err error) {
		policy, diags, err = s.engine.Compile(ctx, in)
		if err == nil && isNil(policy) {
			err = errorf("the engine returned no policy")
		}
		if err == nil && s.input.DenyRule {
			deny = denialsOf(policy)
		}
		return err
	})
	v := &version{digest: d, name: d.String()}
	if ctx.Err() == nil || err == nil { // otherwise Compile may still be running
		v.policy, v.diags, v.deny = policy, diags, deny
		v.polar, _ = policy.(*polar.Policy)
	}
	if s.keeps {
		v.sources = sources
	}
	return v, err
}

// aside runs f on its own goroutine, so that the caller can return when ctx ends even if f
// does not. Causes are policies on a network file system that hangs, and an engine that
// cannot be interrupted. The result of such an f is dropped, and aside starts the next
// function only after f has returned. A panic in f becomes an error. If ctx cannot end, the
// caller's goroutine runs f. The caller holds the lock.
func (s *slot) aside(ctx context.Context, f func() error) error {
	if s.busy != nil {
		select {
		case <-s.busy:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if ctx.Done() == nil {
		return recovering(f)
	}
	done := make(chan struct{})
	s.busy = done
	err := errorf("the function ended without a result") // by runtime.Goexit
	go func() {
		defer close(done)
		err = recovering(f)
	}()
	select {
	case <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// recovering calls f. A panic becomes an error.
func recovering(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = recovered(p)
		}
	}()
	return f()
}

// replace makes the policy from sources the current one of a slot, unless loading them failed
// with err. It tells the observer the outcome, unless nothing has changed. The caller holds
// the slot's lock.
func (a *Authorizer) replace(ctx context.Context, s *slot, sources []Source, err error) error {
	s.acted = lookOf(sources, err)
	old := s.current.Load()
	v := old
	start := clock()
	if err == nil {
		if old != nil && s.acted.digest == old.digest && !s.failing {
			return nil
		}
		v, err = s.compile(ctx, sources)
	}
	e := Event{
		Kind: EventReload, Verdict: NoVerdict, Duration: clock() - start,
		Reload: &ReloadInfo{Candidate: s != &a.slot},
	}
	if old != nil {
		e.PolicyVersion, e.Reload.Previous = old.name, old.name
	}
	if v != old && v != nil {
		e.Reload.Diagnostics = v.diags
	}
	if err != nil {
		e.Err = errorf(reloading+": %w", err)
		if ctx.Err() != nil {
			s.acted = look{} // forget the sources, so that a watch tries them
		}
	} else {
		s.current.Store(v)
		e.PolicyVersion = v.name
		a.candidate.forget()
	}
	s.failing = err != nil
	a.tellReload(ctx, e)
	return e.Err
}

// tellReload passes the event of a reload to the observer, or logs an error that nobody
// observes.
func (a *Authorizer) tellReload(ctx context.Context, e Event) {
	e.az = a
	if a.observes() {
		a.observe(ctx, &e)
	} else if e.Err != nil {
		a.logReload(ctx, e)
	}
}
