package meter

import (
	"context"
	"errors"
	"testing"
)

func reason(err error) Reason {
	var e *Error
	if !errors.As(err, &e) {
		return 255
	}
	return e.Reason
}

func TestSteps(t *testing.T) {
	var a Account
	a.Open(context.Background(), &Limits{Steps: 10, Bytes: 1}, nil)
	for i := range 10 {
		if err := a.Charge(1); err != nil {
			t.Fatalf("step %d: %v", i+1, err)
		}
	}
	if err := a.Charge(1); reason(err) != Steps {
		t.Errorf("step 11: %v", err)
	}
}

// A list costs the same whether it is charged at once or element by element.
func TestElements(t *testing.T) {
	for n := range 50 {
		var one, all Account
		limits := &Limits{Steps: 100, Bytes: 1}
		one.Open(context.Background(), limits, nil)
		all.Open(context.Background(), limits, nil)
		for i := range n {
			if err := one.ChargeElem(i); err != nil {
				t.Fatal(err)
			}
		}
		if err := all.ChargeElems(n); err != nil {
			t.Fatal(err)
		}
		if one.Steps() != all.Steps() {
			t.Errorf("%d elements: %d steps one by one, %d at once", n, one.Steps(), all.Steps())
		}
	}
}

func TestContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	var a Account
	a.Open(ctx, &Limits{Steps: 1 << 30, Bytes: 1}, nil)
	if err := a.Charge(1); err != nil {
		t.Fatal(err)
	}
	cause := errors.New("enough")
	cancel(cause)
	for steps := 1; ; steps++ {
		if err := a.Charge(1); err != nil {
			if reason(err) != Ended || !errors.Is(err, cause) {
				t.Errorf("error %v, want the end of the context with its cause", err)
			}
			break
		}
		if steps > pollSteps {
			t.Fatalf("the end of the context is not noticed after %d steps", steps)
		}
	}
	a.Open(context.Background(), &Limits{Steps: 1 << 30, Bytes: 1}, nil)
	if err := a.Charge(1); err != nil {
		t.Fatal(err)
	}
	a.Open(ctx, a.limits, nil)
	a.Look()
	if err := a.Charge(1); reason(err) != Ended {
		t.Errorf("after Look: %v", err)
	}
}

func TestBytes(t *testing.T) {
	var a Account
	a.Open(context.Background(), &Limits{Steps: 1, Bytes: 100}, nil)
	mark := a.Mark()
	if err := a.Hold(60); err != nil {
		t.Fatal(err)
	}
	if err := a.Keep(40); err != nil {
		t.Fatal(err)
	}
	if err := a.Hold(1); reason(err) != Bytes {
		t.Errorf("101 bytes: %v", err)
	}
	a.Restore(mark)
	if a.Mark() != mark || a.bytes != 40 {
		t.Errorf("%d bytes after going back, want the 40 that are kept", a.bytes)
	}
	a.Drop(40)
	if err := a.Hold(100); err != nil {
		t.Errorf("100 bytes after all was given back: %v", err)
	}
}

func TestShared(t *testing.T) {
	p := NewPool(3 << 20)
	limits := &Limits{Steps: 1, Bytes: 16 << 20}
	var a, b, c Account
	for _, x := range []*Account{&a, &b, &c} {
		x.Open(context.Background(), limits, p)
		if err := x.Hold(FirstBytes); err != nil || p.Used() != 0 {
			t.Fatalf("the first bytes: %v, %d drawn", err, p.Used())
		}
	}
	if err := a.Hold(2 << 20); err != nil {
		t.Fatal(err)
	}
	if err := b.Hold(1 << 20); err != nil {
		t.Fatal(err)
	}
	if err := c.Hold(1); reason(err) != Shared {
		t.Errorf("more than all may hold: %v", err)
	}
	a.Close()
	if err := c.Hold(1 << 20); err != nil {
		t.Errorf("after another query ended: %v", err)
	}
	b.Close()
	c.Close()
	if p.Used() != 0 {
		t.Errorf("%d bytes drawn after all queries ended", p.Used())
	}
	a.Open(context.Background(), &Limits{Steps: 1, Bytes: 2 << 20}, p)
	if err := a.Hold(2<<20 + 1); reason(err) != Bytes {
		t.Errorf("more than a query may hold: %v", err)
	}
	a.Close()
}
