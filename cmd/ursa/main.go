// Ursa formats, checks and describes policies. Run "ursa --help", or see docs/tools.md.
package main

// This file defines the command line.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"
)

func main() {
	if isVetTool(os.Args[1:]) {
		vetTool()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// The exit codes.
const (
	exitOK    = 0
	exitFound = 1 // the command found something
	exitFault = 2 // the command could not run
)

// A commandLine is all commands and their flags.
type commandLine struct {
	Fmt   fmtCommand   `cmd:"" help:"Format policies."`
	Check checkCommand `cmd:"" help:"Report errors and warnings in policies."`
	Rules rulesCommand `cmd:"" help:"List rules, roles and permissions."`
	Gen   genCommand   `cmd:"" help:"Write Go constants for actions, roles and permissions."`
	Vet   vetCommand   `cmd:"" help:"Report mistakes in Go programs that use Ursa."`
	Lsp   lspCommand   `cmd:"" help:"Serve editors as a language server, on standard input and output."`

	Completion completionCommand `cmd:"" help:"Print a script by which a shell completes commands and flags."`
}

// An environment is what commands read from and write to.
type environment struct {
	ctx    context.Context
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// errFound says that a command found something, and has said what.
var errFound = errors.New("found something")

const description = `Tools for policies of Ursa.

A path is a file, a folder, or a folder followed by /... for all folders below it. A folder is one policy, of all its
files that end in .polar. Files that are named one by one are one policy together; - is standard input.

Exit codes: 0 if nothing was found, 1 if something was found, 2 if the command could not run.`

// examples are what the help of each command ends with.
var examples = map[string]string{
	"fmt":   "  ursa fmt -l policies/...\n  ursa fmt -w policies/managed\n  ursa fmt < rules.polar",
	"check": "  ursa check policies/...\n  ursa check -format github ./...\n  ursa check -codes nil-equals-nil",
	"rules": "  ursa rules policies/managed\n  ursa rules -roles mermaid policies/managed\n  ursa rules -can read Expense policies/managed",
	"lsp":   "  ursa lsp",
	"vet":   "  ursa vet ./...\n  ursa vet -format github ./...\n  go vet -vettool=$(which ursa) ./...",

	"completion": "  source <(ursa completion bash)\n  ursa completion fish > ~/.config/fish/completions/ursa.fish",

	"gen": "  //go:generate ursa gen -package app -o policy_gen.go ../policies/managed",
}

// run runs a command and returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	env := &environment{ctx, stdin, stdout, stderr}
	exited := -1
	parser, err := kong.New(new(commandLine),
		kong.Name("ursa"), kong.Description(description), kong.Writers(stdout, stderr),
		kong.Exit(func(n int) { exited = n; panic(exit{}) }),
		kong.Help(help),
	)
	if err != nil {
		fmt.Fprintln(stderr, "ursa:", err)
		return exitFault
	}
	defer func() {
		if e := recover(); e != nil {
			if _, ok := e.(exit); !ok {
				panic(e)
			}
			code = exited // of --help
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(goFlags(args))
	if err == nil {
		err = command.Run(env, command)
	}
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errFound):
		return exitFound
	}
	fmt.Fprintln(stderr, "ursa:", err)
	return exitFault
}

// exit is the panic that ends the parser after it has printed help.
type exit struct{}

// help prints kong's help, and examples.
func help(options kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	if ctx.Selected() != nil {
		fmt.Fprintf(ctx.Stdout, "\nExamples:\n%s\n", examples[ctx.Selected().Name])
	}
	return nil
}

var longFlag = regexp.MustCompile(`^-[a-z][a-z-]+(=|$)`)

// goFlags makes long flags with one dash, as Go's own tools have them, those that kong knows,
// and joins the two arguments of -can.
func goFlags(args []string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			return append(out, args[i:]...)
		}
		if longFlag.MatchString(arg) {
			arg = "-" + arg
		}
		if arg == "--can" && i+2 < len(args) && !strings.HasPrefix(args[i+1], "-") {
			arg = "--can=" + args[i+1] + " " + args[i+2]
			i += 2
		}
		out = append(out, arg)
	}
	return out
}
