# Goals where a value is needed, and values where a goal is.

f(g(1)); g(1);  ### `^3: wrong-value-type: a call of the rule "g" has no value and cannot be a parameter .write it in the body, after "if".$`
f(a in b);  ### `^3: wrong-value-type: an expression with "in" has no value and cannot be a parameter .write it in the body, after "if".$`
f(a matches B);  ### `^3: wrong-value-type: an expression with "matches" has no value and cannot be a parameter .write it in the body, after "if".$`
f(in(a, b));  ### `^3: wrong-value-type: an expression with "in" has no value and cannot be a parameter .write it in the body, after "if".$`
f((a = b));  ### `^3: wrong-value-type: an expression with "=" has no value and cannot be a parameter .write it in the body, after "if".$`
f(cut);  ### `^3: wrong-value-type: "cut" has no value and cannot be a parameter .write it in the body, after "if".$`
f() if x = g(1);  ### `^12: wrong-value-type: a call of the rule "g" has no value and cannot be an operand of "=" .call g as a separate condition, with a variable for the result.$`
f() if g(1) = x;  ### `^8: wrong-value-type: a call of the rule "g" has no value and cannot be an operand of "=" .call g as a separate condition, with a variable for the result.$`
f() if g(h(1));  ### `^10: wrong-value-type: a call of the rule "h" has no value and cannot be an argument .call h as a separate condition, with a variable for the result.$`
f() if x := g(1);  ### `^13: wrong-value-type: a call of the rule "g" has no value and cannot be an operand of ":=" .call g as a separate condition, with a variable for the result.$`
f() if x < g(1);  ### `^12: wrong-value-type: a call of the rule "g" has no value and cannot be an operand of "<" .call g as a separate condition, with a variable for the result.$`
f() if g(1) < 1;  ### `^8: wrong-value-type: a call of the rule "g" has no value and cannot be an operand of "<" .call g as a separate condition, with a variable for the result.$`
f() if g(1) + 1 = 2;  ### `^8: wrong-value-type: a call of the rule "g" has no value and cannot be an operand of "." .call g as a separate condition, with a variable for the result.$`
f() if 1 + g(1) = 2;  ### `^12: wrong-value-type: a call of the rule "g" has no value and cannot be an operand of "." .call g as a separate condition, with a variable for the result.$`
f() if g(1).a;  ### `^8: wrong-value-type: a call of the rule "g" has no value and cannot be an operand of "." .call g as a separate condition, with a variable for the result.$`
f() if g(1) in [1];  ### `^8: wrong-value-type: a call of the rule "g" has no value and cannot be an operand of "in" .call g as a separate condition, with a variable for the result.$`
f() if 1 in g(1);  ### `^13: wrong-value-type: a call of the rule "g" has no value and cannot be an operand of "in" .call g as a separate condition, with a variable for the result.$`
f() if g(1) matches Foo;  ### `^8: wrong-value-type: a call of the rule "g" has no value and cannot be an operand of "matches" .call g as a separate condition, with a variable for the result.$`
f() if x.m(g(1));  ### `^12: wrong-value-type: a call of the rule "g" has no value and cannot be an argument .call g as a separate condition, with a variable for the result.$`
f() if new Foo(g(1)) = x;  ### `^16: wrong-value-type: a call of the rule "g" has no value and cannot be an argument .call g as a separate condition, with a variable for the result.$`
f() if new Foo(a: g(1)) = x;  ### `^19: wrong-value-type: a call of the rule "g" has no value and cannot be the value of a key .call g as a separate condition, with a variable for the result.$`
f() if x = [g(1)];  ### `^13: wrong-value-type: a call of the rule "g" has no value and cannot be an element of a list .call g as a separate condition, with a variable for the result.$`
f() if x = {a: g(1)};  ### `^16: wrong-value-type: a call of the rule "g" has no value and cannot be the value of a key .call g as a separate condition, with a variable for the result.$`
f() if print(g(1));  ### `^14: wrong-value-type: a call of the rule "g" has no value and cannot be an argument .call g as a separate condition, with a variable for the result.$`
f() if print(x = 1);  ### `^14: wrong-value-type: an expression with "=" has no value and cannot be an argument .write it as a separate condition.$`
f() if debug(x = 1);  ### `^14: wrong-value-type: an expression with "=" has no value and cannot be an argument .write it as a separate condition.$`
f() if 1 == 1 == 1;  ### `^8: wrong-value-type: an expression with "==" has no value and cannot be an operand of "==" .compare two values at a time: a == b and b == c.$`
f() if 1 < x < 2;  ### `^8: wrong-value-type: an expression with "<" has no value and cannot be an operand of "<" .compare two values at a time: a < b and b < c.$`
f() if x = y = 1;  ### `^8: wrong-value-type: an expression with "=" has no value and cannot be an operand of "=" .compare two values at a time: a = b and b = c.$`
f() if x = 1 == 1;  ### `^12: wrong-value-type: an expression with "==" has no value and cannot be an operand of "=" .compare two values at a time: a == b and b = c.$`
f() if (x = 1) = 1;  ### `^8: wrong-value-type: an expression with "=" has no value and cannot be an operand of "=" .compare two values at a time: a = b and b = c.$`
f() if x = (y = 1);  ### `^12: wrong-value-type: an expression with "=" has no value and cannot be an operand of "=" .compare two values at a time: a = b and b = c.$`
f() if x := y = 1;  ### `^8: wrong-value-type: an expression with ":=" has no value and cannot be an operand of "=" .write it as a separate condition.$`
f() if x := y < 1;  ### `^13: wrong-value-type: an expression with "<" has no value and cannot be an operand of ":=" .compare two values at a time: a < b and b := c.$`
f() if x in [1] in [2];  ### `^8: wrong-value-type: an expression with "in" has no value and cannot be an operand of "in" .test one list at a time: x in a and x in b.$`
f() if 1 + x in [2];  ### `^12: wrong-value-type: an expression with "in" has no value and cannot be an operand of "." ."in" and "matches" bind tighter than arithmetic; write parentheses: .x . y. in z.$`
f() if 1 in x + 1;  ### `^8: wrong-value-type: an expression with "in" has no value and cannot be an operand of "." ."in" and "matches" bind tighter than arithmetic; write parentheses: .x . y. in z.$`
f() if x + 1 matches Foo;  ### `^12: wrong-value-type: an expression with "matches" has no value and cannot be an operand of "." ."in" and "matches" bind tighter than arithmetic; write parentheses: .x . y. in z.$`
f() if x matches Foo matches Bar;  ### `^8: wrong-value-type: an expression with "matches" has no value and cannot be an operand of "matches" .write it as a separate condition.$`
f() if x in y matches Bar;  ### `^8: wrong-value-type: an expression with "in" has no value and cannot be an operand of "matches" .write it as a separate condition.$`
f() if x matches y in z;  ### `^8: wrong-value-type: an expression with "matches" has no value and cannot be an operand of "in" .write it as a separate condition.$`
f() if g(x = 1);  ### `^10: wrong-value-type: an expression with "=" has no value and cannot be an argument .write it as a separate condition.$`
f() if g(1 < 2);  ### `^10: wrong-value-type: an expression with "<" has no value and cannot be an argument .write it as a separate condition.$`
f() if g(not x);  ### `^10: wrong-value-type: an expression with "not" has no value and cannot be an argument .write it as a separate condition.$`
f() if g(x and y);  ### `^10: wrong-value-type: an expression with "and" has no value and cannot be an argument .write it as a separate condition.$`
f() if g((x or y));  ### `^10: wrong-value-type: an expression with "or" has no value and cannot be an argument .write it as a separate condition.$`
f() if g(a: 2 < 3);  ### `^13: wrong-value-type: an expression with "<" has no value and cannot be the value of a key .write it as a separate condition.$`
f() if g(in(x, y));  ### `^10: wrong-value-type: an expression with "in" has no value and cannot be an argument .write it as a separate condition.$`
f() if x = [y in z];  ### `^13: wrong-value-type: an expression with "in" has no value and cannot be an element of a list .write it as a separate condition.$`
f() if x = {a: 1 < 2};  ### `^16: wrong-value-type: an expression with "<" has no value and cannot be the value of a key .write it as a separate condition.$`
f() if x = cut;  ### `^12: wrong-value-type: "cut" has no value and cannot be an operand of "=" .write it as a separate condition.$`
f() if cut = 1;  ### `^8: wrong-value-type: "cut" has no value and cannot be an operand of "=" .write it as a separate condition.$`
f() if cut.a;  ### `^8: wrong-value-type: "cut" has no value and cannot be an operand of "." .write it as a separate condition.$`
f() if x = print(x);  ### `^12: wrong-value-type: "print" has no value and cannot be an operand of "=" .write it as a separate condition.$`
f() if print(x).a;  ### `^8: wrong-value-type: "print" has no value and cannot be an operand of "." .write it as a separate condition.$`
f() if x = forall(a, b);  ### `^12: wrong-value-type: an expression with "forall" has no value and cannot be an operand of "=" .write it as a separate condition.$`
f() if forall(a, b).c;  ### `^8: wrong-value-type: an expression with "forall" has no value and cannot be an operand of "." .write it as a separate condition.$`
f() if x = in(y, z);  ### `^12: wrong-value-type: an expression with "in" has no value and cannot be an operand of "=" .write it as a separate condition.$`
f() if (x = 1).a;  ### `^8: wrong-value-type: an expression with "=" has no value and cannot be an operand of "." .write it as a separate condition.$`
f() if (not x) = 1;  ### `^8: wrong-value-type: an expression with "not" has no value and cannot be an operand of "=" .write it as a separate condition.$`
f() if (x and y) = 1;  ### `^8: wrong-value-type: an expression with "and" has no value and cannot be an operand of "=" .write it as a separate condition.$`
f() if 1 and 2;  ### `^8: wrong-value-type: a number is not a condition and cannot be an operand of "and" .compare it with something, as in x = 1.$`
f() if "a" or true;  ### `^8: wrong-value-type: a string is not a condition and cannot be an operand of "or" .repeat the comparison, as in x = "a" or x = "b", or write x in .*`
f() if true or "a";  ### `^16: wrong-value-type: a string is not a condition and cannot be an operand of "or" .repeat the comparison, as in x = "a" or x = "b", or write x in .*`
f() if x and 1;  ### `^14: wrong-value-type: a number is not a condition and cannot be an operand of "and" .compare it with something, as in x = 1.$`
f() if not 1;  ### `^12: wrong-value-type: a number is not a condition and cannot be an operand of "not" .compare it with something, as in x = 1.$`
f() if not [1];  ### `^12: wrong-value-type: a list is not a condition and cannot be an operand of "not" .compare it with something, as in x = 1.$`
f() if not (1);  ### `^12: wrong-value-type: a number is not a condition and cannot be an operand of "not" .compare it with something, as in x = 1.$`
f() if not x + 1;  ### `^12: wrong-value-type: an expression with "." is not a condition and cannot be an operand of "not" .compare it with something, as in x = 1.$`
f() if [1] and {a: 1};  ### `^8: wrong-value-type: a list is not a condition and cannot be an operand of "and" .compare it with something, as in x = 1.$`
f() if x = 1 and {a: 1};  ### `^18: wrong-value-type: a dictionary is not a condition and cannot be an operand of "and" .compare it with something, as in x = 1.$`
f() if x - 1 and y;  ### `^8: wrong-value-type: an expression with "-" is not a condition and cannot be an operand of "and" .compare it with something, as in x = 1.$`
f() if new Foo() and y;  ### `^8: wrong-value-type: a new instance is not a condition and cannot be an operand of "and" .compare it with something, as in x = 1.$`
f() if forall(1, 2);  ### `^15: wrong-value-type: a number is not a condition and cannot be an argument of "forall" .compare it with something, as in x = 1.$`
f() if forall(x, "a");  ### `^18: wrong-value-type: a string is not a condition and cannot be an argument of "forall" .compare it with something, as in x = 1.$`
f() if nan or x;  ### `^8: wrong-value-type: a number is not a condition and cannot be an operand of "or" .compare it with something, as in x = 1.$`
# These are fine: a variable, an attribute and a boolean can be either, and a body can be a value.
f() if x and x.a and true and x.m(1) and not x.b and not false;
f() if x = true and y = x.a and z = (x).b and g((x), x.a, true);
f() if 1;
f() if "a";
f() if 1 + 1;
f() if new Foo();
f() if (1 + 1) in [2] and (x.a) and new Foo().bar;
