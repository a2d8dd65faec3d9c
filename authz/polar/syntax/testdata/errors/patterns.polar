# Errors in patterns.

f(_: a.b);  ### `^7: unrecognized-token: unexpected "."; expected "," or "." after a specializer .a pattern is a class, a literal, or a list or dictionary of patterns; compare values in the body.$`
f(_: a.b{});  ### `^7: unrecognized-token: unexpected "."; expected "," or "." after a specializer .a pattern is a class, a literal, or a list or dictionary of patterns; compare values in the body.$`
f(_: if);  ### `^6: reserved-word: "if" is a reserved word; expected a pattern .choose another name, such as if_.$`
f(_: not x);  ### `^6: reserved-word: "not" is a reserved word; expected a pattern ."not" has no value; write it before a whole condition.$`
f(_: (1));  ### `^6: unrecognized-token: unexpected "."; expected a pattern .write the pattern without parentheses.$`
f(_: 1 + 2);  ### `^8: unrecognized-token: unexpected "."; expected "," or "." after a specializer .a pattern is a class, a literal, or a list or dictionary of patterns; compare values in the body.$`
f(_: -x);  ### `^7: unrecognized-token: unexpected "x"; expected a number after the sign .a sign belongs to a number; write 0 - x.$`
f(_: *x);  ### `^6: unrecognized-token: unexpected "."; expected a pattern .write only the name of the class.$`
f(_: Foo());  ### `^9: unrecognized-token: unexpected "."; expected "," or "." after a specializer .a pattern is a class, a literal, or a list or dictionary of patterns; compare values in the body.$`
f(_: Foo(1));  ### `^9: unrecognized-token: unexpected "."; expected "," or "." after a specializer .a pattern is a class, a literal, or a list or dictionary of patterns; compare values in the body.$`
f(_: Foo{} {});  ### `^12: unrecognized-token: unexpected "."; expected "," or "." after a specializer$`
f(_: Foo{}.a);  ### `^11: unrecognized-token: unexpected "."; expected "," or "." after a specializer .a pattern is a class, a literal, or a list or dictionary of patterns; compare values in the body.$`
f(_: {a: 1}.a);  ### `^12: unrecognized-token: unexpected "."; expected "," or "." after a specializer .a pattern is a class, a literal, or a list or dictionary of patterns; compare values in the body.$`
f(_: [1].a);  ### `^9: unrecognized-token: unexpected "."; expected "," or "." after a specializer .a pattern is a class, a literal, or a list or dictionary of patterns; compare values in the body.$`
f(_: "a".b);  ### `^9: unrecognized-token: unexpected "."; expected "," or "." after a specializer .a pattern is a class, a literal, or a list or dictionary of patterns; compare values in the body.$`
f(_: Foo or Bar);  ### `^10: unrecognized-token: unexpected "or"; expected "," or "." after a specializer .write one rule for each class, or test in the body: x matches A or x matches B.$`
f(_: Foo | Bar);  ### `^10: unrecognized-token: unexpected "."; expected "," or "." after a specializer .write one rule for each class, or test in the body: x matches A or x matches B.$`
f(_: x = 1);  ### `^8: unrecognized-token: unexpected "="; expected "," or "." after a specializer .parameters have no defaults; compare values in the body.$`
f(_:);  ### `^5: unrecognized-token: unexpected "."; expected a pattern$`
f(_: ,);  ### `^6: unrecognized-token: unexpected ","; expected a pattern$`
f(_: {,});  ### `^7: unrecognized-token: unexpected ","; expected a key .write a value before the comma, or remove the comma.$`
f(_: {a: });  ### `^10: unrecognized-token: unexpected "."; expected a pattern$`
f(_: {"a": 1});  ### `^7: unrecognized-token: unexpected string "a"; expected a key .keys are names, written without quotes.$`
f(_: {1: 1});  ### `^7: unrecognized-token: unexpected "1"; expected a key .keys are names, written without quotes.$`
f(_: {a: 1 b: 2});  ### `^12: unrecognized-token: unexpected "b"; expected "," or "." .did you forget a comma..$`
f(_: {a: 1, a: 2});  ### `^13: duplicate-key: the key "a" occurs twice .keep one of them.$`
f(_: Foo{a: 1, b: 2, a: 3});  ### `^22: duplicate-key: the key "a" occurs twice .keep one of them.$`
f(_: Foo{a, a});  ### `^13: duplicate-key: the key "a" occurs twice .keep one of them.$`
f(_: Foo{if});  ### `^12: unrecognized-token: unexpected "."; expected ":" after a key .write if: value.$`
f(_: Foo{mod: 1});  ### `^10: reserved-word: "mod" is a reserved word; expected a key .choose another name, such as mod_.$`
f(_: Foo{a: 1 + 1});  ### `^15: unrecognized-token: unexpected "."; expected "," or "."$`
f(_: Foo{a: g(1)});  ### `^13: wrong-value-type: a call of the rule "g" has no value and cannot be part of a pattern .call g as a separate condition, with a variable for the result.$`
f(_: Foo{a: x in y});  ### `^15: unrecognized-token: unexpected "in"; expected "," or "."$`
f(_: Foo{a: not x});  ### `^13: reserved-word: "not" is a reserved word; expected a pattern ."not" has no value; write it before a whole condition.$`
f(_: Foo{a: cut});  ### `^13: reserved-word: "cut" is a reserved word; expected a pattern .choose another name, such as cut_.$`
f(_: Foo{a: new Bar()});  ### `^13: reserved-word: "new" is a reserved word; expected a pattern .choose another name, such as new_.$`
f(_: Foo{a: in(1, 2)});  ### `^13: reserved-word: "in" is a reserved word; expected a pattern .choose another name, such as in_.$`
f(_: Foo{a: .b});  ### `^13: unrecognized-token: unexpected "."; expected a pattern$`
f(_: Foo{a: *b});  ### `^13: unrecognized-token: unexpected "."; expected a pattern .write only the name of the class.$`
f(_: Foo{a: (x = 1)});  ### `^13: wrong-value-type: an expression with "=" has no value and cannot be part of a pattern .write it as a separate condition.$`
f(_: Foo{a: Bar{a: 1, a: 2}});  ### `^23: duplicate-key: the key "a" occurs twice .keep one of them.$`
f(_: Foo{a: Bar{}.b});  ### `^18: unrecognized-token: unexpected "."; expected "," or "."$`
f(_: Foo{a: x.b(Bar{})});  ### `^20: unrecognized-token: unexpected "."; expected an operator, "," or "." .a pattern is allowed only after "matches" or after the colon of a parameter.$`
f(_: [,]);  ### `^7: unrecognized-token: unexpected ","; expected a pattern .write a value before the comma, or remove the comma.$`
f(_: [1 2]);  ### `^9: unrecognized-token: unexpected "2"; expected "," or "." .did you forget a comma..$`
f(_: [a in b]);  ### `^7: wrong-value-type: an expression with "in" has no value and cannot be part of a pattern .write it as a separate condition.$`
f(_: [a matches Foo]);  ### `^7: wrong-value-type: an expression with "matches" has no value and cannot be part of a pattern .write it as a separate condition.$`
f(_: [not a]);  ### `^7: reserved-word: "not" is a reserved word; expected a pattern ."not" has no value; write it before a whole condition.$`
f(_: [a = 1]);  ### `^9: unrecognized-token: unexpected "="; expected "," or "."$`
f(_: [cut]);  ### `^7: reserved-word: "cut" is a reserved word; expected a pattern .choose another name, such as cut_.$`
f(_: [print(1)]);  ### `^7: reserved-word: "print" is a reserved word; expected a pattern .choose another name, such as print_.$`
f(_: [g(1)]);  ### `^7: wrong-value-type: a call of the rule "g" has no value and cannot be part of a pattern .call g as a separate condition, with a variable for the result.$`
f(_: [new Foo()]);  ### `^7: reserved-word: "new" is a reserved word; expected a pattern .choose another name, such as new_.$`
f(_: [(a = 1)]);  ### `^7: wrong-value-type: an expression with "=" has no value and cannot be part of a pattern .write it as a separate condition.$`
f(_: [*a, 1]);  ### `^9: unrecognized-token: unexpected ","; expected "." after the rest of a list .the rest must be at the end of the list, without a comma after it.$`
f(_: [*a,]);  ### `^9: unrecognized-token: unexpected ","; expected "." after the rest of a list .the rest must be at the end of the list, without a comma after it.$`
f(_: [*1]);  ### `^8: unrecognized-token: unexpected "1"; expected a variable after "."$`
f(_: [Foo{} + 1]);  ### `^13: unrecognized-token: unexpected "."; expected "," or "."$`
f(_: [(Foo{})]);  ### `^11: unrecognized-token: unexpected "."; expected an operator or "." .a pattern is allowed only after "matches" or after the colon of a parameter.$`
f(_: Foo{a: 1);  ### `^14: unrecognized-token: unexpected "."; expected "," or "."$`
f(_: [1);  ### `^8: unrecognized-token: unexpected "."; expected "," or "."$`
f() if x matches;  ### `^17: unrecognized-token: unexpected ";"; expected a pattern$`
f() if x matches 1 + 2;  ### `^8: wrong-value-type: an expression with "matches" has no value and cannot be an operand of "." ."in" and "matches" bind tighter than arithmetic; write parentheses: .x . y. in z.$`
f() if x matches (1);  ### `^18: unrecognized-token: unexpected "."; expected a pattern .write the pattern without parentheses.$`
f() if x matches (Foo);  ### `^18: unrecognized-token: unexpected "."; expected a pattern .write the pattern without parentheses.$`
f() if x matches Foo.bar;  ### `^21: unrecognized-token: unexpected "."; expected an operator or the end of the condition .a pattern is a class, a literal, or a list or dictionary of patterns; compare values in the body.$`
f() if x matches Foo(1);  ### `^21: unrecognized-token: unexpected "."; expected an operator or the end of the condition .a pattern is a class, a literal, or a list or dictionary of patterns; compare values in the body.$`
f() if x matches g(1);  ### `^19: unrecognized-token: unexpected "."; expected an operator or the end of the condition .a pattern is a class, a literal, or a list or dictionary of patterns; compare values in the body.$`
f() if x matches new Foo();  ### `^18: reserved-word: "new" is a reserved word; expected a pattern .choose another name, such as new_.$`
f() if x matches cut;  ### `^18: reserved-word: "cut" is a reserved word; expected a pattern .choose another name, such as cut_.$`
f() if x matches not Foo;  ### `^18: reserved-word: "not" is a reserved word; expected a pattern ."not" has no value; write it before a whole condition.$`
f() if x matches "a".b;  ### `^21: unrecognized-token: unexpected "."; expected an operator or the end of the condition .a pattern is a class, a literal, or a list or dictionary of patterns; compare values in the body.$`
f() if x matches {a: 1}.b;  ### `^24: unrecognized-token: unexpected "."; expected an operator or the end of the condition .a pattern is a class, a literal, or a list or dictionary of patterns; compare values in the body.$`
f() if x matches Foo{a: 1}.b;  ### `^27: unrecognized-token: unexpected "."; expected an operator or the end of the condition .a pattern is a class, a literal, or a list or dictionary of patterns; compare values in the body.$`
f() if x matches Foo{a: 1} + 1;  ### `^8: wrong-value-type: an expression with "matches" has no value and cannot be an operand of "." ."in" and "matches" bind tighter than arithmetic; write parentheses: .x . y. in z.$`
f() if x matches Foo matches Bar;  ### `^8: wrong-value-type: an expression with "matches" has no value and cannot be an operand of "matches" .write it as a separate condition.$`
f() if x matches Foo in y;  ### `^8: wrong-value-type: an expression with "matches" has no value and cannot be an operand of "in" .write it as a separate condition.$`
f() if matches Foo;  ### `^8: unrecognized-token: unexpected "matches"; expected an expression$`
