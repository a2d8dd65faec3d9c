package authz

// This file defines how a policy is loaded and replaced: all of it, or nothing.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A ReloadEvent tells what came of an attempt to replace the policy.
type ReloadEvent struct {
	// Err is why the attempt failed; nil if the policy of the sources is the
	// one that decides from now on.
	Err error

	// Version is the version that decides from now on, and Previous the one
	// that did before; after a failure they are equal.
	Version, Previous string

	// Duration is how long it took to compile the policy; it does not include reading
	// its sources.
	Duration time.Duration

	// Diagnostics are the warnings about the new policy, or after a failure
	// what is known about the bad one.
	Diagnostics []Diagnostic
}

// Reload loads the policy from its sources again and replaces the current one
// if they have changed. With an error, which tells position and cause, the
// previous policy stays fully in force. Reload returns soon after ctx ends,
// however large the policy is and whatever the sources wait for.
func (a *Authorizer) Reload(ctx context.Context) error {
	if err := a.lock(ctx); err != nil {
		return fmt.Errorf("authz: reload: %w", err)
	}
	defer a.unlock()
	sources, err := a.load(ctx)
	return a.replace(ctx, sources, err)
}

// lock and unlock make sure that one goroutine at a time loads and replaces the
// policy. Otherwise the one that read the older sources could be the one that
// stores its policy last.
func (a *Authorizer) lock(ctx context.Context) error {
	select {
	case a.reloading <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (a *Authorizer) unlock() { <-a.reloading }

// load reads the sources, sorted by name. The caller holds the lock.
func (a *Authorizer) load(ctx context.Context) ([]Source, error) {
	var loaded []Source
	err := a.aside(ctx, func() (err error) {
		loaded, err = a.cfg.Policies.Load(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("loading policies: %w", err)
	}
	if len(loaded) == 0 {
		return nil, errors.New("loading policies: there are none")
	}
	size := 0
	for _, s := range loaded {
		size += len(s.Text)
	}
	if size > maxPolicyBytes {
		return nil, fmt.Errorf("loading policies: %w", errTooLarge)
	}
	if len(loaded) > maxPolicyFiles {
		return nil, fmt.Errorf("loading policies: there are more than %d", maxPolicyFiles)
	}
	sources := slices.Clone(loaded)
	slices.SortFunc(sources, func(x, y Source) int { return cmp.Compare(x.Name, y.Name) })
	for i := range len(sources) - 1 {
		if sources[i].Name == sources[i+1].Name {
			return nil, fmt.Errorf("loading policies: two are named %q", sources[i].Name)
		}
	}
	return sources, nil
}

// compile makes a version of sources. With an error, the version holds only
// diagnostics. The caller holds the lock.
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
			err = errors.New("the engine made no policy")
		}
		if err == nil && a.cfg.DenyRule {
			deny = denialsOf(policy)
		}
		return err
	})
	v := &version{digest: d, name: d.String()}
	if ctx.Err() == nil || err == nil { // otherwise Compile may still be at work
		v.policy, v.diags, v.deny = policy, diags, deny
	}
	return v, err
}

// aside runs f on a goroutine of its own, so that the caller goes on when ctx ends
// and f does not notice: policies on a network file system that hangs, or an engine
// that cannot be interrupted. What f does is then without effect, and nothing else
// begins before it has returned. A panic in f is an error. The caller holds the lock.
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
	err := errors.New("ended without a result") // by runtime.Goexit
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

// replace makes the policy of sources the current one, unless loading them
// failed with err, and says what came of it, if that is new. The caller holds
// the lock.
func (a *Authorizer) replace(ctx context.Context, sources []Source, err error) error {
	a.acted = lookOf(sources, err)
	old := a.current.Load()
	v := old
	start := time.Now()
	if err == nil {
		if a.acted.digest == old.digest && !a.failing {
			return nil
		}
		v, err = a.compile(ctx, sources)
	}
	event := ReloadEvent{Version: old.name, Previous: old.name, Duration: time.Since(start)}
	if v != old {
		event.Diagnostics = v.diags
	}
	if err != nil {
		event.Err = fmt.Errorf("authz: reload: %w", err)
		if ctx.Err() != nil {
			a.acted = look{} // which says nothing of the sources: a watch is to try them
		}
	} else {
		a.current.Store(v)
		event.Version = v.name
	}
	a.failing = err != nil
	if a.cfg.OnReload != nil {
		func() {
			defer func() { _ = recover() }() // as with observers, its own affair
			a.cfg.OnReload(event)
		}()
	}
	return event.Err
}
