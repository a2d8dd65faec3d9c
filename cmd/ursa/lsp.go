package main

// This file defines ursa lsp, a language server on standard input and output: how messages
// are framed, and in which order things are done.
//
// The server answers one message at a time. Checks of whole policies, which may take longer
// than a keystroke, run beside it: one at a time, of the texts as they are when it begins,
// when no message is waiting. An edit of the policy cancels its check. So typing and
// completion never wait for a check, and no check of old texts is reported.

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
)

type lspCommand struct {
	Schema string `type:"path" placeholder:"FILE" help:"The schema of the program. By default it is the nearest file ursa.schema.json."`
}

// maxMessage bounds the bytes of a message. A source may have 16 MiB, which JSON can double.
const maxMessage = 64 << 20

// A message is a request, a notification or a response.
type message struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  any             `json:"result,omitempty"`
	Error   *rpcError       `json:"error,omitempty"`
}

// An rpcError is the error of a request.
type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// The codes of errors.
const (
	codeParse          = -32700
	codeInvalidParams  = -32602
	codeMethodNotFound = -32601
	codeRequestFailed  = -32803
)

// null is the result of requests that have nothing to say.
var null = json.RawMessage("null")

// Run serves until the client ends the session.
func (c *lspCommand) Run(env *environment) error {
	ctx, cancel := context.WithCancel(env.ctx) // ends the goroutines below
	defer cancel()
	s := newServer(&environment{ctx, env.stdin, env.stdout, env.stderr}, c.Schema)
	messages := make(chan []byte)
	failed := make(chan error, 1)
	go func() {
		in := bufio.NewReader(env.stdin)
		for {
			body, err := readMessage(in)
			if err != nil {
				failed <- err
				return
			}
			select {
			case messages <- body:
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		var body []byte
		select {
		case body = <-messages:
		default:
			s.startCheck()
			select {
			case body = <-messages:
			case done := <-s.checked:
				if err := s.endCheck(done); err != nil {
					return err
				}
				continue
			case err := <-failed:
				if errors.Is(err, io.EOF) {
					return nil
				}
				return err
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if done, err := s.handle(body); done || err != nil {
			return err
		}
	}
}

// readMessage reads the header and the body of a message.
func readMessage(in *bufio.Reader) ([]byte, error) {
	header, err := textproto.NewReader(in).ReadMIMEHeader()
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(header.Get("Content-Length"))
	if err != nil || n < 0 || n > maxMessage {
		return nil, fmt.Errorf("lsp: a message without a valid Content-Length: %q", header.Get("Content-Length"))
	}
	body := make([]byte, n)
	_, err = io.ReadFull(in, body)
	return body, err
}

// send writes a message.
func (s *server) send(m message) error {
	m.Version = "2.0"
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.env.stdout, "Content-Length: %d\r\n\r\n%s", len(body), body)
	return err
}

// handle answers a message; done reports whether the session is over.
func (s *server) handle(body []byte) (done bool, err error) {
	var m message
	if err := json.Unmarshal(body, &m); err != nil {
		return false, s.send(message{ID: null, Error: &rpcError{codeParse, "the message is not JSON"}})
	}
	if m.Method == "exit" {
		if !s.shutDown {
			return true, errors.New("lsp: the client ended the session without shutdown")
		}
		return true, nil
	}
	result, failure := s.call(m.Method, m.Params)
	if m.ID == nil { // a notification has no answer
		return false, nil
	}
	if later, ok := result.(answerLater); ok {
		s.later = append(s.later, pending{m.ID, later})
		return false, s.answer()
	}
	return false, s.respond(m.ID, result, failure)
}

// respond answers a request.
func (s *server) respond(id json.RawMessage, result any, failure *rpcError) error {
	if e, ok := result.(*rpcError); ok {
		failure = e
	}
	switch {
	case failure != nil:
		return s.send(message{ID: id, Error: failure})
	case result == nil:
		result = null
	}
	return s.send(message{ID: id, Result: result})
}

// call calls a method.
func (s *server) call(method string, params json.RawMessage) (any, *rpcError) {
	switch method {
	case "initialize":
		return with(params, s.initialize)
	case "shutdown":
		s.shutDown = true
		return nil, nil
	case "textDocument/didOpen":
		return with(params, s.didOpen)
	case "textDocument/didChange":
		return with(params, s.didChange)
	case "textDocument/didSave":
		return with(params, s.didSave)
	case "textDocument/didClose":
		return with(params, s.didClose)
	case "workspace/didChangeWatchedFiles":
		return with(params, s.didChangeFiles)
	case "textDocument/formatting":
		return with(params, s.formatting)
	case "textDocument/hover":
		return with(params, s.hover)
	case "textDocument/completion":
		return with(params, s.completion)
	case "textDocument/definition":
		return with(params, s.definition)
	case "textDocument/references":
		return with(params, s.references)
	case "textDocument/prepareRename":
		return with(params, s.prepareRename)
	case "textDocument/rename":
		return with(params, s.rename)
	case "textDocument/documentSymbol":
		return with(params, s.symbols)
	case "textDocument/codeAction":
		return with(params, s.codeActions)
	}
	return nil, &rpcError{codeMethodNotFound, "the method " + strconv.Quote(method) + " is not supported"}
}

// with calls f with the parameters.
func with[P any](params json.RawMessage, f func(*P) any) (any, *rpcError) {
	p := new(P)
	if len(params) > 0 {
		if err := json.Unmarshal(params, p); err != nil {
			return nil, &rpcError{codeInvalidParams, err.Error()}
		}
	}
	return f(p), nil
}

// mustJSON returns the JSON of what the server made itself.
func mustJSON(x any) json.RawMessage {
	body, err := json.Marshal(x)
	if err != nil {
		panic(err)
	}
	return body
}
