package main

// This file defines readExpense, which reads a submitted expense from JSON. Two
// programs may read lenient JSON in two ways (which of two equal keys counts? is
// "Amount" the amount?), so readExpense accepts exactly one form.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"
)

// maxBody limits the size of a submitted expense, in bytes.
const maxBody = 64 << 10

// A bodyError is an error in the body of a request, with the status to answer.
type bodyError struct {
	status int
	text   string
}

func (e *bodyError) Error() string { return e.text }

func malformed(format string, args ...any) error {
	return &bodyError{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

// readExpense reads an expense from a request: a JSON object with the keys amount
// and description, each exactly once. The key user_id is optional, and userID by
// default. Whether the actor may submit for that user is for the policy to decide.
func readExpense(w http.ResponseWriter, r *http.Request, userID int) (*Expense, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLong, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, &bodyError{http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is longer than %d bytes", tooLong.Limit)}
	}
	if err != nil {
		return nil, malformed("the body cannot be read")
	}
	if !json.Valid(body) || !utf8.Valid(body) {
		return nil, malformed("the body is not one JSON value")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if t, _ := dec.Token(); t != json.Delim('{') {
		return nil, malformed("the body is not a JSON object")
	}
	expense := &Expense{UserID: userID}
	seen := make(map[string]bool)
	for dec.More() {
		t, _ := dec.Token() // the JSON is valid, so there is a token
		key := t.(string)
		if seen[key] {
			return nil, malformed("the key %s appears twice", quote(key))
		}
		seen[key] = true
		value, _ := dec.Token()
		if err := set(expense, key, value); err != nil {
			return nil, err
		}
	}
	for _, key := range []string{"amount", "description"} {
		if !seen[key] {
			return nil, malformed("the key '%s' is missing", key)
		}
	}
	return expense, nil
}

// set sets the field for a key.
func set(expense *Expense, key string, value json.Token) error {
	number, _ := value.(json.Number)
	whole, err := number.Int64()
	isWhole := err == nil
	switch key {
	case "amount":
		if !isWhole || whole < 1 {
			return malformed("amount is not a whole number of cents above 0")
		}
		expense.Amount = whole
	case "user_id":
		if !isWhole || int64(int32(whole)) != whole {
			return malformed("user_id is not the number of a user")
		}
		expense.UserID = int(whole)
	case "description":
		text, ok := value.(string)
		if !ok || strings.ContainsRune(text, 0) {
			return malformed("description is not a string without NUL")
		}
		expense.Description = text
	default:
		return malformed("unknown key %s (an expense has 'amount', 'description' and 'user_id')", quote(key))
	}
	return nil
}
