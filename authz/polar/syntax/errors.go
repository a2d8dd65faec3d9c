package syntax

// This file defines the codes of the diagnostics that scanning and parsing make.

// The codes of syntax errors and warnings.
const (
	CodeInvalidUTF8       Code = "invalid-utf8"            // the source is not UTF-8
	CodeSourceTooLarge    Code = "source-too-large"        // the source is longer than 64 MiB
	CodeInvalidCharacter  Code = "invalid-token-character" // a character that starts or continues no token, or a string without an end
	CodeHiddenCharacter   Code = "hidden-character"        // a character that a reader does not see, or that changes how others are displayed
	CodeMixedScripts      Code = "mixed-scripts"           // a name with letters of several scripts
	CodeInvalidFloat      Code = "invalid-float"           // a malformed exponent
	CodeIntegerOverflow   Code = "integer-overflow"        // an integer literal beyond 64 bits
	CodeUnrecognizedEOF   Code = "unrecognized-eof"        // the source ends inside a statement
	CodeUnrecognizedToken Code = "unrecognized-token"      // a token that cannot stand where it stands
	CodeExtraToken        Code = "extra-token"             // a semicolon after a query
	CodeReservedWord      Code = "reserved-word"           // a reserved word where a name is needed
	CodeWrongValueType    Code = "wrong-value-type"        // a goal where a value is needed, or the reverse
	CodeDuplicateKey      Code = "duplicate-key"           // a key twice in a dictionary, a pattern or keyword arguments
	CodeTooDeep           Code = "too-deep"                // a term or goal nested beyond the bound of the parser
	CodeTooManyErrors     Code = "too-many-errors"         // the source has more errors than are reported

	CodeAmbiguousPrecedence Code = "ambiguous-precedence" // warning: "and" beside "or" without parentheses
)
