# Variables, constants, classes and calls.

f(x); ### "singleton-variable: the variable x occurs only once in this rule .write x: Class for instances of a class, or _x for any value.$"
---
f(_x, _, _);
---
f(x, y) if x = 1; ### "singleton-variable: the variable y"
---
# A typo in a body is two singletons; the later one is reported, and its hint is the other.
f(actor, resource) if actor = resurce; ### "singleton-variable: the variable resurce .*did you mean .resource."
---
f([*xs]); ### "singleton-variable: the variable xs"
---
f({x}); ### "singleton-variable: the variable x"
---
f(_: {name: x}); ### "singleton-variable: the variable x"
---
f(_: {id}); ### "singleton-variable: the variable id"
---
f(_: User{name: x}); ### "singleton-variable: the variable x"
---
f(x) if x.(k); ### "singleton-variable: the variable k"
---
f(x) if not y = x; ### "singleton-variable: the variable y"
---
f(x) if print(y) and x; ### "singleton-variable: the variable y"
---
f(a::b);
f(User);
f(Actor);
f(Resource);
f(nil, limit);
---
f(x: Unknown) if x; ### "^unknown-class: the class Unknown is not registered$"
---
# option:notypes
f(_: Unknown); ### "^warning: unknown-class"
f(x: Unknown); ### "^warning: unknown-class" ### "^singleton-variable: the variable x"
---
f(_: Usr); ### "unknown-class: the class Usr is not registered .did you mean .User."
f(_: int); ### "did you mean .Integer."
f(_: str); ### "did you mean .String."
f(_: dict); ### "did you mean .Dictionary."
f(_: double); ### "did you mean .Float."
f(_: array); ### "did you mean .List."
f(_: bool); ### "did you mean .Boolean."
f(_: map{a: 1}); ### "did you mean .Dictionary."
---
f(x) if x matches Nope and x matches [Orgg{}, {a: Orgg{id: 1}}]; ### "unknown-class: the class Nope" ### "class Orgg .* .did you mean .Org." ### "class Orgg" ### "unknown-key: .* attribute a"
---
# A constant is no class, and a variable is none either.
f(_: limit); ### "unknown-class: the class limit"
f(x) if 1 matches x; ### "unknown-class: the class x" ### "singleton-variable"
f() if nil matches nil; ### "unknown-class: the class nil"
---
f(x) if x = new Usr("a"); ### "unknown-class: the class Usr .* .did you mean .User."
f(x) if x = new Repo(); ### "no-constructor: the class Repo has no constructor"
f(x) if x = new Actor(); ### "unknown-class: the class Actor .*union"
f(x) if x = new Document(); ### "no-constructor"
f(x) if x = new String("a"); ### "no-constructor"
---
f(1) if g(1); ### "undefined-rule: there is no rule g$"
---
grant(1);
f(1) if grnt(1) and not grantt(2) or forall(gant(1), gra(1)); ### "no rule grnt .did you mean .grant." ### "no rule grantt .did you mean .grant." ### "no rule gant .did you mean .grant." ### "no rule gra"
---
f(1);
?= g(1); ### "undefined-rule: there is no rule g"
?= not g(1); ### "undefined-rule"
---
f(x) if x.g(1);
---
f(1) if f(1, 2) and f(); ### "warning: rule-arity: no rule f takes 2 arguments" ### "warning: rule-arity: no rule f takes 0 arguments"
f(1, 2, 3);
---
f(1);
f(2) if f(x: 1); ### "keyword-arguments: rules take no keyword arguments"
f(2) if f(1, x: 1); ### "keyword-arguments: rules"
f(x) if x.m(a: 1); ### "keyword-arguments: methods"
---
f(x) if in(x, [1], 2); ### "prefix-form: .*in.x, xs."
f(x) if in(x); ### "prefix-form"
f(x) if .(x); ### "prefix-form: .*, result"
f(x) if .(x, "a", 1, 2); ### "prefix-form"
f(x) if .(x, 1); ### "prefix-form: the key of a lookup must be a string, not a value of Integer"
f(x) if .(x, limit, 1); ### "prefix-form: the key"
f(x) if x.(limit); ### "prefix-form: the key"
f(x) if new("a", x); ### "prefix-form: .*new"
f(x) if new(x); ### "prefix-form"
f(x) if new(Org("a"), x, x); ### "prefix-form"
f(x) if new(Orgg("a"), x); ### "unknown-class: the class Orgg"
f(x) if in(f(1), [x]); ### "wrong-value-type: a condition has no value"
f(x) if in(x, not x); ### "wrong-value-type"
---
f() if User := 1; ### "assignment: .User. is a constant"
f() if nil := 1; ### "assignment: .nil. is a constant"
f(x) if x := 1; ### "assignment: the parameter x cannot be assigned to"
f([_, {a: x}]) if x := 1; ### "assignment: the parameter x"
f() if x := 1 and x = 1;
---
# option:notypes
f(x) if x := 1;
---
# All errors of a rule, and of all rules.
f(x, y: Nope) if g(x) and h(z); ### "unknown-class" ### "no rule g" ### "no rule h" ### "singleton-variable: the variable z"
granted() if granteed(1); ### "no rule granteed .did you mean .granted."
---
# A name that other languages give to nil or a boolean is no variable, however often it occurs.
f(x) if x = null and not x = null; ### "^foreign-constant: null is a variable here, so it matches anything .write nil.$"
f(None, x) if x = None; ### "^foreign-constant: None .* .write nil."
f(_: {boss: undefined}); ### "foreign-constant: undefined"
f(x) if x in [True, FALSE]; ### "foreign-constant: True .* .write true." ### "foreign-constant: FALSE .* .write false."
f(x) if x matches None; ### "^unknown-class: the class None is not registered .to test for nil, write x = nil.$"
f(_null, null_);  ### "singleton-variable: the variable null_"
?= f(null); ### "foreign-constant: null"
---
# A variable that occurs once in each alternative has a value in none of them.
f(u: User) if u.name = admin or u.email = admin; ### "^warning: variable-in-alternatives: the variable admin occurs only once in each alternative, so it matches anything there .write .admin. if you mean the string.$"
f(u: User) if u.admin and (admin = u.name and u.age = 3 or u.email = admin); ### "the variable admin occurs only once in each alternative"
f(u: User) if u.name = x and x = "a" or u.email = x and x = "b";
f(u: User) if (u.name = x or u.email = x) and x = "a";
f(u: User, x) if u.name = x or u.email = x;
f(u: User) if u.name = _x or u.email = _x;
f(u: User) if u.age = limit or u.score = limit;
