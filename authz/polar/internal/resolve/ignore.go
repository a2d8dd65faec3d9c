package resolve

// This file defines Ignore, which drops the warnings that comments in the policy silence.
//
//	# ursa:ignore nil-equals-nil: users without a team share what belongs to no team
//	allow(u: User, "read", d: Doc) if d.team = u.team;
//
// A comment on a line of its own applies to the line below it and the comments directly after
// it. A comment after a statement applies to its own line. A comment before the first statement
// of a file also silences warnings about the policy as a whole. A reason is required, and a
// comment that silences nothing is reported. Errors cannot be silenced.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

// WarningCodes are the codes of the warnings that can be silenced. Warnings about text
// that hides what it says, and about ursa:ignore comments, cannot be silenced.
var WarningCodes = []syntax.Code{
	syntax.CodeAmbiguousPrecedence,
	CodeRuleArity, CodeNoAllow, CodeNoHasPermission, CodePartialName, CodePartialTerm, CodeUnknownKey, CodeNeverNil, CodeOnlyNil, CodeNeverMatches,
	CodeUndeclaredInBlock, CodeUnaskedRule, CodeSharedRule, CodeNeverGiven, CodeUnknownValue, CodeNilEqualsNil, CodeActorWithoutKey, CodeSameChange, CodeAlternatives,
}

// ignoreMark begins the comments that silence warnings.
const ignoreMark = "ursa:ignore"

// An ignoreKey identifies the warnings that a comment silences.
type ignoreKey struct {
	code syntax.Code
	file string
	line int32 // 0 for those about the policy as a whole
}

// An ignore is a comment that silences warnings.
type ignore struct {
	src     *source
	comment *syntax.Comment
	code    syntax.Code
	used    bool
}

// An ignorer collects the comments of a policy.
type ignorer struct {
	advice bool // only comments that silence advice count, otherwise only the others
	all    []*ignore
	byKey  map[ignoreKey][]*ignore
	wrong  []syntax.Diagnostic
}

// Ignore returns the diagnostics of files without the warnings that their comments silence,
// sorted by position. If there are no errors, it adds warnings about invalid comments.
func Ignore(files []*syntax.File, ds []syntax.Diagnostic) []syntax.Diagnostic {
	return dropIgnored(files, ds, false)
}

// IgnoreAdvice is Ignore for the advice of tools.
func IgnoreAdvice(files []*syntax.File, ds []syntax.Diagnostic) []syntax.Diagnostic {
	return dropIgnored(files, ds, true)
}

func dropIgnored(files []*syntax.File, ds []syntax.Diagnostic, advice bool) []syntax.Diagnostic {
	r := &ignorer{advice: advice, byKey: make(map[ignoreKey][]*ignore)}
	for _, f := range files {
		r.read(&source{file: f})
	}
	if len(r.all)+len(r.wrong) == 0 {
		return ds
	}
	kept := slices.DeleteFunc(slices.Clone(ds), func(d syntax.Diagnostic) bool {
		if d.Severity != syntax.Warning {
			return false
		}
		ignores := r.byKey[ignoreKey{d.Code, d.Pos.File, d.Pos.Line}]
		for _, i := range ignores {
			i.used = true
		}
		return len(ignores) > 0
	})
	if syntax.Errors(ds) != nil {
		return kept
	}
	for _, i := range r.all {
		if !i.used {
			r.report(i, CodeUnusedIgnore, fmt.Sprintf("there is no warning %s to ignore here", i.code), "remove the comment")
		}
	}
	kept = append(kept, r.wrong...)
	sortDiagnostics(kept)
	return kept
}

// report adds a warning about a comment.
func (r *ignorer) report(i *ignore, code syntax.Code, msg, hint string) {
	at := i.comment.Span
	r.wrong = append(r.wrong, syntax.Diagnostic{
		Severity: syntax.Warning, Code: code, Pos: at.Start, End: at.End, Msg: msg, Hint: hint, Line: i.src.line(at.Start.Line),
	})
}

// read adds the comments of a file.
func (r *ignorer) read(src *source) {
	comments := src.file.Comments
	about := int32(0) // the line that the comment below applies to, if it is on a line of its own
	below := int32(0) // the line of the comment below
	for _, c := range slices.Backward(comments) {
		line := c.Start.Line
		switch {
		case !c.Alone():
			about = 0
		case below == line+1 && about != 0:
			line = about
		default:
			line++
		}
		if c.Alone() {
			about = line
		}
		below = c.Start.Line
		r.add(src, c, line)
	}
}

// add adds a comment about a line if it is an ursa:ignore comment.
func (r *ignorer) add(src *source, c *syntax.Comment, line int32) {
	text, found := strings.CutPrefix(strings.TrimLeft(c.Text, "# \t"), ignoreMark)
	if !found {
		return
	}
	code, reason, _ := strings.Cut(text, ":")
	i := &ignore{src: src, comment: c, code: syntax.Code(strings.TrimSpace(code))}
	name := string(i.code)
	isAdvice := slices.Contains(AdviceCodes, i.code)
	switch {
	case r.advice != isAdvice: // a comment of the other kind
	case name == "":
		r.report(i, CodeInvalidIgnore, "this comment does not say which warning to ignore", "write # ursa:ignore CODE: reason")
	case !isAdvice && !slices.Contains(WarningCodes, i.code):
		r.report(i, CodeInvalidIgnore, quote(name)+" is not the code of a warning that can be ignored", ignoreHint(name))
	case strings.TrimSpace(reason) == "":
		r.report(i, CodeInvalidIgnore, "this comment gives no reason to ignore the warning", "write # ursa:ignore "+name+": reason")
	default:
		r.all = append(r.all, i)
		key := ignoreKey{i.code, src.file.Name, line}
		r.byKey[key] = append(r.byKey[key], i)
		if stmts := src.file.Stmts; len(stmts) == 0 || c.Start.Before(stmts[0].Pos()) {
			r.byKey[ignoreKey{code: i.code}] = append(r.byKey[ignoreKey{code: i.code}], i)
		}
	}
}

// ignoreHint suggests the code that was probably meant.
func ignoreHint(code string) string {
	var names []string
	for _, c := range slices.Concat(WarningCodes, AdviceCodes) {
		names = append(names, string(c))
	}
	if near := syntax.Nearest(code, names); near != "" {
		return "did you mean " + quote(near) + "?"
	}
	return "errors cannot be ignored"
}
