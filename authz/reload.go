package authz

// This file defines how a policy is loaded and replaced: all of it, or nothing.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// A ReloadEvent tells what came of an attempt to replace the policy.
type ReloadEvent struct {
	// Err is why the attempt failed; nil if the policy of the sources is the
	// one that decides from now on.
	Err error

	// Version is the version that decides from now on, and Previous the one
	// that did before; after a failure they are equal.
	Version, Previous string

	// Diagnostics are the warnings about the new policy, or after a failure
	// what is known about the bad one.
	Diagnostics []Diagnostic
}

// Reload loads the policy anew from its sources and replaces the current one,
// if they have changed. With an error, which tells position and cause,
// everything is as before: the policy that decided goes on deciding.
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

// load reads the sources, sorted by name.
func (a *Authorizer) load(ctx context.Context) (sources []Source, err error) {
	err = guard(func() (err error) {
		sources, err = a.cfg.Policies.Load(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("loading policies: %w", err)
	}
	if len(sources) == 0 {
		return nil, errors.New("loading policies: there are none")
	}
	sources = slices.Clone(sources)
	slices.SortFunc(sources, func(x, y Source) int { return cmp.Compare(x.Name, y.Name) })
	for i := range len(sources) - 1 {
		if sources[i].Name == sources[i+1].Name {
			return nil, fmt.Errorf("loading policies: two are named %q", sources[i].Name)
		}
	}
	return sources, nil
}

// compile makes a version of sources. With an error, the version holds only
// diagnostics.
func (a *Authorizer) compile(ctx context.Context, sources []Source) (*version, error) {
	d := digestOf(sources)
	v := &version{digest: d, name: d.String()}
	in := a.input
	in.Sources = sources
	err := guard(func() (err error) {
		v.policy, v.diags, err = a.engine.Compile(ctx, in)
		if err == nil && isNil(v.policy) {
			err = errors.New("the engine made no policy")
		}
		if err == nil && a.cfg.DenyRule {
			v.deny = denialsOf(v.policy)
		}
		return err
	})
	return v, err
}

// replace makes the policy of sources the current one, unless loading them
// failed with err, and says what came of it, if that is new. The caller holds
// the lock.
func (a *Authorizer) replace(ctx context.Context, sources []Source, err error) error {
	a.acted = lookOf(sources, err)
	old := a.current.Load()
	v := old
	if err == nil {
		if a.acted.digest == old.digest && !a.failing {
			return nil
		}
		v, err = a.compile(ctx, sources)
	}
	event := ReloadEvent{Version: old.name, Previous: old.name}
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
