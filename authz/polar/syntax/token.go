package syntax

// This file defines tokens, which the scanner makes and the parser reads.

import (
	"strings"
	"unicode/utf8"
)

// A kind is the kind of a token.
type kind uint8

const (
	kEOF kind = iota
	kBad      // not a token; token.bad says why

	kSymbol
	kInt
	kFloat
	kString

	kColon     // :
	kComma     // ,
	kSemicolon // ;
	kDot       // .
	kLParen    // (
	kRParen    // )
	kLBracket  // [
	kRBracket  // ]
	kLBrace    // {
	kRBrace    // }
	kStar      // *
	kSlash     // /
	kPlus      // +
	kMinus     // -
	kUnify     // =
	kAssign    // :=
	kEq        // ==
	kNe        // !=
	kLt        // <
	kLe        // <=
	kGt        // >
	kGe        // >=
	kBang      // !, which no production uses
	kBar       // |, which no production uses
	kQuery     // ?=

	// Words that may also be names of fields, keys and methods.
	kType
	kCut
	kDebug
	kPrint
	kIn
	kForall
	kIf
	kAnd
	kOr
	kNot
	kNew
	kMatches

	// Words that may not be names.
	kMod
	kRem
	kIsa // not used by any production
	kTrue
	kFalse
	kInf
	kNan
)

// isWord reports whether a token of kind k is a reserved word.
func (k kind) isWord() bool { return k >= kType }

// isKeyWord reports whether a token of kind k is a reserved word that may still name a field.
func (k kind) isKeyWord() bool { return kType <= k && k <= kMatches }

// IsReserved reports whether a word is reserved: it cannot name a variable, a rule or a class.
func IsReserved(word string) bool { return wordKind(word).isWord() }

// wordKind returns the kind of the reserved word s, or kSymbol if s is not reserved.
func wordKind(s string) kind {
	switch s {
	case "type":
		return kType
	case "cut":
		return kCut
	case "debug":
		return kDebug
	case "print":
		return kPrint
	case "in":
		return kIn
	case "forall":
		return kForall
	case "if":
		return kIf
	case "and":
		return kAnd
	case "or":
		return kOr
	case "not":
		return kNot
	case "new":
		return kNew
	case "matches":
		return kMatches
	case "mod":
		return kMod
	case "rem":
		return kRem
	case "isa":
		return kIsa
	case "true":
		return kTrue
	case "false":
		return kFalse
	case "inf":
		return kInf
	case "nan":
		return kNan
	}
	return kSymbol
}

// A place is a point in the source, as an offset, a line and a column.
type place struct {
	off       int // bytes from the start of the source
	line, col int32
}

// after returns the place after a text that starts at p.
func (p place) after(text string) place {
	p.off += len(text)
	if i := strings.LastIndexByte(text, '\n'); i >= 0 {
		p.line += int32(strings.Count(text, "\n"))
		p.col = 1
		text = text[i+1:]
	}
	p.col += int32(utf8.RuneCountInString(text))
	return p
}

// A token is a token: its place in the source and its kind.
type token struct {
	kind       kind
	start, end place
	bad        *badToken // what is wrong, if kind is kBad
}

// A badToken is an error in text that is not a token.
type badToken struct {
	code      Code
	start     place // of the offending text, inside the token
	end       place
	msg, hint string
	fix       *edit // the hint as a replacement, or nil
}

// An edit is text to write between two places.
type edit struct {
	start, end place
	text       string
}
