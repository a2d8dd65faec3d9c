package authz

// This file defines how a policy is loaded and replaced: completely or not at all.

import (
	"cmp"
	"context"
	"slices"
)

// reloading is the beginning of the errors of reloads.
const reloading = "authz: reload"

// Reload loads the policy from its sources again, and replaces the current policy if they
// have changed. If Reload returns an error, which says position and cause, the previous
// policy stays fully in force. Reload returns soon after ctx ends, even if the policy is
// large or its sources block.
func (a *Authorizer) Reload(ctx context.Context) error {
	if err := a.lock(ctx); err != nil {
		return errorf(reloading+": %w", err)
	}
	defer a.unlock()
	sources, err := a.load(ctx)
	return a.replace(ctx, sources, err)
}

// lock and unlock ensure that only one goroutine at a time loads and replaces the policy.
// Otherwise a goroutine that read older sources could store its policy last.
func (a *Authorizer) lock(ctx context.Context) error {
	select {
	case a.reloading <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (a *Authorizer) unlock() { <-a.reloading }

// load returns the sources, sorted by name. The caller holds the lock.
func (a *Authorizer) load(ctx context.Context) ([]Source, error) {
	var loaded []Source
	err := a.aside(ctx, func() (err error) {
		loaded, err = a.cfg.Policies.Load(ctx)
		return err
	})
	if err != nil {
		return nil, errorf("loading policies: %w", err)
	}
	if len(loaded) == 0 {
		return nil, errorf("loading policies: no sources were found")
	}
	size := 0
	for _, s := range loaded {
		size += len(s.Text)
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
func (a *Authorizer) compile(ctx context.Context, sources []Source) (*version, error) {
	d := digestOf(sources)
	in := a.input
	in.Sources = sources
	var policy Policy
	var diags []Diagnostic
	var deny denials
	err := a.aside(ctx, func() (err error) {
		policy, diags, err = a.engine.Compile(ctx, in)
		if err == nil && isNil(policy) {
			err = errorf("the engine returned no policy")
		}
		if err == nil && a.cfg.DenyRule {
			deny = denialsOf(policy)
		}
		return err
	})
	v := &version{digest: d, name: d.String()}
	if ctx.Err() == nil || err == nil { // otherwise Compile may still be running
		v.policy, v.diags, v.deny = policy, diags, deny
	}
	return v, err
}

// aside runs f on its own goroutine, so that the caller can return when ctx ends even if f
// does not. Causes are policies on a network file system that hangs, and an engine that
// cannot be interrupted. The result of such an f is dropped, and aside starts the next
// function only after f has returned. A panic in f becomes an error. The caller holds the
// lock.
func (a *Authorizer) aside(ctx context.Context, f func() error) error {
	if a.busy != nil {
		select {
		case <-a.busy:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	done := make(chan struct{})
	a.busy = done
	err := errorf("the function ended without a result") // by runtime.Goexit
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				err = recovered(p)
			}
		}()
		err = f()
	}()
	select {
	case <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// replace makes the policy from sources the current one, unless loading them failed with
// err. It tells the observer the outcome, unless nothing has changed. The caller holds the
// lock.
func (a *Authorizer) replace(ctx context.Context, sources []Source, err error) error {
	a.acted = lookOf(sources, err)
	old := a.current.Load()
	v := old
	start := clock()
	if err == nil {
		if a.acted.digest == old.digest && !a.failing {
			return nil
		}
		v, err = a.compile(ctx, sources)
	}
	e := Event{
		Kind: EventReload, Verdict: NoVerdict, PolicyVersion: old.name, Duration: clock() - start,
		Reload: &ReloadInfo{Previous: old.name}, az: a,
	}
	if v != old {
		e.Reload.Diagnostics = v.diags
	}
	if err != nil {
		e.Err = errorf(reloading+": %w", err)
		if ctx.Err() != nil {
			a.acted = look{} // forget the sources, so that a watch tries them
		}
	} else {
		a.current.Store(v)
		e.PolicyVersion = v.name
	}
	a.failing = err != nil
	if a.observes() {
		a.observe(ctx, &e)
	} else if err != nil {
		a.logReload(ctx, e)
	}
	return e.Err
}
