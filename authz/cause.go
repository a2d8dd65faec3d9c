package authz

// This file defines what a log says about an error.
//
// The chain behind a failed decision holds errors of the program, its drivers and its
// database, and their texts may hold values of rows. Such an error is shown by its type, and
// by its SQLSTATE or error number if it has one. A text is shown if it cannot hold values of
// the program's data: those of this module, and those of packages context, io, net, os and
// syscall as long as they wrap nothing else. Config.LogCauses shows all texts.

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"reflect"
	"strings"

	"github.com/ursa-authz/ursa/authz/filter"
	"github.com/ursa-authz/ursa/authz/polar"
	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// A textError is an error of this package, which may have a cause. Its own text holds no
// values; the text of Error has the cause's, too.
type textError struct {
	own   string
	cause error // or nil
}

// errorf is fmt.Errorf for errors that a log may show. A cause is last in the format, as
// ": %w".
func errorf(format string, args ...any) error {
	e := new(textError)
	own, wraps := strings.CutSuffix(format, ": %w")
	if wraps {
		last := len(args) - 1
		e.cause, args = args[last].(error), args[:last]
	}
	e.own = fmt.Sprintf(own, args...)
	return e
}

func (e *textError) Unwrap() error { return e.cause }

func (e *textError) Error() (text string) {
	if e.cause == nil {
		return e.own
	}
	defer func() {
		if recover() != nil { // in a method of the program
			text = e.own
		}
	}()
	return e.own + ": " + e.cause.Error()
}

// loggable are errors whose texts are constants of the standard library or of this module.
var loggable = []error{
	context.Canceled, context.DeadlineExceeded,
	io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, io.ErrNoProgress, io.ErrShortWrite,
	fs.ErrNotExist, fs.ErrExist, fs.ErrPermission, fs.ErrClosed, fs.ErrInvalid, os.ErrDeadlineExceeded,
	net.ErrClosed, http.ErrAbortHandler,
	sql.ErrNoRows, sql.ErrConnDone, sql.ErrTxDone, driver.ErrBadConn, driver.ErrSkip,
	polar.ErrBudget, polar.ErrUnbound, polar.ErrUndefinedRule,
	filter.ErrTooLarge, filter.ErrInvalid, filter.ErrUnsupported, filter.ErrBudget, filter.ErrNotLoaded,
}

// sqlClosed is the text of an error of database/sql that has no name. A text that is equal
// to a constant holds no value.
const sqlClosed = "sql: database is closed"

// module is the path of this module, and loggablePackages are others whose errors may be
// shown if they wrap only such errors.
var (
	module           = strings.TrimSuffix(reflect.TypeFor[Authorizer]().PkgPath(), "authz")
	loggablePackages = map[string]bool{
		"context": true, "io": true, "io/fs": true, "net": true, "os": true, "syscall": true, "internal/poll": true,
	}
	// wrappers only say that they wrap something.
	wrappers = map[string]bool{"*fmt.wrapError": true, "*fmt.wrapErrors": true, "*errors.joinError": true}
	// drivers are the packages whose errors have a number in a field.
	drivers = []string{"github.com/go-sql-driver/mysql", "github.com/mattn/go-sqlite3", "github.com/glebarez/go-sqlite", "modernc.org/sqlite"}
)

// The bounds of a cause's text.
const (
	maxCauses    = 16
	maxCauseText = 1024
)

// causeText returns what a log says about err. With all, it has the texts of all errors.
func causeText(err error, all bool) string {
	var parts []string
	func() {
		defer func() { _ = recover() }() // errors of the program have methods of the program
		describe(err, all, &parts)
	}()
	text := strings.Join(parts, ": ")
	if len(text) > maxCauseText {
		text = strings.ToValidUTF8(text[:maxCauseText], "") + "..."
	}
	return text
}

// describe appends what may be said about err and its causes. It recurses at most maxCauses
// times.
func describe(err error, all bool, parts *[]string) {
	if err == nil || len(*parts) >= maxCauses {
		return
	}
	add := func(text string) {
		for _, said := range *parts {
			if strings.Contains(said, text) {
				return // errors like to repeat what they wrap
			}
		}
		*parts = append(*parts, text)
	}
	causes := causesOf(err)
	switch e := err.(type) {
	case *undecidedError:
		causes = []error{e.cause} // and what decided says already
	case *textError:
		add(e.own)
	case *requestError:
		add(e.reason)
	case syntax.ErrorList:
		add(e.Error())
		return // and not each of its errors
	default:
		typeName := fmt.Sprintf("%T", err)
		switch {
		case all && !wrappers[typeName] && !isOurs(err):
			add(err.Error()) // which has the texts of its causes
			return
		case wrappers[typeName]:
			if all && len(causes) == 1 {
				add(err.Error())
				return
			}
		case isOurs(err):
			add(strings.TrimPrefix(err.Error(), ErrUndecided.Error()+": "))
		case isLoggable(err, 0):
			add(err.Error())
			return
		default:
			add(typeName + numberOf(err))
		}
	}
	for _, c := range causes {
		describe(c, all, parts)
	}
}

// causesOf returns the errors that err wraps.
func causesOf(err error) []error {
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return []error{e.Unwrap()}
	case interface{ Unwrap() []error }:
		return e.Unwrap()
	}
	return nil
}

// isConstant reports whether err is one of the errors with a constant text.
func isConstant(err error) bool {
	if t := reflect.TypeOf(err); !t.Comparable() {
		return false
	}
	for _, known := range loggable {
		if err == known {
			return true
		}
	}
	return err.Error() == sqlClosed
}

// isOurs reports whether the type of err is one of this module, whose texts have no values
// and, but for textError, leave out causes.
func isOurs(err error) bool {
	path := deref(reflect.TypeOf(err)).PkgPath()
	return strings.HasPrefix(path, module) && !strings.HasSuffix(path, "_test") // tests stand for programs
}

// isLoggable reports whether err and everything that it wraps are of packages whose texts may
// be shown.
func isLoggable(err error, depth int) bool {
	if depth > maxCauses {
		return false
	}
	if isConstant(err) {
		return true
	}
	if !loggablePackages[deref(reflect.TypeOf(err)).PkgPath()] {
		return false
	}
	for _, c := range causesOf(err) {
		if c != nil && !isLoggable(c, depth+1) {
			return false
		}
	}
	return true
}

// numberOf returns the SQLSTATE or the number of a driver's error in parentheses, or "".
func numberOf(err error) string {
	if e, ok := err.(interface{ SQLState() string }); ok {
		if state := e.SQLState(); isSQLState(state) {
			return " (SQLSTATE " + state + ")"
		}
	}
	v := reflect.Indirect(reflect.ValueOf(err))
	if v.Kind() != reflect.Struct {
		return ""
	}
	known := false
	for _, d := range drivers {
		known = known || v.Type().PkgPath() == d || strings.HasPrefix(v.Type().PkgPath(), d+"/")
	}
	if !known {
		return ""
	}
	if e, ok := err.(interface{ Code() int }); ok {
		return fmt.Sprintf(" (error %d)", e.Code())
	}
	for _, name := range []string{"Number", "ExtendedCode", "Code"} {
		switch f := v.FieldByName(name); {
		case f.CanInt():
			return fmt.Sprintf(" (error %d)", f.Int())
		case f.CanUint():
			return fmt.Sprintf(" (error %d)", f.Uint())
		}
	}
	return ""
}

// isSQLState reports whether s has the form of an SQLSTATE: five letters or digits.
func isSQLState(s string) bool {
	if len(s) != 5 {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}
