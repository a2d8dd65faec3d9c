package syntax

// This file defines the codes of the diagnostics that the scanner and the parser report.

// The codes of syntax errors and warnings.
const (
	CodeInvalidUTF8       Code = "invalid-utf8"            // the source is not UTF-8
	CodeSourceTooLarge    Code = "source-too-large"        // the source is longer than 16 MiB
	CodeInvalidCharacter  Code = "invalid-token-character" // a character that cannot start or continue a token, or a string without an end
	CodeHiddenCharacter   Code = "hidden-character"        // a character that is invisible, or that changes how others are displayed
	CodeMixedScripts      Code = "mixed-scripts"           // a name with letters of several scripts
	CodeInvalidFloat      Code = "invalid-float"           // a malformed exponent
	CodeIntegerOverflow   Code = "integer-overflow"        // an integer literal beyond 64 bits
	CodeUnrecognizedEOF   Code = "unrecognized-eof"        // the source ends inside a statement
	CodeUnrecognizedToken Code = "unrecognized-token"      // a token that the grammar does not allow there
	CodeExtraToken        Code = "extra-token"             // a semicolon after a query
	CodeReservedWord      Code = "reserved-word"           // a reserved word where a name is needed
	CodeWrongValueType    Code = "wrong-value-type"        // a goal where a value is needed, or a value where a goal is needed
	CodeDuplicateKey      Code = "duplicate-key"           // a key occurs twice in a dictionary, a pattern or keyword arguments
	CodeTooDeep           Code = "too-deep"                // a term or goal is nested more deeply than the parser allows
	CodeTooManyErrors     Code = "too-many-errors"         // the source has too many errors to report

	CodeAmbiguousPrecedence Code = "ambiguous-precedence" // warning: "and" and "or" are mixed without parentheses
)
