package syntax

// This file defines the tokens that the scanner makes and the parser reads.

import (
	"strings"
	"unicode/utf8"
)

// A kind says what a token is.
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
	kBang      // !, a token of no production
	kBar       // |, a token of no production
	kQuery     // ?=

	// Words that may also name a field, a key or a method.
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

	// Words that name nothing else.
	kMod
	kRem
	kIsa // a token of no production
	kTrue
	kFalse
	kInf
	kNan
)

// isWord reports whether a token of kind k is a reserved word.
func (k kind) isWord() bool { return k >= kType }

// isKeyWord reports whether a token of kind k is a reserved word that may still name a field.
func (k kind) isKeyWord() bool { return kType <= k && k <= kMatches }

// wordKind returns the kind of the reserved word s, or kSymbol when s is none.
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

// A place is a point of the source: where it is and how it is counted.
type place struct {
	off       int // bytes from the start of the source
	line, col int32
}

// after returns the place behind a text that starts at p.
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

// A token is one token: a stretch of the source and what it is.
type token struct {
	kind       kind
	start, end place
	bad        *badToken // why it is none, when kind is kBad
}

// A badToken is what is wrong with a stretch of text that is no token.
type badToken struct {
	code      Code
	start     place // of the offending text, inside the token
	end       place
	msg, hint string
}
