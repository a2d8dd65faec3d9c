package host

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// This file defines rescue, which turns a panic of host code into an error.

// rescue is deferred around every call of host code. It turns a panic into an [*Error] that
// says where the panic occurred. It leaves out the panic value, which may contain host data.
func rescue(what string, v *Value, ok *bool, err *error) {
	p := recover()
	if p == nil {
		return
	}
	e := &Error{Code: CodePanic, Msg: what + " panicked" + panicPlace()}
	e.Cause, _ = p.(error)
	*v, *ok, *err = Value{}, false, e
}

// panicPlace returns " (file.go:12)" for the frame that panicked. The function that recovers
// must call it.
func panicPlace() string {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := frames.Next()
		if f.Function != "" && !strings.HasPrefix(f.Function, "runtime.") && !strings.HasPrefix(f.Function, "reflect.") {
			return fmt.Sprintf(" (%s:%d)", filepath.Base(f.File), f.Line)
		}
		if !more {
			return ""
		}
	}
}
