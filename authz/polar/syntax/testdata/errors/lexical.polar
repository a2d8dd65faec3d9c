# Errors of the scanner. Every statement has one, and the next is read all the same.

f(1) if x = $y;  ### `^13: invalid-token-character: unexpected character . .write only the name of the variable.$`
f(1) if x = @y;  ### `^13: invalid-token-character: unexpected character @ .write only the name of the variable.$`
f(1) if x = 'single';  ### `^13: invalid-token-character: unexpected character ' .write strings in double quotes.$`
f(1) if x = `back`;  ### `^13: invalid-token-character: unexpected character . .write strings in double quotes.$`
f(1) if x = “curly”;  ### `^13: invalid-token-character: unexpected character “ .U.201C. .write strings in plain double quotes: "...".$`
f(1) if x & y;  ### `^11: invalid-token-character: unexpected character & .write "and".$`
f(1) if x && y;  ### `^11: invalid-token-character: unexpected character & .write "and".$`
f(1) if x % 2 = 0;  ### `^11: invalid-token-character: unexpected character % .write x mod y or x rem y for the remainder of a division.$`
f(1) if x ^ 2 = 4;  ### `^11: invalid-token-character: unexpected character . .Polar has no power operator.$`
f(1) if ~x;  ### `^9: invalid-token-character: unexpected character ~ .write "not".$`
f(1) if x = \  ### `^13: invalid-token-character: unexpected character . .remove it: a statement can continue on the next line.$`
  y;
f(1) if x ? y : z;  ### `^11: invalid-token-character: unexpected character . .an inline query begins with .=; write conditions with and, or and not.$`
f(1) if x = ?;  ### `^13: invalid-token-character: unexpected character . .an inline query begins with .=; write conditions with and, or and not.$`
f(1) if ?x;  ### `^9: invalid-token-character: unexpected character . .an inline query begins with .=; write conditions with and, or and not.$`
f(1) if x = "no end;  ### `^13: invalid-token-character: the string is not closed before the end of the line .write .n for a line feed inside a string, and " at its end.$`
f(1) if x = "two  ### `^13: invalid-token-character: the string is not closed before the end of the line .write .n for a line feed inside a string, and " at its end.$`
  lines";
f(1) if a:: = 1;  ### `^11: invalid-token-character: the name "a::" ends in "::" .write a name after "::".$`
f(1) if a:::b = 1;  ### `^11: invalid-token-character: the name "a::" ends in "::" .write a name after "::".$`
f(1) if a::b:: = 1;  ### `^14: invalid-token-character: the name "a::b::" ends in "::" .write a name after "::".$`
f(1) if x = é::;  ### `^15: invalid-token-character: the name "é::" ends in "::" .write a name after "::".$`
f(1) if x = 9223372036854775808;  ### `^13: integer-overflow: the integer 9223372036854775808 does not fit into 64 bits .the largest integer is 9223372036854775807; write the smallest as -9223372036854775807 - 1.$`
f(1) if x = -9223372036854775808;  ### `^14: integer-overflow: the integer 9223372036854775808 does not fit into 64 bits .the largest integer is 9223372036854775807; write the smallest as -9223372036854775807 - 1.$`
f(1) if x = 9223372036854775807 and y = 99999999999999999999;  ### `^41: integer-overflow: the integer 99999999999999999999 does not fit into 64 bits .integers range from -9223372036854775808 to 9223372036854775807; write a float for larger values.$`
f(1) if x = 00000000000000000009223372036854775807 and y = 0009223372036854775808;  ### `^60: integer-overflow: the integer 0009223372036854775808 does not fit into 64 bits .the largest integer is 9223372036854775807; write the smallest as -9223372036854775807 - 1.$`
f(1) if x = 1e5+3;  ### `^13: invalid-float: 1e5.3 is not a valid float .write spaces around the operator: 1e5 . 3.$`
f(1) if x = 1e5-3;  ### `^13: invalid-float: 1e5-3 is not a valid float .write spaces around the operator: 1e5 - 3.$`
f(1) if x = 1e;  ### `^13: invalid-float: 1e is not a valid float .write digits after the e, as in 1e5.$`
f(1) if x = 1e+;  ### `^13: invalid-float: 1e. is not a valid float .write digits after the e, as in 1e5.$`
f(1) if x = 1.5e;  ### `^13: invalid-float: 1.5e is not a valid float .write digits after the e, as in 1e5.$`
f(1) if x = 1.5E-;  ### `^13: invalid-float: 1.5E- is not a valid float .write digits after the e, as in 1e5.$`
f(1) if x = "ééé" and y = $;  ### `^27: invalid-token-character: unexpected character . .write only the name of the variable.$`
f(1) if x = 0x10;  ### `^14: unrecognized-token: unexpected "x10"; expected an operator or ";" .write numbers in decimal digits only.$`
f(1) if x = 1_000;  ### `^14: unrecognized-token: unexpected "_000"; expected an operator or ";" .write numbers in decimal digits only.$`
f(1) if x = 1a;  ### `^14: unrecognized-token: unexpected "a"; expected an operator or ";" .write numbers in decimal digits only.$`
f(1) if x = .5;  ### `^14: unrecognized-token: unexpected "5"; expected "." .write a digit before the dot: 0.5.$`
f(1) if x = 1.5.5;  ### `^17: unrecognized-token: unexpected "5"; expected the name of an attribute .a number has at most one dot.$`
f(1) if x??;  ### `^11: invalid-token-character: unexpected character . .an inline query begins with .=; write conditions with and, or and not.$`
f(1) if x?y;  ### `^11: unrecognized-token: unexpected "y"; expected an operator or ";" .did you forget an operator, such as "and"..$`
---
# The last statement of a file.
f(1) if x = "no end;  ### `^13: invalid-token-character: the string is not closed before the end of the line .write .n for a line feed inside a string, and " at its end.$`
---
f(1) if x = "no end \  ### `^13: invalid-token-character: the string is not closed .write " at its end.$`
---
f(1) if x = ?  ### `^13: invalid-token-character: unexpected character . .an inline query begins with .=; write conditions with and, or and not.$`
---
f(1) if x = a::  ### `^15: invalid-token-character: the name "a::" ends in "::" .write a name after "::".$`
---
f(1) if x = 1e  ### `^13: invalid-float: 1e is not a valid float .write digits after the e, as in 1e5.$`
