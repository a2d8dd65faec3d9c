# Warnings of the parser.

f() if x = 1 and x = 2 or x = 3;  ### `^8: ambiguous-precedence: "and" and "or" are mixed without parentheses ."and" binds tighter; add parentheses around it.$`
f() if x = 1 or x = 2 and x = 3;  ### `^17: ambiguous-precedence: "and" and "or" are mixed without parentheses ."and" binds tighter; add parentheses around it.$`
f() if a and b or c and d or e and f;  ### `^8: ambiguous-precedence: "and" and "or" are mixed without parentheses ."and" binds tighter; add parentheses around it.$`
f() if a or (b and c or d);  ### `^14: ambiguous-precedence: "and" and "or" are mixed without parentheses ."and" binds tighter; add parentheses around it.$`
f() if g and not (a and b or c);  ### `^19: ambiguous-precedence: "and" and "or" are mixed without parentheses ."and" binds tighter; add parentheses around it.$`
f() if forall(a and b or c, d and e or f);  ### `^15: ambiguous-precedence: "and" and "or" are mixed without parentheses ."and" binds tighter; add parentheses around it.$` ### `^29: ambiguous-precedence: "and" and "or" are mixed without parentheses ."and" binds tighter; add parentheses around it.$`
?= a and b or c;  ### `^4: ambiguous-precedence: "and" and "or" are mixed without parentheses ."and" binds tighter; add parentheses around it.$`
f() if x = [1, 2] and  ### `^8: ambiguous-precedence: "and" and "or" are mixed without parentheses ."and" binds tighter; add parentheses around it.$`
       x = 1 or
       y;
# Parentheses say what is meant, with or without blanks inside.
f() if (x = 1 and x = 2) or x = 3;
f() if ( x = 1 and x = 2 ) or x = 3;
f() if x = 1 and (x = 2 or x = 3);
f() if a and b and c;
f() if a or b or c;
