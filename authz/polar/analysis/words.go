package analysis

// This file defines what an editor says about the words of the language.

// askedRules describes the rules that decisions ask or that blocks stand for, by name.
var askedRules = []struct {
	name, params, doc string
}{
	{"allow", "actor, action, resource", "Allows an actor to do something with a resource. Authorize, IsAllowed, Filter and the other decisions ask it."},
	{"allow_request", "actor, request", "Allows an actor to send an HTTP request. AuthorizeRequest asks it, and Middleware if Config.HTTP.RequestRule says so."},
	{"allow_field", "actor, action, resource, field", "Allows an actor to do something with a field of a resource. AuthorizeField and AuthorizedFields ask it."},
	{"allow_change", "actor, action, before, after", "Allows a change of a resource. Updates ask it if Config.ChangeRule is set."},
	{"deny", "actor, action, resource", "Denies what allow would allow. Decisions ask it if Config.DenyRule is set."},
	{"deny_request", "actor, request", "Denies what allow_request would allow. Decisions ask it if Config.DenyRule is set."},
	{"deny_field", "actor, action, resource, field", "Denies what allow_field would allow. Decisions ask it if Config.DenyRule is set."},
	{"has_permission", "actor, permission, resource", "Gives an actor a permission that a block declares. The shorthand rules of blocks are rules of this name, too."},
	{"has_role", "actor, role, resource", "Gives an actor a role that a block declares. The shorthand rules of blocks ask it."},
	{"has_relation", "subject, relation, object", "Says that subject is the relation of object that a block declares. Shorthand rules with \"on\" ask it."},
}

// keywords describes the words that may be in the body of a rule.
var keywords = []struct{ name, doc string }{
	{"and", "Both conditions hold."},
	{"or", "One of the conditions holds."},
	{"not", "The condition holds in no way."},
	{"in", "x in list: x is an element of the list. If x is a new variable, it is each element in turn."},
	{"matches", "x matches Class: x is an instance of the class. x matches {name: value}: x has an attribute with that value."},
	{"forall", "forall(condition, then): whenever the condition holds, the other one holds, too."},
	{"cut", "No other rule of this name is tried for the question."},
	{"print", "print(x) prints a value and holds."},
	{"debug", "debug() holds. It is accepted for policies that were written for Oso."},
	{"new", "new Class(...) makes an instance by the constructor that the program registered."},
	{"true", "The Boolean true."},
	{"false", "The Boolean false."},
	{"nil", "Nothing: the value of a nil pointer, or of NULL."},
	{"mod", "The remainder of a division, with the sign of the divisor."},
	{"rem", "The remainder of a division, with the sign of the dividend."},
}

// statements describes the words that a statement begins with, and what usually follows.
var statements = []struct{ name, snippet, doc string }{
	{"actor", "actor ${1:User} {\n\t$0\n}", "Declares roles, permissions and relations of a class of actors."},
	{"resource", "resource ${1:Class} {\n\tpermissions = [\"${2:read}\"];\n\troles = [\"${3:member}\"];\n\n\t\"${2:read}\" if \"${3:member}\";$0\n}", "Declares roles, permissions and relations of a class, and which of them imply others."},
	{"type", "type ${1:rule}(${2:x: Class});", "Declares the types of the parameters of a rule. The rules of that name must fit."},
}

// declarations describes the words in blocks.
var declarations = []struct{ name, snippet, doc string }{
	{"roles", "roles = [\"$0\"];", "The roles that actors can have on instances of the class."},
	{"permissions", "permissions = [\"$0\"];", "What can be done with instances of the class."},
	{"relations", "relations = { ${1:name}: ${2:Class} };", "The instances of classes that instances of this one belong to."},
}
