# Errors in rules, rule types and inline queries outside of their expressions.

f(1) x;  ### `^6: unrecognized-token: unexpected "x"; expected "if" or ";" .did you forget "if"..$`
f(1) = 1;  ### `^6: unrecognized-token: unexpected "="; expected "if" or ";" .a body begins with "if".$`
f(1) := 1;  ### `^6: unrecognized-token: unexpected ":="; expected "if" or ";" .a body begins with "if".$`
f(1) :- g(1);  ### `^6: unrecognized-token: unexpected ":"; expected "if" or ";" .a body begins with "if".$`
f(1) => g(1);  ### `^6: unrecognized-token: unexpected "="; expected "if" or ";" .a body begins with "if".$`
f(1) <- g(1);  ### `^6: unrecognized-token: unexpected "<"; expected "if" or ";" .a body begins with "if".$`
f(1) { g(1); }  ### `^6: unrecognized-token: unexpected "."; expected "if" or ";" .write a body without braces: head..... if condition and condition;.$`
f(1) if { g(1) }  ### `^12: unrecognized-token: unexpected "."; expected ":" after a key .this is a dictionary; write a body without braces, and group conditions with parentheses.$`
f(1) where g(1);  ### `^6: unrecognized-token: unexpected "where"; expected "if" or ";" .a body begins with "if".$`
f(1) when g(1);  ### `^6: unrecognized-token: unexpected "when"; expected "if" or ";" .a body begins with "if".$`
f;  ### `^2: unrecognized-token: unexpected ";"; expected "." after the name of a rule .a rule without parameters has empty parentheses.$`
f if x;  ### `^3: unrecognized-token: unexpected "if"; expected "." after the name of a rule .a rule without parameters has empty parentheses.$`
f.g(1);  ### `^2: unrecognized-token: unexpected "."; expected "." after the name of a rule .rule names have no dots; write :: between the parts.$`
f(1).  ### `^5: unrecognized-token: unexpected "."; expected "if" or ";" .a statement ends with a semicolon.$`
g(1);
x.f(1) if y;  ### `^2: unrecognized-token: unexpected "."; expected "." after the name of a rule .rule names have no dots; write :: between the parts.$`
1;  ### `^1: unrecognized-token: unexpected "1"; expected a rule, a rule type, an inline query or a block$`
"a";  ### `^1: unrecognized-token: unexpected string "a"; expected a rule, a rule type, an inline query or a block .a shorthand rule belongs inside an actor or resource block.$`
"a" if "b";  ### `^1: unrecognized-token: unexpected string "a"; expected a rule, a rule type, an inline query or a block .a shorthand rule belongs inside an actor or resource block.$`
(f(1));  ### `^1: unrecognized-token: unexpected "."; expected a rule, a rule type, an inline query or a block$`
[1];  ### `^1: unrecognized-token: unexpected "."; expected a rule, a rule type, an inline query or a block .a rule begins with its name and its parameters: name..... if ...;.$`
;  ### `^1: unrecognized-token: unexpected ";"; expected a rule, a rule type, an inline query or a block .remove it; a block or a semicolon is not followed by a semicolon.$`
f(1);;  ### `^6: unrecognized-token: unexpected ";"; expected a rule, a rule type, an inline query or a block .remove it; a block or a semicolon is not followed by a semicolon.$`
g(1);
,  ### `^1: unrecognized-token: unexpected ","; expected a rule, a rule type, an inline query or a block$`
h(1);
}  ### `^1: unrecognized-token: unexpected "."; expected a rule, a rule type, an inline query or a block .no block is open here.$`
f(1,);  ### `^5: unrecognized-token: unexpected "."; expected an expression .remove the comma.$`
f(,);  ### `^3: unrecognized-token: unexpected ","; expected an expression .write a value before the comma, or remove the comma.$`
f(1,,2);  ### `^5: unrecognized-token: unexpected ","; expected an expression .write a value before the comma, or remove the comma.$`
f(x = 1);  ### `^5: unrecognized-token: unexpected "="; expected "," or "." .compare in the body, after "if".$`
f(x == 1);  ### `^5: unrecognized-token: unexpected "=="; expected "," or "." .compare in the body, after "if".$`
f(x < 1);  ### `^5: unrecognized-token: unexpected "<"; expected "," or "." .compare in the body, after "if".$`
f(not x);  ### `^3: unrecognized-token: unexpected "not"; expected an expression ."not" has no value; write it before a whole condition.$`
f(x and y);  ### `^5: unrecognized-token: unexpected "and"; expected "," or "." .compare in the body, after "if".$`
f(x: Foo y: Bar);  ### `^10: unrecognized-token: unexpected "y"; expected "," or "." after a specializer .did you forget a comma..$`
f(x y);  ### `^5: unrecognized-token: unexpected "y"; expected "," or "." .did you forget a comma..$`
f((x): Foo);  ### `^6: unrecognized-token: unexpected ":"; expected "," or "." .only a variable can have a specializer: name: Class.$`
f(1: Integer);  ### `^4: unrecognized-token: unexpected ":"; expected "," or "." .only a variable can have a specializer: name: Class.$`
f([x]: List);  ### `^6: unrecognized-token: unexpected ":"; expected "," or "." .only a variable can have a specializer: name: Class.$`
f(x.a: Foo);  ### `^6: unrecognized-token: unexpected ":"; expected "," or "." .only a variable can have a specializer: name: Class.$`
f(x : Foo if y);  ### `^11: unrecognized-token: unexpected "if"; expected "," or "." after a specializer$`
f(*x);  ### `^3: unrecognized-token: unexpected "."; expected an expression$`
cut(1);  ### `^1: reserved-word: "cut" is a reserved word; expected a rule, a rule type, an inline query or a block .choose another name, such as cut_.$`
in(1);  ### `^1: reserved-word: "in" is a reserved word; expected a rule, a rule type, an inline query or a block .choose another name, such as in_.$`
new(1);  ### `^1: reserved-word: "new" is a reserved word; expected a rule, a rule type, an inline query or a block .choose another name, such as new_.$`
debug(1);  ### `^1: reserved-word: "debug" is a reserved word; expected a rule, a rule type, an inline query or a block .choose another name, such as debug_.$`
print(1);  ### `^1: reserved-word: "print" is a reserved word; expected a rule, a rule type, an inline query or a block .choose another name, such as print_.$`
forall(1);  ### `^1: reserved-word: "forall" is a reserved word; expected a rule, a rule type, an inline query or a block .choose another name, such as forall_.$`
if(1);  ### `^1: reserved-word: "if" is a reserved word; expected a rule, a rule type, an inline query or a block .write a condition after the head of a rule: head..... if ...;.$`
if x = 1;  ### `^1: reserved-word: "if" is a reserved word; expected a rule, a rule type, an inline query or a block .write a condition after the head of a rule: head..... if ...;.$`
true(1);  ### `^1: reserved-word: "true" is a reserved word; expected a rule, a rule type, an inline query or a block .choose another name, such as true_.$`
mod(1);  ### `^1: reserved-word: "mod" is a reserved word; expected a rule, a rule type, an inline query or a block .choose another name, such as mod_.$`
not(1);  ### `^1: reserved-word: "not" is a reserved word; expected a rule, a rule type, an inline query or a block .choose another name, such as not_.$`
type type(1);  ### `^6: reserved-word: "type" is a reserved word; expected the name of a rule .choose another name, such as type_.$`
type new(1);  ### `^6: reserved-word: "new" is a reserved word; expected the name of a rule .choose another name, such as new_.$`
type f(x: Integer) if x = 1;  ### `^20: unrecognized-token: a rule type has no body .write ";" after the parameters, or remove "type" to make it a rule.$`
type f;  ### `^7: unrecognized-token: unexpected ";"; expected "." after the name of a rule .a rule without parameters has empty parentheses.$`
type;  ### `^5: unrecognized-token: unexpected ";"; expected the name of a rule$`
type(1);  ### `^5: unrecognized-token: unexpected "."; expected the name of a rule$`
type Foo {}  ### `^10: unrecognized-token: unexpected "."; expected "." after the name of a rule .a block begins with "actor" or "resource".$`
type f(x: Integer) x;  ### `^20: unrecognized-token: unexpected "x"; expected ";"$`
?= ;  ### `^4: unrecognized-token: unexpected ";"; expected an expression$`
?= x = 1 y;  ### `^10: unrecognized-token: unexpected "y"; expected an operator or ";"$`
?= f(1), g(1);  ### `^8: unrecognized-token: unexpected ","; expected an operator or ";" .join conditions with "and".$`
?= ?= f(1);  ### `^4: unrecognized-token: unexpected ".="; expected an expression$`
rule f(x) if x = 1;  ### `^1: unrecognized-token: unexpected "rule" before the name of a rule .remove it: f..... if ...;.$`
def f(x): return x;  ### `^1: unrecognized-token: unexpected "def" before the name of a rule .remove it: f..... if ...;.$`
f(x) if return x;  ### `^16: unrecognized-token: unexpected "x"; expected an operator or ";" .rules do not return values; a rule succeeds when the conditions after "if" do.$`
f(x) if let y = x and y = 1;  ### `^13: unrecognized-token: unexpected "y"; expected an operator or ";" .write only the name of the variable, and set it with "=".$`
f(x) if x = 1, y = 2;  ### `^14: unrecognized-token: unexpected ","; expected an operator or ";" .join conditions with "and".$`
f(x) if x = 1; y = 2;  ### `^18: unrecognized-token: unexpected "="; expected "." after the name of a rule .join conditions with "and" or "or", not with ";".$`
f(x) if x = 1 then y = 2;  ### `^15: unrecognized-token: unexpected "then"; expected an operator or ";" .write alternatives with "or", or as several rules.$`
f(x) if x = 1 else y = 2;  ### `^15: unrecognized-token: unexpected "else"; expected an operator or ";" .write alternatives with "or", or as several rules.$`
f(x) if x is Foo;  ### `^11: unrecognized-token: unexpected "is"; expected an operator or ";" .write "=", or "matches" before a class.$`
f(x) if x isa Foo;  ### `^11: unrecognized-token: unexpected "isa"; expected an operator or ";" .write "matches".$`
f(x) if x instanceof Foo;  ### `^11: unrecognized-token: unexpected "instanceof"; expected an operator or ";" .write "matches".$`
f(x) if x = 1 if y = 2;  ### `^15: unrecognized-token: unexpected "if"; expected an operator or ";" .join conditions with "and".$`
import "other.polar";  ### `^8: unrecognized-token: unexpected string "other.polar"; expected "." after the name of a rule .policies do not import each other; load the files together.$`
// a comment of another language  ### `^1: unrecognized-token: unexpected "/"; expected a rule, a rule type, an inline query or a block .a comment begins with #.$`
f(1);
/* another  ### `^1: unrecognized-token: unexpected "/"; expected a rule, a rule type, an inline query or a block .a comment begins with #.$`
   comment */
g(1);
f(x) // a comment at the end  ### `^6: unrecognized-token: unexpected "/"; expected "if" or ";" .a comment begins with #.$`
  if x = 1;
f(x) if x = 1; // and one that is not  ### `^16: unrecognized-token: unexpected "/"; expected a rule, a rule type, an inline query or a block .a comment begins with #.$`
# a missing semicolon
f(1)
g(1);  ### `^1: unrecognized-token: unexpected "g"; expected "if" or ";" .did you forget a semicolon at the end of line 91..$`
f(x) if x = 1
g(1);  ### `^1: unrecognized-token: unexpected "g"; expected an operator or ";" .did you forget a semicolon at the end of line 93..$`
f(x) if g(x)
type g(x);  ### `^1: unrecognized-token: unexpected "type"; expected an operator or ";" .did you forget a semicolon at the end of line 95..$`
f(x) if g(x)
?= f(1);  ### `^1: unrecognized-token: unexpected ".="; expected an operator or ";" .did you forget a semicolon at the end of line 97..$`
f(x) if g(x
g(1);  ### `^1: unrecognized-token: unexpected "g"; expected an operator, "," or "." .did you forget a comma or a closing bracket..$`
f(x) if x = [1, 2
g(1);  ### `^1: unrecognized-token: unexpected "g"; expected an operator, "," or "." .did you forget a comma or a closing bracket..$`
f(x) if
g(1);
---
f(1)  ### `^5: unrecognized-eof: unexpected end of the source; expected "if" or ";" .did you forget a semicolon..$`
---
f(1) if  ### `^8: unrecognized-eof: unexpected end of the source; expected an expression .write a condition after "if".$`
---
f(1) if x  ### `^10: unrecognized-eof: unexpected end of the source; expected an operator or ";" .did you forget a semicolon..$`
---
f(1) if g(  ### `^11: unrecognized-eof: unexpected end of the source; expected an expression .did you forget a closing bracket..$`
---
f(1) if g(1  ### `^12: unrecognized-eof: unexpected end of the source; expected an operator, "," or "." .did you forget a closing bracket..$`
---
f(1) if x = [1,  ### `^16: unrecognized-eof: unexpected end of the source; expected an expression .did you forget a closing bracket..$`
---
f(1) if x = {a: 1  ### `^18: unrecognized-eof: unexpected end of the source; expected an operator, "," or "." .did you forget a closing bracket..$`
---
f(1) if (x = 1  ### `^15: unrecognized-eof: unexpected end of the source; expected an operator or "." .did you forget a closing bracket..$`
---
f  ### `^2: unrecognized-eof: unexpected end of the source; expected "." after the name of a rule$`
---
f(  ### `^3: unrecognized-eof: unexpected end of the source; expected an expression .did you forget a closing bracket..$`
---
f(1  ### `^4: unrecognized-eof: unexpected end of the source; expected "," or "." .did you forget a closing bracket..$`
---
f(x:  ### `^5: unrecognized-eof: unexpected end of the source; expected a pattern .did you forget a closing bracket..$`
---
?=  ### `^3: unrecognized-eof: unexpected end of the source; expected an expression$`
---
?= f(1)  ### `^8: unrecognized-eof: unexpected end of the source; expected an operator or ";" .did you forget a semicolon..$`
---
type  ### `^5: unrecognized-eof: unexpected end of the source; expected the name of a rule$`
---
type f  ### `^7: unrecognized-eof: unexpected end of the source; expected "." after the name of a rule$`
---
type f(1)  ### `^10: unrecognized-eof: unexpected end of the source; expected ";" .did you forget a semicolon..$`
---
f(1) if x and # a comment is no token  ### `^14: unrecognized-eof: unexpected end of the source; expected an expression .write a condition after "and".$`
