# Errors in actor and resource blocks. Each ends one declaration, not the block.

resource A {
  roles = [,];  ### `^12: unrecognized-token: unexpected ","; expected a string or "." .write a value before the comma, or remove the comma.$`
  roles = ["a" "b"];  ### `^16: unrecognized-token: unexpected string "b"; expected "," or "." .did you forget a comma..$`
  roles = ["a", 1];  ### `^17: unrecognized-token: unexpected "1"; expected a string or "."$`
  roles = ["a", b];  ### `^17: unrecognized-token: unexpected "b"; expected a string or "." .write it in double quotes: "b".$`
  roles = [b];  ### `^12: unrecognized-token: unexpected "b"; expected a string or "." .write it in double quotes: "b".$`
  roles = [if];  ### `^12: unrecognized-token: unexpected "if"; expected a string or "." .write it in double quotes: "if".$`
  roles = "a";  ### `^11: unrecognized-token: unexpected string "a"; expected a list of strings or a dictionary .write a list: ."a"..$`
  roles = b;  ### `^11: unrecognized-token: unexpected "b"; expected a list of strings or a dictionary .write a list, as in ."a", "b"., or a dictionary, as in .parent: Org..$`
  roles = 1;  ### `^11: unrecognized-token: unexpected "1"; expected a list of strings or a dictionary .write a list, as in ."a", "b"., or a dictionary, as in .parent: Org..$`
  roles = ["a"
  permissions = ["b"];  ### `^3: unrecognized-token: unexpected "permissions"; expected "," or "." .did you forget a comma or a closing bracket..$`
  roles = ["a"]
  permissions = ["b"];  ### `^3: unrecognized-token: unexpected "permissions"; expected ";" .did you forget a semicolon at the end of line 15..$`
  roles: ["a"];  ### `^8: unrecognized-token: unexpected ":"; expected "=" after the name of a declaration .write "=".$`
  roles == ["a"];  ### `^9: unrecognized-token: unexpected "=="; expected "=" after the name of a declaration .write "=".$`
  roles := ["a"];  ### `^9: unrecognized-token: unexpected ":="; expected "=" after the name of a declaration .write "=".$`
  roles ["a"];  ### `^9: unrecognized-token: unexpected "."; expected "=" after the name of a declaration$`
  roles = ;  ### `^11: unrecognized-token: unexpected ";"; expected a list of strings or a dictionary .write a list, as in ."a", "b"., or a dictionary, as in .parent: Org..$`
  roles;  ### `^8: unrecognized-token: unexpected ";"; expected "=" after the name of a declaration$`
  if = ["a"];  ### `^3: reserved-word: "if" is a reserved word; expected a declaration, a shorthand rule or "." .choose another name, such as if_.$`
  "a" = ["b"];  ### `^7: unrecognized-token: unexpected "="; expected "if" after the head of a shorthand rule .write "head" if "implier"; or "head" if "implier" on "relation";.$`
  relations = {,};  ### `^16: unrecognized-token: unexpected ","; expected the name of a relation or "." .write a value before the comma, or remove the comma.$`
  relations = {a: B c: D};  ### `^21: unrecognized-token: unexpected "c"; expected "," or "." .did you forget a comma..$`
  relations = {a: "B"};  ### `^19: unrecognized-token: unexpected string "B"; expected the name of a class .write the class without quotes.$`
  relations = {"a": B};  ### `^16: unrecognized-token: unexpected string "a"; expected the name of a relation .keys are names, written without quotes.$`
  relations = {a: B, a: C};  ### `^22: duplicate-key: the key "a" occurs twice .for several classes write a list, as in a: .Folder, Space..$`
  relations = {a: []};  ### `^20: unrecognized-token: unexpected "."; expected the name of a class$`
  relations = {a: [B C]};  ### `^22: unrecognized-token: unexpected "C"; expected "," or "." .did you forget a comma[?].$`
  relations = {a: ["B"]};  ### `^20: unrecognized-token: unexpected string "B"; expected the name of a class .write the class without quotes.$`
  relations = {a: [B, [C]]};  ### `^23: unrecognized-token: unexpected "."; expected the name of a class$`
  relations = {[B]};  ### `^16: unrecognized-token: unexpected "."; expected the name of a relation or "."$`
  relations = {a: b.c};  ### `^20: unrecognized-token: unexpected "."; expected "," or "."$`
  relations = {a: if};  ### `^19: reserved-word: "if" is a reserved word; expected the name of a class .choose another name, such as if_.$`
  relations = {if};  ### `^18: unrecognized-token: unexpected "."; expected ":" after the name of a relation$`
  relations = {mod: B};  ### `^16: reserved-word: "mod" is a reserved word; expected the name of a relation or "." .choose another name, such as mod_.$`
  relations = {a: };  ### `^19: unrecognized-token: unexpected "."; expected the name of a class$`
  relations = {a: B
  permissions = ["b"];  ### `^3: unrecognized-token: unexpected "permissions"; expected "," or "." .did you forget a comma or a closing bracket..$`
  relations = { a: B; };  ### `^21: unrecognized-token: unexpected ";"; expected "," or "." .did you forget a closing bracket..$`
  "a" if b;  ### `^10: unrecognized-token: unexpected "b"; expected a string after "if" .write it in double quotes: "b".$`
  "a" if 1;  ### `^10: unrecognized-token: unexpected "1"; expected a string after "if"$`
  "a" if;  ### `^9: unrecognized-token: unexpected ";"; expected a string after "if"$`
  "a";  ### `^6: unrecognized-token: unexpected ";"; expected "if" after the head of a shorthand rule .write "head" if "implier"; or "head" if "implier" on "relation";.$`
  "a" "b";  ### `^7: unrecognized-token: unexpected string "b"; expected "if" after the head of a shorthand rule .write "head" if "implier"; or "head" if "implier" on "relation";.$`
  "a" if "b" on c;  ### `^17: unrecognized-token: unexpected "c"; expected the name of a relation in double quotes .write it in double quotes: "c".$`
  "a" if "b" on;  ### `^16: unrecognized-token: unexpected ";"; expected the name of a relation in double quotes$`
  "a" if "b" on "c" on "d";  ### `^21: unrecognized-token: unexpected "on"; expected ";"$`
  "a" if "b" on "c" and "d";  ### `^21: unrecognized-token: unexpected "and"; expected ";" .a shorthand rule has one condition; write several shorthand rules, or a rule outside the block.$`
  "a" if "b" and "c";  ### `^14: unrecognized-token: unexpected "and"; expected "on" or ";" .a shorthand rule has one condition; write several shorthand rules, or a rule outside the block.$`
  "a" if "b" or "c";  ### `^14: unrecognized-token: unexpected "or"; expected "on" or ";" .a shorthand rule has one condition; write several shorthand rules, or a rule outside the block.$`
  "a" if not "b";  ### `^10: unrecognized-token: unexpected "not"; expected a string after "if" .a shorthand rule has no negation; write a rule outside the block.$`
  "a" if "b"
  "c" if "d";  ### `^3: unrecognized-token: unexpected string "c"; expected "on" or ";" .did you forget a semicolon at the end of line 55..$`
  a if "b";  ### `^5: unrecognized-token: unexpected "if"; expected "=" after the name of a declaration .write the names in a shorthand rule in double quotes.$`
  a if b;  ### `^5: unrecognized-token: unexpected "if"; expected "=" after the name of a declaration .write the names in a shorthand rule in double quotes.$`
  f(1);  ### `^4: unrecognized-token: unexpected "."; expected "=" after the name of a declaration .write rules outside blocks.$`
  f(x) if x = 1 and  ### `^4: unrecognized-token: unexpected "."; expected "=" after the name of a declaration .write rules outside blocks.$`
    y = {a: 1};
  type f(1);  ### `^3: reserved-word: "type" is a reserved word; expected a declaration, a shorthand rule or "." .choose another name, such as type_.$`
  ?= f(1);  ### `^3: unrecognized-token: unexpected ".="; expected a declaration, a shorthand rule or "."$`
  1;  ### `^3: unrecognized-token: unexpected "1"; expected a declaration, a shorthand rule or "."$`
  ;  ### `^3: unrecognized-token: unexpected ";"; expected a declaration, a shorthand rule or "." .remove it; a block or a semicolon is not followed by a semicolon.$`
  [1];  ### `^3: unrecognized-token: unexpected "."; expected a declaration, a shorthand rule or "."$`
  roles = ["a", $];  ### `^17: invalid-token-character: unexpected character . .write only the name of the variable.$`
  roles = ["a];  ### `^12: invalid-token-character: the string is not closed before the end of the line .write .n for a line feed inside a string, and " at its end.$`
  permissions = ["last"];
}
f(1);
actor A {};  ### `^11: unrecognized-token: unexpected ";"; expected a rule, a rule type, an inline query or a block .remove it; a block or a semicolon is not followed by a semicolon.$`
actor B { roles = ["a"]; } f(1);
a b c {}  ### `^5: unrecognized-token: unexpected "c"; expected "." after the name of a class$`
a b c;  ### `^5: unrecognized-token: unexpected "c"; expected "." after the name of a class$`
resource if {}  ### `^10: unrecognized-token: unexpected "if"; expected "." after the name of a rule .a rule has parameters, not braces: allow.actor, action, resource. if ...;.$`
if A {}
resource A(1);  ### `^11: unrecognized-token: unexpected "."; expected "." after the name of a class .a rule begins with its name: A..... if ...;.$`
resource A;  ### `^11: unrecognized-token: unexpected ";"; expected "." after the name of a class$`
resource "A" {}  ### `^10: unrecognized-token: unexpected string "A"; expected "." after the name of a rule$`
resource A [ ]  ### `^12: unrecognized-token: unexpected "."; expected "." after the name of a class$`
resource A if x;  ### `^12: unrecognized-token: unexpected "if"; expected "." after the name of a class$`
resource A::B {}
resource {}
A {}
{ roles = ["a"]; }  ### `^1: unrecognized-token: unexpected "."; expected a rule, a rule type, an inline query or a block$`
f(2);
resource A b { roles = ["a"]; "a" if "b"; }  ### `^12: unrecognized-token: unexpected "b"; expected "." after the name of a class$`
f(3);
---
# A block without its brace, before a rule.
resource A {  ### `^12: unrecognized-token: the block is not closed .write "." at its end.$`
  roles = ["a"];

f(1) if g(1);
h(1) if $;  ### `^9: invalid-token-character: unexpected character . .write only the name of the variable.$`
---
# A block without its brace, before a block.
resource A {  ### `^12: unrecognized-token: the block is not closed .write "." at its end.$`
  roles = ["a"];

resource B {
  roles = ["b"];
}
---
resource A {  ### `^12: unrecognized-eof: the block is not closed .write "." at its end.$`
---
resource A { roles = ["a"];  ### `^12: unrecognized-eof: the block is not closed .write "." at its end.$`
---
resource A { roles = ["a"  ### `^26: unrecognized-eof: unexpected end of the source; expected "," or "." .did you forget a closing bracket..$`
---
resource A  ### `^11: unrecognized-eof: unexpected end of the source; expected "." after the name of a class$`
---
resource  ### `^9: unrecognized-eof: unexpected end of the source; expected "." after the name of a rule$`
---
resource A { roles = ["a"] }  ### `^28: unrecognized-token: unexpected "."; expected ";" .did you forget a semicolon..$`
f(1);
---
resource A { relations = { a: B } }  ### `^35: unrecognized-token: unexpected "."; expected ";" .did you forget a semicolon..$`
f(1);
---
resource A { "a" if "b" }  ### `^25: unrecognized-token: unexpected "."; expected "on" or ";" .did you forget a semicolon..$`
f($);  ### `^3: invalid-token-character: unexpected character . .write only the name of the variable.$`
