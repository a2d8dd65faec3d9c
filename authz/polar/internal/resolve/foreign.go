package resolve

// This file defines what names of other languages are called in Polar.

// foreignConstants are names that other languages give to nil and the booleans. A variable of such a name is
// always a mistake, and one that opens doors: u.boss = null holds for every boss.
var foreignConstants = map[string]string{
	"null": "nil", "Null": "nil", "NULL": "nil", "None": "nil", "none": "nil", "NONE": "nil",
	"Nil": "nil", "NIL": "nil", "undefined": "nil", "Undefined": "nil", "nullptr": "nil",
	"True": "true", "TRUE": "true", "False": "false", "FALSE": "false",
}

// foreignWords are names that may stand for something else, and are mistakes where they occur only once.
var foreignWords = map[string]string{
	"yes": "true", "Yes": "true", "YES": "true",
	"no": "false", "No": "false", "NO": "false",
}

// usualFunctions are functions of other languages, and what to write instead.
var usualFunctions = map[string]string{
	"len": "write x.length()", "length": "write x.length()", "count": "write x.length()", "size": "write x.length()",
	"isinstance": "write x matches Class", "instanceof": "write x matches Class", "is": "write x matches Class",
	"any": "write only the condition: it is true if some value of its variables makes it true",
	"all": "write forall(x in xs, ...)", "every": "write forall(x in xs, ...)",
	"some":   "write only the condition: it is true if some value of its variables makes it true",
	"exists": "write only the condition: it is true if some value of its variables makes it true", "EXISTS": "write only the condition: it is true if some value of its variables makes it true",
	"contains": "write x.contains(y)", "includes": "write x.contains(y)",
	"startswith": "write x.starts_with(y)", "endswith": "write x.ends_with(y)",
	"lower": "write x.lower()", "upper": "write x.upper()",
	"hasattr": "write x.name != nil", "getattr": `write x.("name")`,
	"max": "write the comparison, or a method in Go", "min": "write the comparison, or a method in Go", "sum": "write a method in Go",
	"NOT": `write "not"`, "Not": `write "not"`,
}

// usualMethods are methods of other languages, and the built-in methods that do the same.
var usualMethods = map[string]string{
	"includes": "contains", "include": "contains", "has": "contains",
	"toLowerCase": "lower", "to_lower": "lower", "ToLower": "lower", "lowercase": "lower", "downcase": "lower",
	"toUpperCase": "upper", "to_upper": "upper", "ToUpper": "upper", "uppercase": "upper", "upcase": "upper",
	"trim": "strip", "len": "length", "size": "length", "count": "length",
	"has_prefix": "starts_with", "HasPrefix": "starts_with", "has_suffix": "ends_with", "HasSuffix": "ends_with",
}
