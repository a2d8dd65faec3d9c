package sqlauthz

// This file defines searches in texts with LIKE, for the databases whose LIKE compares bytes
// if its operands do.

import "strings"

// likes returns the functions of a dialect that search with LIKE.
func likes(d *Dialect) (prefix, suffix, contains func(x frag, arg string, escape bool) frag) {
	with := func(before, after string) func(x frag, arg string, escape bool) frag {
		return func(x frag, arg string, escape bool) frag {
			if escape {
				arg = likeEscaper.Replace(arg)
			}
			return cat(d.bytes(x), " LIKE ", d.param(kindText, before+arg+after), " ESCAPE '!'")
		}
	}
	return with("", "%"), with("%", ""), with("%", "%")
}

var likeEscaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")
