package main

// This file defines ursa completion, which prints scripts by which shells complete the commands,
// flags and values of ursa. They are made from the command line that kong reads.

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"The shell: ${enum}."`
}

// Run prints the script.
func (c *completionCommand) Run(env *environment, ctx *kong.Context) error {
	commands := ctx.Model.Children
	switch c.Shell {
	case "zsh":
		fmt.Fprintln(env.stdout, "autoload -U +X bashcompinit && bashcompinit")
		return bashCompletion(env.stdout, commands)
	case "fish":
		return fishCompletion(env.stdout, commands)
	}
	return bashCompletion(env.stdout, commands)
}

// flags returns the flags of a command as people write them, with one dash.
func flags(command *kong.Node) []*kong.Flag {
	return slices.DeleteFunc(slices.Clone(command.Flags), func(f *kong.Flag) bool { return f.Hidden })
}

// values returns the values that a flag or an argument can have, or nil if they are not listed.
func values(v *kong.Value) []string {
	if v.Enum == "" {
		return nil
	}
	return slices.DeleteFunc(strings.Split(v.Enum, ","), func(s string) bool { return s == "" })
}

// bashCompletion prints a function for bash. Zsh can use it, too.
func bashCompletion(w io.Writer, commands []*kong.Node) error {
	var names []string
	var cases strings.Builder
	for _, command := range commands {
		names = append(names, command.Name)
		words := []string{"-help"}
		var valued strings.Builder
		for _, f := range flags(command) {
			words = append(words, "-"+f.Name)
			if f.Short != 0 {
				words = append(words, "-"+string(f.Short))
			}
			if list := values(f.Value); list != nil {
				fmt.Fprintf(&valued, "        -%s | --%s) words='%s' files= ;;\n", f.Name, f.Name, strings.Join(list, " "))
			} else if !f.IsBool() {
				fmt.Fprintf(&valued, "        -%s | --%s) words= ;;\n", f.Name, f.Name)
			}
		}
		for _, arg := range command.Positional {
			words = append(words, values(arg)...)
		}
		fmt.Fprintf(&cases, "    %s)\n      words='%s'\n", command.Name, strings.Join(words, " "))
		if valued.Len() > 0 {
			fmt.Fprintf(&cases, "      case $prev in\n%s      esac\n", valued.String())
		}
		cases.WriteString("      ;;\n")
	}
	_, err := fmt.Fprintf(w, `# Completion of the command ursa, by "ursa completion".
_ursa() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words= files=1
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '%s' -- "$cur"))
    return
  fi
  case ${COMP_WORDS[1]} in
%s  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  if [[ $files && $cur != -* ]]; then COMPREPLY+=($(compgen -f -- "$cur")); fi
}
complete -o filenames -F _ursa ursa
`, strings.Join(names, " "), cases.String())
	return err
}

// fishCompletion prints lines for fish.
func fishCompletion(w io.Writer, commands []*kong.Node) error {
	quote := func(s string) string {
		return "'" + strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), "'", `\'`) + "'"
	}
	fmt.Fprintln(w, "# Completion of the command ursa, by \"ursa completion\".")
	for _, command := range commands {
		fmt.Fprintf(w, "complete -c ursa -n __fish_use_subcommand -f -a %s -d %s\n", command.Name, quote(command.Help))
		within := quote("__fish_seen_subcommand_from " + command.Name)
		for _, f := range flags(command) {
			fmt.Fprintf(w, "complete -c ursa -n %s -o %s -l %s", within, f.Name, f.Name)
			if f.Short != 0 {
				fmt.Fprintf(w, " -s %c", f.Short)
			}
			if list := values(f.Value); list != nil {
				fmt.Fprintf(w, " -x -a %s", quote(strings.Join(list, " ")))
			} else if !f.IsBool() {
				fmt.Fprint(w, " -r")
			}
			fmt.Fprintf(w, " -d %s\n", quote(f.Help))
		}
		for _, arg := range command.Positional {
			if list := values(arg); list != nil {
				fmt.Fprintf(w, "complete -c ursa -n %s -f -a %s\n", within, quote(strings.Join(list, " ")))
			}
		}
	}
	return nil
}
