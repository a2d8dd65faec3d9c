package difftest

// This file defines the worker: a process that answers questions with go-oso
// until its standard input ends.

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	oso "github.com/osohq/go-oso"
	osoerrors "github.com/osohq/go-oso/errors"
	"github.com/osohq/go-oso/types"
)

// workerEnv is set in the environment of a worker process.
const workerEnv = "URSA_DIFF_WORKER"

// maxSolutions bounds the solutions that are compared. A query with more solutions
// has no verdict.
const maxSolutions = 500

// A question is one line of a worker's input: queries on one policy. The worker
// answers with one line for each query.
type question struct {
	Policy  string   `json:"policy"`
	Queries []string `json:"queries"`
}

// IsWorker reports whether this process was started as a worker. The package's
// TestMain then calls RunWorker instead of the tests.
func IsWorker() bool { return os.Getenv(workerEnv) != "" }

// RunWorker reads questions from standard input and writes answers to standard
// output. The original prints its warnings to os.Stdout, which RunWorker therefore
// replaces for the life of the process.
func RunWorker() error {
	in, out := os.Stdin, os.Stdout
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	os.Stdin, os.Stdout = null, null

	engine, err := newOriginal()
	if err != nil {
		return err
	}
	answers := json.NewEncoder(out)
	questions := json.NewDecoder(bufio.NewReader(in))
	for {
		var q question
		if err := questions.Decode(&q); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		load, ok := engine.load(q.Policy)
		for _, text := range q.Queries {
			answer := load
			if ok {
				answer = engine.query(text)
			}
			if err := answers.Encode(answer); err != nil {
				return err
			}
		}
	}
}

// original is go-oso with the fixture registered.
type original struct {
	oso  oso.Oso
	none reflect.Type // the form in which the policy's nil arrives
}

func newOriginal() (*original, error) {
	o, err := oso.NewOso()
	if err != nil {
		return nil, err
	}
	e := &original{oso: o}
	for _, class := range []struct{ zero, constructor any }{
		{User{}, nil}, {Org{}, NewOrg}, {Repo{}, nil}, {Role{}, nil},
	} {
		if err := o.RegisterClass(class.zero, class.constructor); err != nil {
			return nil, err
		}
	}
	for name, value := range Constants() {
		if err := o.RegisterConstant(value, name); err != nil {
			return nil, err
		}
	}
	q, err := o.NewQueryFromStr("x = nil")
	if err != nil {
		return nil, err
	}
	defer q.Cleanup()
	solution, err := q.Next()
	if err != nil || solution == nil {
		return nil, fmt.Errorf("the original does not return nil: %v", err)
	}
	e.none = reflect.TypeOf((*solution)["x"])
	return e, nil
}

// load replaces the policy. If it fails, the answer is the same for every query.
func (e *original) load(policy string) (answer Answer, ok bool) {
	if err := e.oso.ClearRules(); err != nil {
		return Answer{Load: true, Verdict: VerdictHost, Detail: err.Error()}, false
	}
	if err := e.oso.LoadString(policy); err != nil {
		verdict, detail, _ := classify(err)
		return Answer{Load: true, Verdict: verdict, Detail: detail}, false
	}
	return Answer{}, true
}

// query gets all solutions of one query.
func (e *original) query(text string) (answer Answer) {
	q, err := e.oso.NewQueryFromStr(text)
	if err != nil {
		answer.Verdict, answer.Detail, _ = classify(err)
		return answer
	}
	defer func() {
		// A panic of a handler leaves the query allocated. It is not freed, because
		// its state is unknown; the worker is short-lived.
		if p := recover(); p != nil {
			answer.Verdict, answer.Detail = VerdictPanic, fmt.Sprint(p)
		}
	}()
	for {
		solution, err := q.Next()
		if err != nil {
			var alive bool
			answer.Verdict, answer.Detail, alive = classify(err)
			if alive {
				q.Cleanup()
			}
			return answer
		}
		if solution == nil {
			return answer
		}
		if len(answer.Solutions) == maxSolutions {
			q.Cleanup()
			answer.Verdict, answer.Detail = VerdictLimit, "too many solutions"
			return answer
		}
		answer.Solutions = append(answer.Solutions, FormatBindings(e.convert(*solution).(map[string]any)))
	}
}

// convert replaces values that only the original's results contain by values for
// FormatBindings.
func (e *original) convert(v any) any {
	switch v := v.(type) {
	case types.Variable:
		return Unbound{}
	case map[string]any:
		m := make(map[string]any, len(v))
		for key, elem := range v {
			m[key] = e.convert(elem)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, elem := range v {
			list[i] = e.convert(elem)
		}
		return list
	}
	if v != nil && reflect.TypeOf(v) == e.none {
		return nil
	}
	return v
}

// classify returns the verdict for an error of go-oso. alive reports whether a query
// that ended with the error must still be freed: go-oso frees a query when a host
// operation fails, but not when the core reports an error.
func classify(err error) (verdict Verdict, detail string, alive bool) {
	var (
		polar      *osoerrors.FormattedPolarError
		expression *osoerrors.UnexpectedExpressionError
		class      *osoerrors.UnregisteredClassError
		inline     *osoerrors.InlineQueryFailedError
		decode     *json.UnmarshalTypeError
	)
	switch {
	case errors.As(err, &polar):
		detail, _, _ = strings.Cut(polar.Formatted, "\n")
		return classifyKind(polar.Kind.ErrorKindVariant), detail, true
	case errors.As(err, &expression):
		return VerdictUnbound, "expression in result", false
	case errors.As(err, &class):
		return VerdictClass, err.Error(), false
	case errors.As(err, &inline):
		return VerdictInline, err.Error(), false
	case errors.As(err, &decode):
		return VerdictUndecodable, err.Error(), true
	case strings.Contains(err.Error(), "Unexpected Polar type"):
		return VerdictUndecodable, err.Error(), false
	}
	return VerdictHost, err.Error(), false
}

func classifyKind(kind types.ErrorKindVariant) Verdict {
	switch kind := kind.(type) {
	case types.ErrorKindParse:
		return VerdictParse
	case types.ErrorKindValidation:
		switch kind.ValidationErrorVariant.(type) {
		case types.ValidationErrorSingletonVariable:
			return VerdictSingleton
		case types.ValidationErrorUndefinedRuleCall:
			return VerdictUndefined
		case types.ValidationErrorInvalidRule, types.ValidationErrorInvalidRuleType, types.ValidationErrorMissingRequiredRule:
			return VerdictRuleType
		case types.ValidationErrorUnregisteredClass:
			return VerdictClass
		}
		return VerdictBlock
	case types.ErrorKindRuntime:
		switch e := kind.RuntimeErrorVariant.(type) {
		case types.RuntimeErrorArithmeticError:
			return VerdictArithmetic
		case types.RuntimeErrorUnsupported:
			if strings.HasPrefix(e.Msg, "cannot call method on unbound variable") {
				return VerdictUnbound
			}
			return VerdictType
		case types.RuntimeErrorTypeError:
			return VerdictType
		case types.RuntimeErrorStackOverflow, types.RuntimeErrorQueryTimeout:
			return VerdictLimit
		case types.RuntimeErrorApplication:
			return VerdictAttribute
		case types.RuntimeErrorUnhandledPartial:
			return VerdictUnbound
		case types.RuntimeErrorQueryForUndefinedRule:
			return VerdictUndefined
		}
		return VerdictHost
	case types.ErrorKindOperational:
		switch e := kind.OperationalErrorVariant.(type) {
		case types.OperationalErrorInvalidState:
			if strings.HasPrefix(e.Msg, "Expected Relation") { // "on" something else
				return VerdictBlock
			}
		case types.OperationalErrorUnknown:
			return VerdictAborted
		case types.OperationalErrorUnexpectedValue: // arithmetic on a variable that is bound later
			return VerdictBroken
		}
	}
	return VerdictHost
}
