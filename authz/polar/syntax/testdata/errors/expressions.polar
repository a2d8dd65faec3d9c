# Errors in expressions that are not about values and goals.

f() if;  ### `^7: unrecognized-token: unexpected ";"; expected an expression .write a condition after "if".$`
f() if ();  ### `^9: unrecognized-token: unexpected "."; expected an expression$`
f() if and;  ### `^8: unrecognized-token: unexpected "and"; expected an expression$`
f() if x and;  ### `^13: unrecognized-token: unexpected ";"; expected an expression .write a condition after "and".$`
f() if x and and y;  ### `^14: unrecognized-token: unexpected "and"; expected an expression$`
f() if x or or y;  ### `^13: unrecognized-token: unexpected "or"; expected an expression$`
f() if x || y;  ### `^10: unrecognized-token: unexpected "."; expected an operator or ";" .write "or".$`
f() if x | y;  ### `^10: unrecognized-token: unexpected "."; expected an operator or ";" .write "or".$`
f() if !x;  ### `^8: unrecognized-token: unexpected "!"; expected an expression .write "not".$`
f() if x = !y;  ### `^12: unrecognized-token: unexpected "!"; expected an expression .write "not".$`
f() if not not x;  ### `^12: unrecognized-token: unexpected "not"; expected an expression .write not .not .....$`
f() if x = not y;  ### `^12: unrecognized-token: unexpected "not"; expected an expression ."not" has no value; write it before a whole condition.$`
f() if x == not y;  ### `^13: unrecognized-token: unexpected "not"; expected an expression ."not" has no value; write it before a whole condition.$`
f() if x and (not not y);  ### `^19: unrecognized-token: unexpected "not"; expected an expression .write not .not .....$`
f() if g(not not x);  ### `^14: unrecognized-token: unexpected "not"; expected an expression .write not .not .....$`
f() if x not in y;  ### `^10: unrecognized-token: unexpected "not"; expected an operator or ";" .write "not" before the whole condition: not x in y.$`
f() if x not matches Foo;  ### `^10: unrecognized-token: unexpected "not"; expected an operator or ";" .write "not" before the whole condition: not x matches y.$`
f() if not;  ### `^11: unrecognized-token: unexpected ";"; expected an expression .write a condition after "not".$`
f() if x =;  ### `^11: unrecognized-token: unexpected ";"; expected an expression$`
f() if = x;  ### `^8: unrecognized-token: unexpected "="; expected an expression$`
f() if x = = y;  ### `^12: unrecognized-token: unexpected "="; expected an expression$`
f() if x === y;  ### `^12: unrecognized-token: unexpected "="; expected an expression .write "==".$`
f() if x !== y;  ### `^12: unrecognized-token: unexpected "="; expected an expression .write "!=".$`
f() if x =< y;  ### `^11: unrecognized-token: unexpected "<"; expected an expression .write "<=".$`
f() if x <> y;  ### `^11: unrecognized-token: unexpected ">"; expected an expression .write "!=".$`
f() if x => y;  ### `^11: unrecognized-token: unexpected ">"; expected an expression .write ">=".$`
f() if x += 1;  ### `^11: unrecognized-token: unexpected "="; expected an expression .a variable cannot change; use another variable for the new value.$`
f() if x -= 1;  ### `^11: unrecognized-token: unexpected "="; expected an expression .a variable cannot change; use another variable for the new value.$`
f() if x++;  ### `^11: unrecognized-token: unexpected ";"; expected a number after the sign .a sign belongs to a number; write 0 - x.$`
f() if x ** 2 = 4;  ### `^11: unrecognized-token: unexpected "."; expected an expression .Polar has no power operator.$`
f() if -x = 1;  ### `^9: unrecognized-token: unexpected "x"; expected a number after the sign .a sign belongs to a number; write 0 - x.$`
f() if x = --1;  ### `^13: unrecognized-token: unexpected "-"; expected a number after the sign .a sign belongs to a number; write 0 - x.$`
f() if x = - - 1;  ### `^14: unrecognized-token: unexpected "-"; expected a number after the sign .a sign belongs to a number; write 0 - x.$`
f() if x = -(1);  ### `^13: unrecognized-token: unexpected "."; expected a number after the sign .a sign belongs to a number; write 0 - x.$`
f() if x = 1 := 2;  ### `^14: unrecognized-token: unexpected ":="; expected another operator or the end of the condition .only a variable can be on the left of ":=".$`
f() if x.a := 1;  ### `^12: unrecognized-token: unexpected ":="; expected another operator or the end of the condition .only a variable can be on the left of ":=".$`
f() if 1 := x;  ### `^10: unrecognized-token: unexpected ":="; expected another operator or the end of the condition .only a variable can be on the left of ":=".$`
f() if (x) := 1;  ### `^12: unrecognized-token: unexpected ":="; expected another operator or the end of the condition .only a variable can be on the left of ":=".$`
f() if x := 1 := 2;  ### `^15: unrecognized-token: unexpected ":="; expected another operator or the end of the condition .only a variable can be on the left of ":=".$`
f() if x = y := 2;  ### `^14: unrecognized-token: unexpected ":="; expected another operator or the end of the condition .only a variable can be on the left of ":=".$`
f() if x + y := 2;  ### `^14: unrecognized-token: unexpected ":="; expected another operator or the end of the condition .only a variable can be on the left of ":=".$`
f() if x?=y and z ?= 1;  ### `^19: unrecognized-token: unexpected ".="; expected an operator or ";"$`
f() if cut();  ### `^11: unrecognized-token: unexpected "."; expected an operator or ";" .write "cut" without parentheses.$`
f() if cut(1);  ### `^11: unrecognized-token: unexpected "."; expected an operator or ";" .write "cut" without parentheses.$`
f() if print;  ### `^13: unrecognized-token: unexpected ";"; expected "."$`
f() if print(1,,2);  ### `^16: unrecognized-token: unexpected ","; expected an expression .write a value before the comma, or remove the comma.$`
f() if print(,);  ### `^14: unrecognized-token: unexpected ","; expected an expression .write a value before the comma, or remove the comma.$`
f() if print(a: 1);  ### `^15: unrecognized-token: unexpected ":"; expected an operator, "," or "." .a colon separates a parameter from its specializer, or a key from its value.$`
f() if debug;  ### `^13: unrecognized-token: unexpected ";"; expected "."$`
f() if forall;  ### `^14: unrecognized-token: unexpected ";"; expected "." after "forall" .write forall.x in xs, .....$`
f() if forall x in y;  ### `^15: unrecognized-token: unexpected "x"; expected "." after "forall" .write forall.x in xs, .....$`
f() if forall(x);  ### `^16: unrecognized-token: unexpected "."; expected an operator, or "," and a second condition .write forall.x in xs, .....$`
f() if forall(x = 1,);  ### `^21: unrecognized-token: unexpected "."; expected an expression .remove the comma.$`
f() if forall(x = 1, y = 1,);  ### `^27: unrecognized-token: unexpected ","; expected an operator or "."$`
f() if forall(x = 1, y = 1, z = 1);  ### `^27: unrecognized-token: unexpected ","; expected an operator or "."$`
f() if in(1,,2);  ### `^13: unrecognized-token: unexpected ","; expected an expression .write a value before the comma, or remove the comma.$`
f() if in 1;  ### `^11: unrecognized-token: unexpected "1"; expected "."$`
f() if x in;  ### `^12: unrecognized-token: unexpected ";"; expected an expression$`
f() if x mod;  ### `^13: unrecognized-token: unexpected ";"; expected an expression$`
f() if mod = 1;  ### `^8: unrecognized-token: unexpected "mod"; expected an expression$`
f() if type = 1;  ### `^8: reserved-word: "type" is a reserved word; expected an expression .choose another name, such as type_.$`
f() if if = 1;  ### `^8: unrecognized-token: unexpected "if"; expected an expression$`
f() if x = type;  ### `^12: reserved-word: "type" is a reserved word; expected an expression .choose another name, such as type_.$`
f() if isa(x);  ### `^8: unrecognized-token: unexpected "isa"; expected an expression .write "matches".$`
f() if new Foo;  ### `^15: unrecognized-token: unexpected ";"; expected "." after the name of a class .write new Foo......$`
f() if new;  ### `^11: unrecognized-token: unexpected ";"; expected the name of a class after "new"$`
f(x) if x in [old, new]; ### `^20: reserved-word: "new" is a reserved word; expected an expression .choose another name, such as new_.$`
f() if new x.y();  ### `^13: unrecognized-token: unexpected "."; expected "." after the name of a class .write new x......$`
f() if new if();  ### `^12: reserved-word: "if" is a reserved word; expected the name of a class after "new" .choose another name, such as if_.$`
f() if new 1;  ### `^12: unrecognized-token: unexpected "1"; expected the name of a class after "new"$`
f() if x.;  ### `^10: unrecognized-token: unexpected ";"; expected the name of an attribute$`
f() if x.1;  ### `^10: unrecognized-token: unexpected "1"; expected the name of an attribute .lists have no indexes; take one apart with .first, .rest. = list.$`
f() if x.*;  ### `^10: unrecognized-token: unexpected "."; expected the name of an attribute$`
f() if x.mod;  ### `^10: reserved-word: "mod" is a reserved word; expected the name of an attribute .choose another name, such as mod_.$`
f() if x.true = 1;  ### `^10: reserved-word: "true" is a reserved word; expected the name of an attribute .choose another name, such as true_.$`
f() if x.a.isa;  ### `^12: reserved-word: "isa" is a reserved word; expected the name of an attribute .write "matches".$`
f() if x.("a")();  ### `^15: unrecognized-token: unexpected "."; expected an operator or ";" .a result cannot be called; call a rule or a method by its name.$`
f() if x.(1);  ### `^11: unrecognized-token: unexpected "1"; expected a variable or a string in the parentheses .bind the name of the attribute to a variable first.$`
f() if x.(a.b);  ### `^12: unrecognized-token: unexpected "."; expected "."$`
f() if x.();  ### `^11: unrecognized-token: unexpected "."; expected a variable or a string in the parentheses .bind the name of the attribute to a variable first.$`
f() if x."a";  ### `^10: unrecognized-token: unexpected string "a"; expected the name of an attribute$`
f() if x.a()();  ### `^13: unrecognized-token: unexpected "."; expected an operator or ";" .a result cannot be called; call a rule or a method by its name.$`
f() if x[0] = 1;  ### `^9: unrecognized-token: unexpected "."; expected an operator or ";" .lists have no indexes; take one apart with .first, .rest. = list.$`
f() if x.a[0] = 1;  ### `^11: unrecognized-token: unexpected "."; expected an operator or ";" .lists have no indexes; take one apart with .first, .rest. = list.$`
f() if (f)(1);  ### `^11: unrecognized-token: unexpected "."; expected an operator or ";" .a result cannot be called; call a rule or a method by its name.$`
f() if g(1)(2);  ### `^12: unrecognized-token: unexpected "."; expected an operator or ";" .a result cannot be called; call a rule or a method by its name.$`
f() if g(1,);  ### `^12: unrecognized-token: unexpected "."; expected an expression .remove the comma.$`
f() if g(,1);  ### `^10: unrecognized-token: unexpected ","; expected an expression .write a value before the comma, or remove the comma.$`
f() if g(1,,2);  ### `^12: unrecognized-token: unexpected ","; expected an expression .write a value before the comma, or remove the comma.$`
f() if g(1 2);  ### `^12: unrecognized-token: unexpected "2"; expected an operator, "," or "." .did you forget a comma..$`
f() if g(a: 1, 2);  ### `^16: unrecognized-token: unexpected "2"; expected an argument by name, as in name: value$`
f() if g(1,,a: 2);  ### `^12: unrecognized-token: unexpected ","; expected an expression .write a value before the comma, or remove the comma.$`
f() if g(,a: 2);  ### `^10: unrecognized-token: unexpected ","; expected an expression .write a value before the comma, or remove the comma.$`
f() if g(mod: 1);  ### `^10: reserved-word: "mod" is a reserved word; expected an expression .choose another name, such as mod_.$`
f() if g(true: 1);  ### `^14: unrecognized-token: unexpected ":"; expected an operator, "," or "." .a colon separates a parameter from its specializer, or a key from its value.$`
f() if g("a": 1);  ### `^13: unrecognized-token: unexpected ":"; expected an operator, "," or "." .a colon separates a parameter from its specializer, or a key from its value.$`
f() if g(a: 1, a: 2);  ### `^16: duplicate-key: the key "a" occurs twice .keep one of them.$`
f() if new Foo(a: 1, b: 2, a: 3);  ### `^28: duplicate-key: the key "a" occurs twice .keep one of them.$`
f() if x.g(1, a: 1, a: 2);  ### `^21: duplicate-key: the key "a" occurs twice .keep one of them.$`
f() if x = {a: 1, a: 2};  ### `^19: duplicate-key: the key "a" occurs twice .keep one of them.$`
f() if x = {a, a};  ### `^16: duplicate-key: the key "a" occurs twice .keep one of them.$`
f() if x = {a: {b: 1, b: 2}};  ### `^23: duplicate-key: the key "b" occurs twice .keep one of them.$`
f() if x = {"a": 1};  ### `^13: unrecognized-token: unexpected string "a"; expected a key .keys are names, written without quotes.$`
f() if x = {1: 1};  ### `^13: unrecognized-token: unexpected "1"; expected a key .keys are names, written without quotes.$`
f() if x = {a = 1};  ### `^15: unrecognized-token: unexpected "="; expected ":" after a key .write a: value.$`
f() if x = {a: 1 b: 2};  ### `^18: unrecognized-token: unexpected "b"; expected an operator, "," or "." .did you forget a comma..$`
f() if x = {a: :b};  ### `^16: unrecognized-token: unexpected ":"; expected an expression .a colon separates a parameter from its specializer, or a key from its value.$`
f() if x = {a: };  ### `^16: unrecognized-token: unexpected "."; expected an expression$`
f() if x = {if};  ### `^15: unrecognized-token: unexpected "."; expected ":" after a key .write if: value.$`
f() if x = {mod: 1};  ### `^13: reserved-word: "mod" is a reserved word; expected a key .choose another name, such as mod_.$`
f() if x = {isa: 1};  ### `^13: reserved-word: "isa" is a reserved word; expected a key .write "matches".$`
f() if x = {true: 1};  ### `^13: reserved-word: "true" is a reserved word; expected a key .choose another name, such as true_.$`
f() if x = {inf: 1};  ### `^13: reserved-word: "inf" is a reserved word; expected a key .choose another name, such as inf_.$`
f() if x = {,};  ### `^13: unrecognized-token: unexpected ","; expected a key .write a value before the comma, or remove the comma.$`
f() if x = {,a: 1};  ### `^13: unrecognized-token: unexpected ","; expected a key .write a value before the comma, or remove the comma.$`
f() if x = {a: x = 1};  ### `^18: unrecognized-token: unexpected "="; expected an operator, "," or "."$`
f() if x = {a: not x};  ### `^16: unrecognized-token: unexpected "not"; expected an expression ."not" has no value; write it before a whole condition.$`
f() if x = {a: x and y};  ### `^18: unrecognized-token: unexpected "and"; expected an operator, "," or "."$`
f() if x = [,];  ### `^13: unrecognized-token: unexpected ","; expected an expression .write a value before the comma, or remove the comma.$`
f() if x = [,1];  ### `^13: unrecognized-token: unexpected ","; expected an expression .write a value before the comma, or remove the comma.$`
f() if x = [1 2];  ### `^15: unrecognized-token: unexpected "2"; expected an operator, "," or "." .did you forget a comma..$`
f() if x = [1, *y,];  ### `^18: unrecognized-token: unexpected ","; expected "." after the rest of a list .the rest must be at the end of the list, without a comma after it.$`
f() if x = [1, *y, 2];  ### `^18: unrecognized-token: unexpected ","; expected "." after the rest of a list .the rest must be at the end of the list, without a comma after it.$`
f() if x = [*y, 1];  ### `^15: unrecognized-token: unexpected ","; expected "." after the rest of a list .the rest must be at the end of the list, without a comma after it.$`
f() if x = [*y.a];  ### `^15: unrecognized-token: unexpected "."; expected "." after the rest of a list$`
f() if x = [*1];  ### `^14: unrecognized-token: unexpected "1"; expected a variable after "."$`
f() if x = [*];  ### `^14: unrecognized-token: unexpected "."; expected a variable after "."$`
f() if x = [1 = 2];  ### `^15: unrecognized-token: unexpected "="; expected an operator, "," or "."$`
f() if x = [x < 2];  ### `^15: unrecognized-token: unexpected "<"; expected an operator, "," or "."$`
f() if x = [x and y];  ### `^15: unrecognized-token: unexpected "and"; expected an operator, "," or "."$`
f() if x = 1];  ### `^13: unrecognized-token: unexpected "."; expected an operator or ";" .no bracket is open here.$`
f() if (x = 1;  ### `^14: unrecognized-token: unexpected ";"; expected an operator or "." .did you forget a closing bracket..$`
f() if x = 1);  ### `^13: unrecognized-token: unexpected "."; expected an operator or ";" .no bracket is open here.$`
f() if x = [1;  ### `^14: unrecognized-token: unexpected ";"; expected an operator, "," or "." .did you forget a closing bracket..$`
f() if x = {a: 1;  ### `^17: unrecognized-token: unexpected ";"; expected an operator, "," or "." .did you forget a closing bracket..$`
f() if x = Foo{};  ### `^15: unrecognized-token: unexpected "."; expected an operator or ";" .a pattern is allowed only after "matches" or after the colon of a parameter.$`
f() if x = Foo{a: 1};  ### `^15: unrecognized-token: unexpected "."; expected an operator or ";" .a pattern is allowed only after "matches" or after the colon of a parameter.$`
f() if Foo{} = x;  ### `^11: unrecognized-token: unexpected "."; expected an operator or ";" .a pattern is allowed only after "matches" or after the colon of a parameter.$`
f() if g(Foo{});  ### `^13: unrecognized-token: unexpected "."; expected an operator, "," or "." .a pattern is allowed only after "matches" or after the colon of a parameter.$`
f() if x = [Foo{}];  ### `^16: unrecognized-token: unexpected "."; expected an operator, "," or "." .a pattern is allowed only after "matches" or after the colon of a parameter.$`
f() if x = {a: Foo{}};  ### `^19: unrecognized-token: unexpected "."; expected an operator, "," or "." .a pattern is allowed only after "matches" or after the colon of a parameter.$`
f() if x 1;  ### `^10: unrecognized-token: unexpected "1"; expected an operator or ";" .did you forget an operator, such as "and"..$`
f() if x y;  ### `^10: unrecognized-token: unexpected "y"; expected an operator or ";" .did you forget an operator, such as "and"..$`
f() if x "a";  ### `^10: unrecognized-token: unexpected string "a"; expected an operator or ";" .did you forget an operator, such as "and"..$`
f() if 1 2;  ### `^10: unrecognized-token: unexpected "2"; expected an operator or ";" .did you forget an operator, such as "and"..$`
f() if a:b;  ### `^9: unrecognized-token: unexpected ":"; expected an operator or ";" .a colon separates a parameter from its specializer, or a key from its value.$`
f() if ::a;  ### `^8: unrecognized-token: unexpected ":"; expected an expression .a colon separates a parameter from its specializer, or a key from its value.$`
f() if 1a = 2;  ### `^9: unrecognized-token: unexpected "a"; expected an operator or ";" .write numbers in decimal digits only.$`
f() if "a" "b";  ### `^12: unrecognized-token: unexpected string "b"; expected an operator or ";" .did you forget an operator, such as "and"..$`
f() if x = "a""b";  ### `^15: unrecognized-token: unexpected string "b"; expected an operator or ";" .did you forget an operator, such as "and"..$`
f() if "a" = x"b";  ### `^15: unrecognized-token: unexpected string "b"; expected an operator or ";" .strings have no prefixes or placeholders; compare the parts, or write a method in Go.$`
f() if x = {a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1, j: 1, k: 1, b: 2};  ### `^79: duplicate-key: the key "b" occurs twice .keep one of them.$`
f() if x = {a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1, j: 1, k: 1, j: 2};  ### `^79: duplicate-key: the key "j" occurs twice .keep one of them.$`
f() if x = {a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1, j: 1, k: 1};
